"""Whole tokens of names: `email` does not contain `ai`, `model_server` contains `model-server`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@lru_cache(maxsize=8192)
def words(text: str) -> tuple[str, ...]:
    """The lower-case words of a name, at case changes and everything that is no letter or digit."""
    return tuple(word.lower() for word in _WORD.findall(text))


def find_token(texts: Iterable[str], tokens: Iterable[str]) -> str | None:
    """The first token (words joined by `-`) that stands whole in one of the texts."""
    table = tuple(tokens)
    firsts = _firsts(table)
    for text in texts:
        found = words(text)
        # Few texts hold even the first word of a token, so that most are done with here.
        if firsts.isdisjoint(found):
            continue
        for token in table:
            wanted = words(token)
            if wanted and wanted[0] in found and _stands_in(found, wanted):
                return token
    return None


def _stands_in(found: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    size = len(wanted)
    return any(found[at : at + size] == wanted for at in range(len(found) - size + 1))


@lru_cache(maxsize=256)
def _firsts(tokens: tuple[str, ...]) -> frozenset[str]:
    return frozenset(words(token)[0] for token in tokens if words(token))
