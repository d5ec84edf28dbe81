"""What is assumed about unknown conditions while one branch is evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from mlarchlint.model.truth import Truth


class Verdict(NamedTuple):
    """why: the missing input, if MAYBE."""

    truth: Truth
    why: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """named: conditions by name. bound, excluded: what parameters are, and are not. atoms: comparisons
    by their canonical text. memo: conditions evaluated under these facts.
    """

    named: Mapping[str, Truth] = field(default_factory=dict)
    bound: Mapping[str, str] = field(default_factory=dict)
    excluded: Mapping[str, frozenset[str]] = field(default_factory=dict)
    atoms: Mapping[str, Truth] = field(default_factory=dict)
    memo: dict[str, Verdict] = field(default_factory=dict)

    def with_named(self, name: str, truth: Truth) -> Facts:
        return replace(self, named={**self.named, name: truth}, memo={})

    def with_atom(self, text: str, truth: Truth) -> Facts:
        return replace(self, atoms={**self.atoms, text: truth}, memo={})

    def with_parameter(self, name: str, text: str, truth: Truth) -> Facts | None:
        """The parameter is (or is not) this text; None if that cannot be."""
        bound = self.bound.get(name)
        if bound is not None:
            return self if (bound == text) == (truth is Truth.YES) else None
        excluded = self.excluded.get(name, frozenset())
        if truth is Truth.YES:
            return None if text in excluded else replace(self, bound={**self.bound, name: text}, memo={})
        return replace(self, excluded={**self.excluded, name: excluded | {text}}, memo={})
