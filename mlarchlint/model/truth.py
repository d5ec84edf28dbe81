"""Kleene's three-valued logic: a rule must say what MAYBE means."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Truth(Enum):
    NO = 0
    MAYBE = 1
    YES = 2

    @classmethod
    def of(cls, value: bool) -> Truth:
        return _YES if value else _NO

    @classmethod
    def all(cls, truths: Iterable[Truth]) -> Truth:
        """The conjunction; YES for none."""
        least = _YES
        for truth in truths:
            if truth._value_ < least._value_:
                least = truth
        return least

    @classmethod
    def any(cls, truths: Iterable[Truth]) -> Truth:
        """The disjunction; NO for none."""
        most = _NO
        for truth in truths:
            if truth._value_ > most._value_:
                most = truth
        return most

    def __and__(self, other: Truth) -> Truth:
        return self if self._value_ <= other._value_ else other

    def __or__(self, other: Truth) -> Truth:
        return self if self._value_ >= other._value_ else other

    def __invert__(self) -> Truth:
        return Truth(2 - self.value)

    def __bool__(self) -> bool:
        raise TypeError("a Truth is not a bool: compare with Truth.YES, Truth.NO or Truth.MAYBE")


# A name of the module costs a tenth of a member of an Enum.
_NO, _YES = Truth.NO, Truth.YES
