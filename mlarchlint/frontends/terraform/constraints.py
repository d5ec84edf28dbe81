"""Type constraints of variables, with the defaults that `optional()` gives.

https://developer.hashicorp.com/terraform/language/expressions/type-constraints
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from mlarchlint.frontends.terraform import cty, nodes
from mlarchlint.frontends.terraform.blocks import static_text
from mlarchlint.frontends.terraform.convert import convert
from mlarchlint.frontends.terraform.evaluate import evaluate
from mlarchlint.frontends.terraform.scope import EvaluationError, empty_scope
from mlarchlint.frontends.terraform.syntax import SyntaxProblem, parse_expression
from mlarchlint.model.record import record

_PRIMITIVES = {"string": cty.STRING, "number": cty.NUMBER, "bool": cty.BOOL, "any": cty.DYNAMIC}
_COLLECTIONS = {"list": cty.list_type, "set": cty.set_type, "map": cty.map_type}
_MAX_DEPTH = 64


@record(frozen=True, slots=True)
class Constraint:
    """values: defaults by attribute. parts: by attribute or place; `element` for collections."""

    type: cty.Type
    values: Mapping[str, cty.Value] = field(default_factory=dict)
    parts: Mapping[str, Constraint] = field(default_factory=dict)

    @property
    def has_defaults(self) -> bool:
        return bool(self.values or self.parts)


ANY = Constraint(cty.DYNAMIC)


def constraint(expression: nodes.Expression, depth: int = 0) -> Constraint:
    """Reads a constraint; raises EvaluationError."""
    if depth > _MAX_DEPTH:
        raise EvaluationError("Invalid type specification", expression.span, "it is nested too deeply")
    text = static_text(expression)
    if text is not None:
        return _quoted(text, expression, depth)
    if isinstance(expression, nodes.Paren):
        return constraint(expression.inner, depth + 1)
    if isinstance(expression, nodes.Variable):
        if expression.name in _PRIMITIVES:
            return Constraint(_PRIMITIVES[expression.name])
        if expression.name in ("list", "set", "map"):
            return Constraint(_COLLECTIONS[expression.name](cty.DYNAMIC))
    if isinstance(expression, nodes.Call) and len(expression.arguments) == 1:
        return _call(expression.name, expression.arguments[0], expression, depth)
    raise EvaluationError("Invalid type specification", expression.span, "it is not a type")


def _quoted(text: str, expression: nodes.Expression, depth: int) -> Constraint:
    """`"string"` as before Terraform 0.12, and every type of JSON syntax."""
    try:
        span = expression.span
        parsed = parse_expression(text, span.file, span.line, span.column)
    except SyntaxProblem as problem:
        raise EvaluationError("Invalid type specification", expression.span, str(problem)) from None
    return constraint(parsed, depth + 1)


def _call(name: str, argument: nodes.Expression, whole: nodes.Expression, depth: int) -> Constraint:
    if name in _COLLECTIONS:
        element = constraint(argument, depth + 1)
        return Constraint(_COLLECTIONS[name](element.type), {}, _held({"element": element}))
    if name == "tuple" and isinstance(argument, nodes.Tuple):
        items = [constraint(item, depth + 1) for item in argument.items]
        parts = {str(place): item for place, item in enumerate(items)}
        return Constraint(cty.tuple_type([item.type for item in items]), {}, _held(parts))
    if name == "object" and isinstance(argument, nodes.Object):
        return _object(argument, depth)
    raise EvaluationError("Invalid type specification", whole.span, f"{name} is not a type")


def _object(argument: nodes.Object, depth: int) -> Constraint:
    parts: dict[str, Constraint] = {}
    values: dict[str, cty.Value] = {}
    optional: set[str] = set()
    for key, given in argument.items:
        name, inner = _attribute_name(key), given
        if isinstance(given, nodes.Call) and given.name == "optional" and 1 <= len(given.arguments) <= 2:
            optional.add(name)
            inner = given.arguments[0]
        parts[name] = constraint(inner, depth + 1)
        if inner is not given and isinstance(given, nodes.Call) and len(given.arguments) == 2:
            value = evaluate(given.arguments[1], empty_scope())
            values[name] = convert(apply_defaults(value, parts[name]), parts[name].type)
    attrs = {name: part.type for name, part in parts.items()}
    return Constraint(cty.object_type(attrs, frozenset(optional)), values, _held(parts))


def _attribute_name(key: nodes.Expression) -> str:
    if isinstance(key, nodes.Literal):
        return str(key.value)
    if isinstance(key, nodes.Variable):
        return key.name
    raise EvaluationError("Invalid type specification", key.span, "attribute names must be plain names")


def _held(parts: Mapping[str, Constraint]) -> dict[str, Constraint]:
    return {name: part for name, part in parts.items() if part.has_defaults}


def apply_defaults(value: cty.Value, wanted: Constraint) -> cty.Value:
    """The value with the defaults of missing and null attributes filled in, before conversion."""
    held = value.v
    if not wanted.has_defaults or held is None or value.is_unknown:
        return value
    if wanted.type.kind == "object" and isinstance(held, dict):
        filled = dict(held)
        for name, default in wanted.values.items():
            if name not in filled or filled[name].is_null:
                filled[name] = default
        for name, part in wanted.parts.items():
            if name in filled:
                filled[name] = apply_defaults(filled[name], part)
        return _like(value, cty.object_of(filled, value.span))
    if isinstance(held, dict) and "element" in wanted.parts:
        inside = {name: apply_defaults(part, wanted.parts["element"]) for name, part in held.items()}
        return _like(value, cty.object_of(inside, value.span))
    if isinstance(held, tuple):
        every = wanted.parts.get("element")
        items = [_item(part, every or wanted.parts.get(str(n))) for n, part in enumerate(held)]
        return _like(value, cty.tuple_of(items, value.span))
    return value


def _item(value: cty.Value, wanted: Constraint | None) -> cty.Value:
    return value if wanted is None else apply_defaults(value, wanted)


def _like(value: cty.Value, made: cty.Value) -> cty.Value:
    return cty.like(made, refs=value.refs, origin=value.origin, sensitive=value.sensitive)
