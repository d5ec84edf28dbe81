"""What is assumed about unknown conditions while one branch is evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import NamedTuple

from mlarchlint.model.record import record
from mlarchlint.model.truth import Truth


class Verdict(NamedTuple):
    """why: the missing input, if MAYBE."""

    truth: Truth
    why: str = ""


@record(frozen=True, slots=True, eq=False)
class Facts:
    """named: conditions by name. bound, excluded: what parameters are, and are not. atoms: comparisons
    by their canonical text. memo: conditions evaluated under these facts; open: those under way;
    following: the facts after assuming one more condition.
    """

    named: Mapping[str, Truth] = field(default_factory=dict)
    bound: Mapping[str, str] = field(default_factory=dict)
    excluded: Mapping[str, frozenset[str]] = field(default_factory=dict)
    atoms: Mapping[str, Truth] = field(default_factory=dict)
    memo: dict[str, Verdict] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    following: dict[tuple[str, Truth], Facts | None] = field(default_factory=dict)

    def with_named(self, name: str, truth: Truth) -> Facts:
        return Facts({**self.named, name: truth}, self.bound, self.excluded, self.atoms)

    def with_atom(self, text: str, truth: Truth) -> Facts:
        return Facts(self.named, self.bound, self.excluded, {**self.atoms, text: truth})

    def with_parameter(self, name: str, text: str, truth: Truth) -> Facts | None:
        """The parameter is (or is not) this text; None if that cannot be."""
        bound = self.bound.get(name)
        if bound is not None:
            return self if (bound == text) == (truth is Truth.YES) else None
        excluded = self.excluded.get(name, frozenset())
        if truth is Truth.YES:
            fitting = text not in excluded
            return (
                Facts(self.named, {**self.bound, name: text}, self.excluded, self.atoms) if fitting else None
            )
        return Facts(self.named, self.bound, {**self.excluded, name: excluded | {text}}, self.atoms)
