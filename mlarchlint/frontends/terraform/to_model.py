"""Evaluated values as the neutral model holds them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from mlarchlint.frontends.terraform import cty
from mlarchlint.frontends.terraform.number import text_of
from mlarchlint.frontends.terraform.partial_text import encoded_in, pattern
from mlarchlint.frontends.terraform.scope import EvaluationError
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Origin, State, Value

_KNOWN = State.KNOWN
MAX_PARTS = 200_000  # lists that hold others twice, and so on, grow without end


def to_model(value: cty.Value, span: SourceSpan) -> Value:
    """span: of the expression, where findings about the value stand.

    A part written inside the expression keeps its own place; one that comes from elsewhere
    (a variable, a local) stands where the expression names it. Raises EvaluationError for a
    value with too many parts.
    """
    return _Conversion(span).convert(value, span, value.origin, value.sensitive)


class _Conversion:
    __slots__ = ("left", "whole")

    def __init__(self, whole: SourceSpan) -> None:
        self.whole = whole
        self.left = MAX_PARTS

    def convert(
        self, value: cty.Value, span: SourceSpan, origin: tuple[Origin, ...], sensitive: bool
    ) -> Value:
        held: Any = value.v
        kind = type(held)
        if kind is cty.Unknown:
            found = Value(State.UNKNOWN, None, span, origin, held.why, value.refs, sensitive, path=held.path)
            return found if sensitive else self._partial(found, held)
        if kind is tuple or kind is dict:
            self.left -= len(held)
            if self.left < 0:
                raise EvaluationError("The value is too large", self.whole, f"more than {MAX_PARTS} parts")
            if kind is tuple:
                held = tuple([self._part(part, span, origin, sensitive) for part in held])
            else:
                held = {name: self._part(part, span, origin, sensitive) for name, part in held.items()}
        elif kind is not str and kind is not bool and kind is not int and held is not None:
            held = Decimal(text_of(held))
        return Value(_KNOWN, held, span, origin, "", value.refs, sensitive)

    def _partial(self, found: Value, held: cty.Unknown) -> Value:
        """With what is known of an unknown text."""
        if held.inside is not None:
            return replace(found, inside=self.convert(held.inside, found.span, found.origin, False))
        if held.text:
            inside = encoded_in(held.text, held.why, found.span)
            return replace(found, pattern=pattern(held.text), inside=inside)
        return found

    def _part(self, part: cty.Value, span: SourceSpan, origin: tuple[Origin, ...], sensitive: bool) -> Value:
        place = part.span if part.span.within(span) else span
        return self.convert(part, place, part.origin or origin, sensitive or part.sensitive)
