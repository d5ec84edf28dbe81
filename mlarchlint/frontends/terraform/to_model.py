"""Evaluated values as the neutral model holds them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mlarchlint.frontends.terraform import cty
from mlarchlint.frontends.terraform.number import text_of
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Origin, State, Value


def to_model(value: cty.Value, span: SourceSpan) -> Value:
    """span: of the expression, where findings about the value stand.

    A part written inside the expression keeps its own place; one that comes from elsewhere
    (a variable, a local) stands where the expression names it.
    """
    return _convert(value, span, value.origin, value.sensitive)


def _convert(value: cty.Value, span: SourceSpan, origin: tuple[Origin, ...], sensitive: bool) -> Value:
    held: Any = value.v
    kind = type(held)
    if kind is cty.Unknown:
        return Value(State.UNKNOWN, None, span, origin, held.why, value.refs, sensitive)
    if kind is tuple:
        held = tuple([_part(part, span, origin, sensitive) for part in held])
    elif kind is dict:
        held = {name: _part(part, span, origin, sensitive) for name, part in held.items()}
    elif kind is not str and kind is not bool and kind is not int and held is not None:
        held = Decimal(text_of(held))
    return Value(State.KNOWN, held, span, origin, "", value.refs, sensitive)


def _part(part: cty.Value, span: SourceSpan, origin: tuple[Origin, ...], sensitive: bool) -> Value:
    place = part.span if _inside(part.span, span) else span
    return _convert(part, place, part.origin or origin, sensitive or part.sensitive)


def _inside(inner: SourceSpan, outer: SourceSpan) -> bool:
    if inner.file != outer.file or not outer.line <= inner.line <= inner.end_line <= outer.end_line:
        return False
    if inner.line == outer.line and inner.column < outer.column:
        return False
    return inner.end_line < outer.end_line or inner.end_column <= outer.end_column
