"""Conditions of policies on one value, in three-valued logic.

An absent value is a definite one: it equals nothing and is in no list. An unknown one may be anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from mlarchlint.model.record import record
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Raw, Value, scalar_equal
from mlarchlint.regex_machine import Machine, TooLarge

OPERATORS = (
    "eq", "ne", "in", "not_in", "lt", "le", "gt", "ge", "between", "matches", "starts_with", "contains",
    "size", "exists", "empty", "subset_of", "every", "some",
)  # fmt: skip
ORDER: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
}


@record(frozen=True, slots=True)
class Condition:
    """operand: plain data; of `size`, `every` and `some` the inner conditions."""

    operator: str
    operand: Any


def holds(conditions: Sequence[Condition], value: Value) -> Truth:
    """Whether all of them hold."""
    return Truth.all(_holds(condition, value) for condition in conditions)


def words_in(conditions: Sequence[Condition]) -> Iterator[object]:
    """What the value is compared with, for checks against a closed vocabulary."""
    for condition in conditions:
        if condition.operator in ("eq", "ne"):
            yield condition.operand
        elif condition.operator in ("in", "not_in"):
            yield from condition.operand


def _holds(condition: Condition, value: Value) -> Truth:
    if value.scenarios:
        found = {_holds(condition, case) for _, case in value.scenarios}
        return found.pop() if len(found) == 1 else Truth.MAYBE
    operator, operand = condition.operator, condition.operand
    if operator == "exists":
        return value.is_set() if operand else ~value.is_set()
    if operator == "empty":
        return _is_empty(value) if operand else ~_is_empty(value)
    if operator in ("ne", "not_in"):
        return ~_holds(Condition("eq" if operator == "ne" else "in", operand), value)
    if operator == "size":
        return Truth.MAYBE if value.is_unknown else holds(operand, Value.known(_size(value)))
    if operator in ("every", "some"):
        return _of_members(operator, operand, value)
    if value.is_absent:
        return Truth.NO
    if value.is_unknown:
        return Truth.MAYBE
    if operator in ORDER:
        number = value.number()
        return Truth.MAYBE if number is None else Truth.of(ORDER[operator](number, operand))
    if operator == "between":
        number = value.number()
        return Truth.MAYBE if number is None else Truth.of(operand[0] <= number <= operand[1])
    return _compared(operator, operand, value)


def _compared(operator: str, operand: Any, value: Value) -> Truth:
    if operator == "contains":
        return _contains(operand, value)
    if operator == "subset_of":
        return Truth.all(_is_one_of(part, operand) for part in value.items())
    if isinstance(value.raw, (tuple, Mapping)):
        return _equal_list(operator, operand, value)
    if operator == "eq":
        return Truth.of(scalar_equal(value.raw, operand))
    if operator == "in":
        return _is_one_of(value, operand)
    text = _text(value.raw)
    if operator == "starts_with":
        starts = [operand] if isinstance(operand, str) else operand
        return Truth.of(text.startswith(tuple(starts)))
    return _matches(operand, text)


def _equal_list(operator: str, operand: Any, value: Value) -> Truth:
    """A list equals a list of the same elements in the same order; nothing else fits a list or an object."""
    if operator != "eq" or not isinstance(operand, list):
        return Truth.NO
    parts = value.items()
    if not isinstance(value.raw, tuple) or len(parts) != len(operand):
        return Truth.NO
    return Truth.all(part.equals(wanted) for part, wanted in zip(parts, operand, strict=True))


def _is_one_of(value: Value, operands: Sequence[Any]) -> Truth:
    return value.one_of(*operands)


def _contains(operand: Any, value: Value) -> Truth:
    if isinstance(value.raw, tuple):
        return Truth.any(part.equals(operand) for part in value.items())
    if isinstance(value.raw, Mapping):
        return Truth.of(str(operand) in value.raw)
    return Truth.of(str(operand) in _text(value.raw))


def _of_members(operator: str, operand: Sequence[Condition], value: Value) -> Truth:
    if value.is_unknown:
        return Truth.MAYBE
    parts: Sequence[Value] = value.items()
    if not isinstance(value.raw, tuple) and not value.is_absent:
        parts = (value,)  # a single one stands for a list of one
    verdicts = (holds(operand, part) for part in parts)
    return Truth.all(verdicts) if operator == "every" else Truth.any(verdicts)


def _is_empty(value: Value) -> Truth:
    return ~value.is_set() if value.is_unknown else Truth.of(_size(value) == 0)


def _size(value: Value) -> int:
    raw = value.raw
    if value.is_absent:
        return 0
    return len(raw) if isinstance(raw, (str, tuple, Mapping)) else 1


def _text(raw: Raw) -> str:
    return ("true" if raw else "false") if isinstance(raw, bool) else str(raw)


@lru_cache(maxsize=256)
def machine(pattern: str) -> Machine:
    """Raises re.error, TooLarge, RecursionError or OverflowError for what is no usable pattern."""
    return Machine(pattern)


def _matches(pattern: str, text: str) -> Truth:
    """Anywhere in the text, in time that is bounded by the length of both."""
    try:
        return Truth.of(machine(pattern).search(text) is not None)
    except (TooLarge, RecursionError):
        return Truth.MAYBE
