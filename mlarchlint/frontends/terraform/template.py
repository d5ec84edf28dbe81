"""Templates -> strings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mlarchlint.frontends.terraform import nodes
from mlarchlint.frontends.terraform.comprehension import Evaluate, pairs
from mlarchlint.frontends.terraform.convert import ConversionError, convert
from mlarchlint.frontends.terraform.cty import STRING, Unknown, Value, called, friendly
from mlarchlint.frontends.terraform.operators import combined, unknown_from
from mlarchlint.frontends.terraform.partial_text import partial_text
from mlarchlint.frontends.terraform.scope import EvaluationError, Names, Scope
from mlarchlint.model.span import SourceSpan

MAX_LENGTH = 10_000_000  # characters of one string
Choose = Callable[..., Value]


def template(node: nodes.Template, scope: Scope, evaluate: Evaluate, choose: Choose) -> Value:
    parts = node.parts
    if len(parts) == 1 and not isinstance(parts[0], (nodes.TemplateIf, nodes.TemplateFor)):
        return evaluate(parts[0], scope)  # `"${x}"` is x, whatever its type
    return _Writer(evaluate, choose, node.span).text(parts, scope)


class _Writer:
    def __init__(self, evaluate: Evaluate, choose: Choose, span: SourceSpan) -> None:
        self.evaluate = evaluate
        self.choose = choose
        self.span = span

    def text(self, parts: tuple[nodes.TemplatePart, ...], scope: Scope) -> Value:
        texts: list[Value] = []
        for part in parts:
            try:
                texts.append(self._part(part, scope))
            except EvaluationError as error:
                error.fallback = Value(STRING, Unknown(error.message), self.span)
                raise
        return joined_text(texts, self.span)

    def _part(self, part: nodes.TemplatePart, scope: Scope) -> Value:
        if type(part) is nodes.Literal and type(part.value) is str:
            return Value(STRING, part.value, part.span)
        if isinstance(part, nodes.TemplateIf):
            return self._if(part, scope)
        if isinstance(part, nodes.TemplateFor):
            return self._for(part, scope)
        return _as_text(self.evaluate(part, scope), part.span)

    def _if(self, part: nodes.TemplateIf, scope: Scope) -> Value:
        found: Value = self.choose(
            part.span,
            lambda: self.evaluate(part.condition, scope),
            lambda: self.text(part.then, scope),
            lambda: self.text(part.otherwise, scope),
        )
        return found

    def _for(self, part: nodes.TemplateFor, scope: Scope) -> Value:
        collection = self.evaluate(part.collection, scope)
        if type(collection.v) is Unknown:
            return unknown_from([collection], STRING, part.span)
        texts: list[Value] = []
        for key, item in pairs(collection, part.collection.span):
            names: dict[str, Any] = (
                {part.value: item} if part.key is None else {part.key: key, part.value: item}
            )
            texts.append(self.text(part.body, Names(scope, names)))
        found = joined_text(texts, part.span)
        found.sensitive = found.sensitive or collection.sensitive
        return found


def _as_text(value: Value, span: SourceSpan) -> Value:
    if value.type is STRING and value.v is not None:
        return value
    if value.v is None:
        raise EvaluationError(
            "Invalid template interpolation value", span, f"{called(value, 'the value')} is null"
        )
    try:
        return convert(value, STRING)
    except ConversionError:
        detail = f"a {friendly(value.type)} cannot stand in a string"
        raise EvaluationError("Invalid template interpolation value", span, detail) from None


def joined_text(parts: list[Value], span: SourceSpan) -> Value:
    if any(type(part.v) is Unknown for part in parts):
        found = unknown_from(parts, STRING, span)
        if not found.sensitive:
            found.v.text = partial_text(parts)
        return found
    text = "".join([part.v for part in parts])
    if len(text) > MAX_LENGTH:
        raise EvaluationError("The string is too long", span, f"more than {MAX_LENGTH} characters")
    return combined(parts, STRING, text, span)
