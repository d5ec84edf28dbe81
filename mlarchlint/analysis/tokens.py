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
    candidates = [(token, words(token)) for token in tokens]
    for text in texts:
        found = words(text)
        for token, wanted in candidates:
            size = len(wanted)
            if any(found[at : at + size] == wanted for at in range(len(found) - size + 1)):
                return token
    return None
