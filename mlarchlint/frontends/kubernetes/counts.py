"""Arithmetic over Values: what is not known stays so."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.frontends.kubernetes.quantities import whole_if_integral
from mlarchlint.model.value import Value


def or_default(value: Value, default: int | str | bool, where: Value) -> Value:
    """The value, or the API server's default where none is written."""
    return where.with_default(default, where.span) if value.is_absent else value


def sum_of(values: list[Value], where: Value) -> Value:
    """The sum; unknown with the first part that is, absent if a part is."""
    total = Decimal(0)
    for value in values:
        number = value.number()
        if number is None:
            return value if not value.is_known else Value.unknown(f"{value.raw!r} is no number", value.span)
        total += number
    first = next((value for value in values if not value.default), values[0] if values else where)
    result = Value.known(whole_if_integral(total), first.span)
    return result.with_default(result.raw, first.span) if all(v.default for v in values) else result


def times(value: Value, factor: Value) -> Value:
    """The product; the value itself where there is no factor."""
    left, right = value.number(), factor.number()
    if factor.is_absent or left is None:
        return value
    if right is None:
        return factor
    return Value.known(whole_if_integral(left * right), value.span)


def whole_number(value: Value) -> Value:
    """Annotations are text, also where they are numbers."""
    number = value.number()
    return value if number is None else Value.known(whole_if_integral(number), value.span)
