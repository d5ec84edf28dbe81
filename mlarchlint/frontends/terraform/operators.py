"""Arithmetic, comparison, logic and equality."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from typing import Any

from mlarchlint.frontends.terraform import number as numbers
from mlarchlint.frontends.terraform.convert import ConversionError, convert
from mlarchlint.frontends.terraform.cty import BOOL, DYNAMIC, NUMBER, Type, Unknown, Value, joined
from mlarchlint.frontends.terraform.number import Number
from mlarchlint.frontends.terraform.scope import EvaluationError
from mlarchlint.model.span import SourceSpan

Side = tuple[Value, EvaluationError | None]  # an expression that may be an error


def combined(parts: tuple[Value, ...] | list[Value], type: Type, held: Any, span: SourceSpan) -> Value:
    """A value computed from others: it names what they name, and is sensitive if one of them is."""
    refs: tuple[str, ...] = ()
    origin: tuple[Any, ...] = ()
    sensitive = False
    for part in parts:
        if part.refs:
            refs = joined(refs, part.refs)
        if part.origin:
            origin = joined(origin, part.origin)
        sensitive = sensitive or part.sensitive
    return Value(type, held, span, refs, origin[:12], sensitive)


def unknown_from(
    parts: tuple[Value, ...] | list[Value], type: Type, span: SourceSpan, *, not_null: bool = True
) -> Value:
    """Unknown because one of these is."""
    why = next((part.v.why for part in parts if isinstance(part.v, Unknown)), "the value is not known")
    symbolic = all(part.v.symbolic for part in parts if isinstance(part.v, Unknown))
    return combined(parts, type, Unknown(why, symbolic=symbolic, not_null=not_null), span)


def _divide(left: Number, right: Number) -> Number:
    if right == 0:
        if left == 0:
            raise EvaluationError("Operation failed", None, "zero divided by zero")
        return math.inf if left > 0 else -math.inf
    return _fit(Fraction(left) / right, left, right)


def _remainder(left: Number, right: Number) -> Number:
    """With the sign of the dividend."""
    if right == 0:
        return left
    if isinstance(left, int) and isinstance(right, int):
        rest = abs(left) % abs(right)
        return -rest if left < 0 else rest
    quotient = Fraction(left) / right
    whole = int(quotient)  # towards zero
    return _fit(Fraction(left) - Fraction(right) * whole, left, right)


def _fit(result: int | Fraction | float, left: Number, right: Number) -> Number:
    """Infinite operands do not come here."""
    assert not isinstance(result, float)
    return numbers.rounded(result, numbers.precision_of(left, right))


def _plus(left: Number, right: Number) -> Number:
    return _fit(Fraction(left) + right if type(left) is not int else left + right, left, right)


def _minus(left: Number, right: Number) -> Number:
    return _fit(Fraction(left) - right if type(left) is not int else left - right, left, right)


def _times(left: Number, right: Number) -> Number:
    return _fit(Fraction(left) * right if type(left) is not int else left * right, left, right)


_ARITHMETIC: dict[str, Callable[[Number, Number], Number]] = {
    "+": _plus,
    "-": _minus,
    "*": _times,
    "/": _divide,
    "%": _remainder,
}
_COMPARISON: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: bool(left < right),
    ">": lambda left, right: bool(left > right),
    "<=": lambda left, right: bool(left <= right),
    ">=": lambda left, right: bool(left >= right),
}


def binary(operator: str, left: Value, right: Value, span: SourceSpan) -> Value:
    if operator in ("==", "!="):
        return _equality(operator, left, right, span)
    result = NUMBER if operator in _ARITHMETIC else BOOL
    try:
        return _computed(operator, left, right, result, span)
    except EvaluationError as error:
        error.fallback = Value(result, Unknown(error.message), span)
        raise


def logical(operator: str, left: Side, right: Side, span: SourceSpan) -> Side:
    """`&&` or `||` of what may be an error: the side that decides is enough, as from Terraform 1.12 on.

    https://github.com/hashicorp/hcl/blob/main/hclsyntax/expression_ops.go (ShortCircuit). Before, what is known
    only after apply made both unknown, and so it stays; an input that is missing here would be known there.
    """
    (one, failed), (other, refused) = left, right
    # What is no condition at all is wrong on either side.
    one = one if failed else _operand(one, BOOL, operator, span)
    other = other if refused else _operand(other, BOOL, operator, span)
    decides = operator == "||"
    for value, error, rest, wrong in ((one, failed, other, refused), (other, refused, one, failed)):
        if error is None and value.v is decides and (wrong is not None or _known_when_planned(rest)):
            return combined((value, rest) if wrong is None else (value,), BOOL, decides, span), None
    if failed is None and refused is not None and type(one.v) is Unknown:
        return unknown_from((one,), BOOL, span), None
    if failed is None and refused is None:
        return binary(operator, one, other, span), None
    return one, failed or refused


def _known_when_planned(value: Value) -> bool:
    return type(value.v) is not Unknown or value.v.symbolic


def _computed(operator: str, left: Value, right: Value, result: Type, span: SourceSpan) -> Value:
    wanted = BOOL if operator in ("&&", "||") else NUMBER
    left, right = _operand(left, wanted, operator, span), _operand(right, wanted, operator, span)
    one, other = left.v, right.v
    if type(one) is Unknown or type(other) is Unknown:
        return unknown_from((left, right), result, span)
    held: Any
    try:
        if type(one) is float or type(other) is float:
            held = _infinite(operator, one, other)
        elif operator in _ARITHMETIC:
            held = _ARITHMETIC[operator](one, other)
        elif operator in _COMPARISON:
            held = _COMPARISON[operator](one, other)
        else:
            held = (one and other) if operator == "&&" else (one or other)
    except EvaluationError as error:
        raise EvaluationError(error.summary, span, error.detail) from None
    return combined((left, right), result, held, span)


def _infinite(operator: str, one: Number, other: Number) -> Number | bool:
    """Infinity stays infinite, or there is no result."""
    if operator in _COMPARISON:
        return _COMPARISON[operator](one, other)
    with suppress(ArithmeticError):
        left, right = float(one), float(other)
        result = {
            "+": left + right,
            "-": left - right,
            "*": left * right,
            "/": left / (right or math.nan),
        }.get(operator)
        if result == 0:
            return 0
        if result is not None and not math.isnan(result):
            return result
    raise EvaluationError("Operation failed", None, "there is no number that is the result")


def _operand(value: Value, wanted: Type, operator: str, span: SourceSpan) -> Value:
    if value.type is not wanted:
        try:
            value = convert(value, wanted)
        except ConversionError as error:
            raise EvaluationError("Invalid operand", span, f"{operator!r}: {error.detail}") from None
    if value.v is None:
        raise EvaluationError("Invalid operand", span, f"{operator!r}: the operand is null")
    return value


def unary(operator: str, operand: Value, span: SourceSpan) -> Value:
    wanted = NUMBER if operator == "-" else BOOL
    value = _operand(operand, wanted, operator, span)
    if type(value.v) is Unknown:
        return unknown_from((value,), wanted, span)
    if operator == "!":
        return combined((value,), BOOL, not value.v, span)
    return combined((value,), NUMBER, negative(value.v), span)


def negative(number: Number) -> Number:
    return (
        -number if isinstance(number, (int, float)) else numbers.rounded(-Fraction(number), number.precision)
    )


# -- equality ----------------------------------------------------------------------------


def _equality(operator: str, left: Value, right: Value, span: SourceSpan) -> Value:
    equal = equals(left, right)
    parts = (left, right)
    sensitive = left.sensitive or right.sensitive
    if not sensitive and (type(left.v) in (tuple, dict) or type(right.v) in (tuple, dict)):
        from mlarchlint.frontends.terraform.cty import is_sensitive

        sensitive = is_sensitive(left) or is_sensitive(right)
    if equal is None:
        found = _unknown_equality(parts, span)
    else:
        found = combined(parts, BOOL, equal is (operator == "=="), span)
    found.sensitive = sensitive
    return found


def _unknown_equality(parts: tuple[Value, Value], span: SourceSpan) -> Value:
    from mlarchlint.frontends.terraform.cty import deep_refs, walk, why_unknown

    open_ = [one.v for part in parts for one in walk(part) if type(one.v) is Unknown]
    symbolic = bool(open_) and all(held.symbolic for held in open_)
    return Value(BOOL, Unknown(why_unknown(parts), symbolic=symbolic, not_null=True), span, deep_refs(parts))


def equals(left: Value, right: Value) -> bool | None:
    """None: not known yet. Values of different types are never equal; nulls always are."""
    one, other = left.v, right.v
    if type(one) is Unknown or type(other) is Unknown:
        return _equals_unknown(left, right)
    if one is None or other is None:
        return one is other
    if left.type is not right.type:
        waits = (_untyped(left) or _untyped(right)) and _may_conform(left.type, right.type)
        return None if waits else False
    if type(one) is tuple:
        return _all_equal(one, other, left.type.kind == "set")
    if type(one) is dict:
        if one.keys() != other.keys():
            return False
        return _all_equal(tuple(one.values()), tuple([other[name] for name in one]), False)
    return bool(one == other)


def _equals_unknown(left: Value, right: Value) -> bool | None:
    if type(left.v) is Unknown and type(right.v) is Unknown:
        return None
    known, open_ = (right, left) if type(left.v) is Unknown else (left, right)
    if known.v is None:
        return False if open_.v.not_null else None
    if _has_dynamic(open_.type) or _has_dynamic(known.type):
        return None
    return None if known.type is open_.type else False


def _all_equal(one: tuple[Value, ...], other: tuple[Value, ...], is_set: bool) -> bool | None:
    if is_set and any(_open(item) for item in (*one, *other)):
        return None
    if len(one) != len(other):
        return False
    result: bool | None = True
    for left, right in zip(one, other, strict=True):
        equal = equals(left, right)
        if equal is False:
            return False
        if equal is None:
            result = None
    return result


def _untyped(value: Value) -> bool:
    """A part of it is unknown, its type included."""
    if type(value.v) is Unknown:
        return _has_dynamic(value.type)
    return any(map(_untyped, value.elements()))


def _open(value: Value) -> bool:
    return type(value.v) is Unknown or any(_open(part) for part in value.elements())


def _has_dynamic(type: Type) -> bool:
    if type is DYNAMIC:
        return True
    if type.is_primitive:
        return False
    if type.element is not None:
        return _has_dynamic(type.element)
    return any(map(_has_dynamic, type.items or type.attrs.values()))


def _may_conform(one: Type, other: Type) -> bool:
    """Types that differ only where one is still open (`dynamic`): equality waits for it."""
    if one is DYNAMIC or other is DYNAMIC or one is other:
        return True
    if one.kind != other.kind or one.is_primitive:
        return False
    if one.element is not None:
        return _may_conform(one.of, other.of)
    if one.kind == "tuple":
        return len(one.items) == len(other.items) and all(map(_may_conform, one.items, other.items))
    return one.attrs.keys() == other.attrs.keys() and all(
        _may_conform(part, other.attrs[name]) for name, part in one.attrs.items()
    )
