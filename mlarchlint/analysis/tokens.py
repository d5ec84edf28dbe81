"""Whole tokens of names: `email` does not contain `ai`, `model_server` contains `model-server`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from mlarchlint.model.regex import regex

_WORD = regex(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@lru_cache(maxsize=8192)
def words(text: str) -> tuple[str, ...]:
    """The lower-case words of a name, at case changes and everything that is no letter or digit."""
    return tuple(word.lower() for word in _WORD.findall(text))


class TokenTable:
    """Tokens to look for, cut into words beforehand. Holds a few hundred strings and is asked thousands of times."""

    __slots__ = ("firsts", "tokens")

    def __init__(self, tokens: Iterable[str]) -> None:
        self.tokens = tuple((token, words(token)) for token in tokens)
        self.firsts = frozenset(cut[0] for _, cut in self.tokens if cut)


def find_token(texts: Iterable[str], tokens: TokenTable | Sequence[str]) -> str | None:
    """The first token (words joined by `-`) that stands whole in one of the texts."""
    table = tokens if isinstance(tokens, TokenTable) else _table(tuple(tokens))
    firsts = table.firsts
    for text in texts:
        found = words(text)
        # Few texts hold even the first word of a token, so that most are done with here.
        if firsts.isdisjoint(found):
            continue
        for token, wanted in table.tokens:
            if wanted and wanted[0] in found and _stands_in(found, wanted):
                return token
    return None


def _stands_in(found: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    size = len(wanted)
    return any(found[at : at + size] == wanted for at in range(len(found) - size + 1))


@lru_cache(maxsize=256)
def _table(tokens: tuple[str, ...]) -> TokenTable:
    return TokenTable(tokens)
