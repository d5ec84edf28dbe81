"""`Fn::Sub`, and the dynamic references that a text may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlarchlint.frontends.cloudformation.calls import Call, arguments_of, call_of
from mlarchlint.frontends.cloudformation.functions import concatenated
from mlarchlint.frontends.cloudformation.scenarios import unknown_of
from mlarchlint.frontends.cloudformation.template import as_text, value_text
from mlarchlint.frontends.yaml_tree import Map, Scalar
from mlarchlint.model.regex import regex
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value

if TYPE_CHECKING:
    from mlarchlint.frontends.cloudformation.evaluator import Evaluator

_VARIABLE = regex(r"\$\{([^}]*)\}")
_DYNAMIC = regex(r"\{\{resolve:([a-z-]+)")


def sub(evaluator: Evaluator, call: Call) -> Value:
    parts = arguments_of(call.argument)
    variables = parts[1] if len(parts) == 2 else None
    template = parts[0] if parts else call.argument
    if call_of(template) is not None:
        return unknown_of((evaluator.value(template),), call.span)
    if not isinstance(template, Scalar) or not isinstance(variables, (Map, type(None))):
        return evaluator.refuse("Fn::Sub takes a text and a mapping of its variables", call.span)
    text = as_text(template)
    pieces: list[Value] = []
    end = 0
    for match in _VARIABLE.finditer(text):
        pieces.append(Value.known(text[end : match.start()], template.span))
        pieces.append(_variable(evaluator, match.group(1).strip(), variables, call.span))
        end = match.end()
    pieces.append(Value.known(text[end:], template.span))
    result = concatenated([piece for piece in pieces if piece.raw != ""], "", call.span)
    return dynamic(result) if "{{resolve:" in text else result


def _variable(evaluator: Evaluator, name: str, variables: Map | None, span: SourceSpan) -> Value:
    if name.startswith("!"):
        return Value.known("${" + name[1:] + "}", span)
    given = variables.get(name) if variables else None
    if given is not None:
        return evaluator.value(given)
    head, dot, attribute = name.partition(".")
    if dot and name not in evaluator.stack.resources:
        return evaluator.attribute(head, attribute, span)
    return evaluator.named(name, span)


def dynamic(value: Value) -> Value:
    """`{{resolve:secretsmanager:…}}`: CloudFormation reads it at deployment."""
    text = value_text(value)
    service = _DYNAMIC.search(text or "")
    if text is not None and not service:
        return value
    why = f"read from {service.group(1) if service else 'a dynamic reference'} at deployment"
    refs = (*value.refs, "data.AWS::DynamicReference")
    return Value.unknown(why, value.span, origin=value.origin, refs=refs, sensitive=True)
