"""Numeric functions."""

from __future__ import annotations

import math
from fractions import Fraction

from mlarchlint.frontends.terraform import number as numbers
from mlarchlint.frontends.terraform.convert import ConversionError, convert
from mlarchlint.frontends.terraform.cty import DYNAMIC, NUMBER, Unknown, Value
from mlarchlint.frontends.terraform.functions import (
    Context,
    Param,
    function,
    invalid,
    refused,
    scalar,
    unknown_because,
)
from mlarchlint.frontends.terraform.number import Number
from mlarchlint.frontends.terraform.operators import binary, negative

_DIGITS = {digit: value for value, digit in enumerate("0123456789abcdefghijklmnopqrstuvwxyz")}
_DIGITS_62 = {**_DIGITS, **{digit: value for value, digit in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 36)}}


@scalar("abs", NUMBER, returns=NUMBER)
def absolute(number: Number) -> Number:
    return negative(number) if number < 0 else number


@scalar("ceil", NUMBER, returns=NUMBER)
def ceiling(number: Number) -> Number:
    return math.ceil(number)


@scalar("floor", NUMBER, returns=NUMBER)
def floor(number: Number) -> Number:
    return math.floor(number)


@scalar("log", NUMBER, NUMBER, returns=NUMBER)
def logarithm(number: Number, base: Number) -> Number:
    """In double precision, as Terraform computes it."""
    top, bottom = _log(float(number)), _log(float(base))
    if bottom == 0 or math.isinf(top) or math.isnan(top) or math.isnan(bottom):
        raise refused("the logarithm is not a finite number")
    return numbers.from_float(top / bottom)


def _log(number: float) -> float:
    if number == 0:
        return -math.inf
    return math.log(number) if number > 0 else math.nan


@scalar("pow", NUMBER, NUMBER, returns=NUMBER)
def power(base: Number, exponent: Number) -> Number:
    result = math.pow(float(base), float(exponent))
    if math.isinf(result) or math.isnan(result):
        raise refused("the power is not a finite number")
    return numbers.from_float(result)


@scalar("signum", NUMBER, returns=NUMBER)
def sign(number: Number) -> Number:
    if not isinstance(number, int):
        raise invalid("a whole number is required")
    return (number > 0) - (number < 0)


@scalar("parseint", DYNAMIC, NUMBER, returns=NUMBER)
def parse_integer(text: object, base: Number) -> Number:
    if not isinstance(text, str):
        raise invalid("first argument must be a string, not a number or bool")
    if not isinstance(base, int) or not 2 <= base <= 62:
        raise invalid("the base must be between 2 and 62")
    digits = text[1:] if text[:1] in ("-", "+") else text
    known = _DIGITS_62 if base > 36 else _DIGITS
    if not digits:
        raise invalid(f"cannot parse {text!r} as a base {base} integer")
    total = 0
    for digit in digits if base > 36 else digits.lower():
        value = known.get(digit, 99)
        if value >= base:
            raise invalid(f"cannot parse {text!r} as a base {base} integer")
        total = total * base + value
    return -total if text.startswith("-") else total


def _extreme(name: str, better: str) -> None:
    @function(name, variadic=Param("numbers", NUMBER), returns=NUMBER)
    def extreme(arguments: list[Value], context: Context) -> Value:
        if not arguments:
            raise refused("must pass at least one number")
        best = arguments[0]
        for candidate in arguments[1:]:
            if (candidate.v > best.v) if better == ">" else (candidate.v < best.v):
                best = candidate
        return Value(NUMBER, best.v, context.span)


_extreme("max", ">")
_extreme("min", "<")


@function("sum", Param("list", DYNAMIC), returns=NUMBER)
def total(arguments: list[Value], context: Context) -> Value:
    """Of a list, set or tuple of numbers; strings that hold numbers count."""
    held = arguments[0].v
    if type(held) is not tuple:
        raise invalid("argument must be list, set, or tuple")
    if not held:
        raise invalid("cannot sum an empty list")
    items: list[Value] = []
    for item in held:
        try:
            item = convert(item, NUMBER)
        except ConversionError:
            raise invalid("argument must be list, set, or tuple of number values") from None
        if item.v is None:
            raise invalid("argument must be list, set, or tuple of number values")
        items.append(item)
    if any(type(item.v) is Unknown for item in items):
        return unknown_because(arguments, NUMBER, context.span)
    result = items[0]
    for item in items[1:]:
        result = binary("+", result, item, context.span)
    return Value(NUMBER, result.v, context.span)


@function("range", variadic=Param("numbers", NUMBER), returns=DYNAMIC)
def number_range(arguments: list[Value], context: Context) -> Value:
    from mlarchlint.frontends.terraform.cty import list_type

    limits = [argument.v for argument in arguments]
    if not 1 <= len(limits) <= 3:
        raise refused("must have one, two, or three arguments")
    start, end, step = _range_of(limits)
    if step == 0:
        raise invalid("step must not be zero")
    if (end < start) != (step < 0) and end != start:
        raise invalid("the step must lead from start to end")
    found: list[Value] = []
    current: int | Fraction | float = start
    while current < end if step > 0 else current > end:
        if len(found) >= 1024:
            raise refused("more than 1024 values; use a smaller range or a larger step")
        found.append(Value(NUMBER, numbers.rounded(Fraction(current)), context.span))
        current = current + step
    return Value(list_type(NUMBER), tuple(found), context.span)


def _range_of(limits: list[Number]) -> tuple[Number, Number, Number]:
    if len(limits) == 1:
        return 0, limits[0], 1 if limits[0] >= 0 else -1
    if len(limits) == 2:
        return limits[0], limits[1], 1 if limits[1] >= limits[0] else -1
    return limits[0], limits[1], limits[2]
