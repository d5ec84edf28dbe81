"""The planned values of one resource, with what is unknown, what is sensitive, and what it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlarchlint.frontends.terraform.plan_positions import Place
from mlarchlint.frontends.terraform.plan_references import ModuleConfiguration, references_of
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value, from_plain

JSON = Any


class PlannedBody:
    """expressions: of the resource in the configuration section. written: that section has it."""

    def __init__(
        self, address: str, module: ModuleConfiguration, place: Place, expressions: JSON, written: bool
    ) -> None:
        self.address = address
        self.module = module
        self.place = place
        self.expressions = expressions
        self.written = written

    def body(self, values: JSON, unknown: JSON, sensitive: JSON) -> dict[str, Value]:
        open_ = unknown if isinstance(unknown, Mapping) else {}
        hidden = sensitive if isinstance(sensitive, Mapping) else {}
        found = {}
        for name in dict.fromkeys((*values, *open_)):
            expression = self.expressions.get(name)
            if open_.get(name) is True and expression is None and self.written:
                continue  # the provider computes it; the configuration says nothing
            span = self.place.argument(name)
            path = f"{self.address}.{name}"
            found[name] = self._value(
                values.get(name), open_.get(name), hidden.get(name), expression, path, span
            )
        return found

    def _value(
        self, value: JSON, unknown: JSON, sensitive: JSON, expression: JSON, path: str, span: SourceSpan
    ) -> Value:
        hidden = sensitive is True
        if unknown is True:
            refs = self._refs(expression)
            return Value.unknown(
                f"{refs[0] if refs else path} is known after apply", span, refs=refs, sensitive=hidden
            )
        if isinstance(value, Mapping) or (value is None and isinstance(unknown, Mapping) and unknown):
            return Value.known(
                self._members(value or {}, unknown, sensitive, expression, path, span),
                span,
                refs=self._refs(expression) if _is_expression(expression) else (),
                sensitive=hidden,
            )
        if isinstance(value, list):
            items = [
                self._value(
                    part,
                    _at(unknown, n),
                    _at(sensitive, n) or hidden,
                    _block(expression, n),
                    f"{path}[{n}]",
                    span,
                )
                for n, part in enumerate(value)
            ]
            refs = self._refs(expression) if _is_expression(expression) else ()
            return Value.known(tuple(items), span, refs=refs, sensitive=hidden)
        known = from_plain(value, span)
        return Value.known(known.raw, span, refs=self._refs(expression), sensitive=hidden)

    def _members(
        self,
        value: Mapping[str, JSON],
        unknown: JSON,
        sensitive: JSON,
        expression: JSON,
        path: str,
        span: SourceSpan,
    ) -> dict[str, Value]:
        open_ = unknown if isinstance(unknown, Mapping) else {}
        hidden = sensitive if isinstance(sensitive, Mapping) else {}
        block = isinstance(expression, Mapping) and not _is_expression(expression)
        found = {}
        for name in dict.fromkeys((*value, *open_)):
            inner = expression.get(name) if block else expression
            if block and inner is None and open_.get(name) is True:
                continue
            found[name] = self._value(
                value.get(name),
                open_.get(name),
                hidden.get(name, sensitive is True),
                inner,
                f"{path}.{name}",
                span,
            )
        return found

    def _refs(self, expression: JSON) -> tuple[str, ...]:
        return self.module.absolute(references_of(expression))


def _is_expression(data: JSON) -> bool:
    return isinstance(data, Mapping) and ("references" in data or "constant_value" in data)


def _at(data: JSON, place: int) -> JSON:
    return data[place] if isinstance(data, list) and place < len(data) else data is True


def _block(expression: JSON, place: int) -> JSON:
    """The expressions of one block of a type, or the one expression of a list attribute."""
    if isinstance(expression, list):
        return expression[place] if place < len(expression) else None
    return expression
