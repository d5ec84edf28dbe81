"""Expressions -> values, as Terraform 1.11 evaluates them, and 1.12 where one side of a condition decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from mlarchlint.frontends.terraform import nodes
from mlarchlint.frontends.terraform import number as numbers
from mlarchlint.frontends.terraform.comprehension import for_expression, instead, splat
from mlarchlint.frontends.terraform.convert import ConversionError, convert
from mlarchlint.frontends.terraform.cty import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    Type,
    Unknown,
    Value,
    deep_refs,
    is_sensitive,
    joined,
    like,
    object_of,
    string,
    tuple_of,
)  # fmt: skip
from mlarchlint.frontends.terraform.functions import call
from mlarchlint.frontends.terraform.indexing import attribute, index
from mlarchlint.frontends.terraform.operators import binary, logical, unary
from mlarchlint.frontends.terraform.scope import EvaluationError, Names, Scope, Step
from mlarchlint.frontends.terraform.template import template
from mlarchlint.frontends.terraform.unify import unify
from mlarchlint.model.span import SourceSpan

ITEM = "<item>"  # what SplatItem stands for; no configuration can name it


def evaluate(expression: nodes.Expression, scope: Scope) -> Value:
    """The value; raises EvaluationError where Terraform reports an error."""
    try:
        return _EVALUATE[type(expression)](expression, scope)
    except RecursionError:
        raise EvaluationError("The expression is nested too deeply", expression.span) from None


def _literal(node: nodes.Literal, scope: Scope) -> Value:
    held = node.value
    kind = type(held)
    if kind is str:
        return string(str(held), node.span)
    if kind is bool:
        return Value(BOOL, held, node.span)
    if kind is int:
        return Value(NUMBER, held, node.span)
    if held is None:
        return Value(DYNAMIC, None, node.span)
    return Value(NUMBER, numbers.parse(str(held)), node.span)


def _reference(node: Any, scope: Scope) -> Value:
    """A chain of steps: the scope takes as many as it knows, the rest are taken one by one."""
    steps: list[Step] = []
    base = node
    while True:
        kind = type(base)
        if kind is nodes.Attribute or kind is nodes.Index:
            steps.append(base)
            base = base.of
        else:
            break
    steps.reverse()
    taken = 0
    if kind is nodes.Variable:
        value, taken = scope.resolve(base, tuple(steps), scope)
    else:
        value = _EVALUATE[kind](base, scope)
    for step in steps[taken:] if taken else steps:
        if type(step) is nodes.Attribute:
            value = attribute(value, step.name, step.span)
        else:
            value = index(value, _EVALUATE[type(step.key)](step.key, scope), step.span)  # type: ignore[union-attr]
    return value


def _splat_item(node: nodes.SplatItem, scope: Scope) -> Value:
    return scope.resolve(nodes.Variable(ITEM, node.span), (), scope)[0]


def _splat(node: nodes.Splat, scope: Scope) -> Value:
    source = evaluate(node.of, scope)

    def each(item: Value) -> Value:
        return _EVALUATE[type(node.each)](node.each, Names(scope, {ITEM: item}))

    return splat(source, each, node.span)


def _unary(node: nodes.Unary, scope: Scope) -> Value:
    return unary(node.operator, _EVALUATE[type(node.operand)](node.operand, scope), node.span)


def _binary(node: nodes.Binary, scope: Scope) -> Value:
    """A long chain `a || b || c ...` leans to the left: it is walked, not descended."""
    chain: list[nodes.Binary] = []
    left: nodes.Expression = node
    while type(left) is nodes.Binary:
        chain.append(left)
        left = left.left
    failed: EvaluationError | None = None
    try:
        value, failed = _side(chain[-1].operator, left, scope)
        for link in reversed(chain):
            right, error = _side(link.operator, link.right, scope)
            if link.operator in ("&&", "||"):
                value, failed = logical(link.operator, (value, failed), (right, error), link.span)
            elif failed or error:
                raise failed or error  # type: ignore[misc]
            else:
                value = binary(link.operator, value, right, link.span)
        if failed:
            raise failed
    except EvaluationError as error:
        _fail(error, Value(NUMBER if node.operator in "+-*/%" else BOOL, Unknown(error.message), node.span))
    return value


def _side(operator: str, node: nodes.Expression, scope: Scope) -> tuple[Value, EvaluationError | None]:
    """An error of the side that does not decide a condition does not count."""
    if operator in ("&&", "||"):
        return _attempt(lambda: _EVALUATE[type(node)](node, scope), node.span)
    return _EVALUATE[type(node)](node, scope), None


def _conditional(node: nodes.Conditional, scope: Scope) -> Value:
    return choose(
        node.span,
        lambda: evaluate(node.condition, scope),
        lambda: evaluate(node.then, scope),
        lambda: evaluate(node.otherwise, scope),
    )


def choose(
    span: SourceSpan,
    condition: Callable[[], Value],
    then: Callable[[], Value],
    otherwise: Callable[[], Value],
) -> Value:
    """Both results are evaluated, for their common type; an error of the one not chosen does not count."""
    branches = [_attempt(then, span), _attempt(otherwise, span)]
    type_ = _common(branches[0][0], branches[1][0], span)
    try:
        decided = _decided(condition(), span)
    except EvaluationError as error:
        _fail(error, Value(type_, Unknown(error.message), span))
    held = decided.v
    if type(held) is Unknown:
        return _undecided(decided, held, branches, type_, span)
    value, error_ = branches[0] if held else branches[1]
    if error_ is not None:
        _fail(error_, Value(type_, Unknown(error_.message), span))
    try:
        value = convert(value, type_)
    except ConversionError as error:
        raise EvaluationError("Inconsistent conditional result types", span, error.detail) from None
    return like(value, sensitive=True) if decided.sensitive and not value.sensitive else value


def _decided(condition: Value, span: SourceSpan) -> Value:
    try:
        condition = convert(condition, BOOL)
    except ConversionError as error:
        raise EvaluationError("Incorrect condition type", span, error.detail) from None
    if condition.v is None:
        raise EvaluationError("Null condition", span, "the condition is null, neither true nor false")
    return condition


def _attempt(branch: Callable[[], Value], span: SourceSpan) -> tuple[Value, EvaluationError | None]:
    try:
        return branch(), None
    except EvaluationError as error:
        return instead(error, span), error


def _common(one: Value, other: Value, span: SourceSpan) -> Type:
    if one.v is None and one.type is DYNAMIC:
        return other.type
    if other.v is None and other.type is DYNAMIC:
        return one.type
    if DYNAMIC in (one.type, other.type):
        return DYNAMIC
    found = unify((one.type, other.type))
    if found is None:
        raise EvaluationError("Inconsistent conditional result types", span)
    return found


def _undecided(decided: Value, held: Unknown, branches: list[Any], type_: Type, span: SourceSpan) -> Value:
    for _, error in branches:
        if error is not None and branches[0][1] is not None and branches[1][1] is not None:
            raise error
    results = [value for value, error in branches if error is None]
    not_null = all(value.v is not None and getattr(value.v, "not_null", True) for value in results)
    refs = joined(decided.refs, deep_refs(results))
    sensitive = decided.sensitive or any(is_sensitive(value) for value in results)
    symbolic = held.symbolic and all(getattr(value.v, "symbolic", True) for value in results)
    content = Unknown(held.why, symbolic=symbolic, not_null=not_null)
    return Value(type_, content, span, refs, decided.origin, sensitive)


def _tuple(node: nodes.Tuple, scope: Scope) -> Value:
    failed: EvaluationError | None = None
    items: list[Value] = []
    for item in node.items:
        try:
            items.append(_EVALUATE[type(item)](item, scope))
        except EvaluationError as error:
            failed = failed or error
            items.append(instead(error, item.span))
    result = tuple_of(items, node.span)
    if failed is not None:
        _fail(failed, result)
    return result


def _fail(error: EvaluationError, fallback: Value) -> NoReturn:
    error.fallback = fallback
    raise error


def _object(node: nodes.Object, scope: Scope) -> Value:
    attrs: dict[str, Value] = {}
    sensitive = False
    open_: Value | None = None
    failed: EvaluationError | None = None
    for key, item in node.items:
        try:
            value = _EVALUATE[type(item)](item, scope)
        except EvaluationError as error:
            failed = failed or error
            value = instead(error, item.span)
        if type(key) is nodes.Literal and type(key.value) is str:
            attrs[key.value] = value
            continue
        name = _object_key(key, scope)
        sensitive = sensitive or name.sensitive
        if type(name.v) is Unknown:
            open_ = name
        else:
            attrs[name.v] = value
    if failed is not None:
        _fail(failed, object_of(attrs, node.span))
    if open_ is not None:
        return Value(DYNAMIC, Unknown(open_.v.why), node.span, joined(open_.refs, deep_refs(attrs.values())))
    found = object_of(attrs, node.span)
    found.sensitive = sensitive
    return found


def _object_key(key: nodes.Expression, scope: Scope) -> Value:
    if type(key) in (nodes.Attribute, nodes.Index):
        raise EvaluationError("Ambiguous attribute key", key.span, "put the key in parentheses")
    name = evaluate(key, scope)
    if name.v is None:
        raise EvaluationError("Null value as key", key.span)
    try:
        return convert(name, STRING)
    except ConversionError as error:
        raise EvaluationError("Incorrect key type", key.span, error.detail) from None


def _for(node: nodes.For, scope: Scope) -> Value:
    return for_expression(node, scope, evaluate)


def _call(node: nodes.Call, scope: Scope) -> Value:
    try:
        return call(node, scope, evaluate)
    except EvaluationError as error:
        error.fallback = None  # what stands for an argument does not stand for the result
        raise


def _paren(node: nodes.Paren, scope: Scope) -> Value:
    return _EVALUATE[type(node.inner)](node.inner, scope)


def _template(node: nodes.Template, scope: Scope) -> Value:
    return template(node, scope, evaluate, choose)


_EVALUATE: dict[type, Callable[[Any, Scope], Value]] = {
    nodes.Literal: _literal,
    nodes.Template: _template,
    nodes.Variable: _reference,
    nodes.Attribute: _reference,
    nodes.Index: _reference,
    nodes.Splat: _splat,
    nodes.SplatItem: _splat_item,
    nodes.Unary: _unary,
    nodes.Binary: _binary,
    nodes.Conditional: _conditional,
    nodes.Tuple: _tuple,
    nodes.Object: _object,
    nodes.For: _for,
    nodes.Call: _call,
    nodes.Paren: _paren,
}
