"""`for` expressions and splats."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from mlarchlint.frontends.terraform import nodes
from mlarchlint.frontends.terraform.convert import ConversionError, convert
from mlarchlint.frontends.terraform.cty import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    Unknown,
    Value,
    called,
    deep_refs,
    friendly,
    joined,
    like,
    list_of,
    list_type,
    object_of,
    tuple_of,
    tuple_type,
)  # fmt: skip
from mlarchlint.frontends.terraform.indexing import step_into
from mlarchlint.frontends.terraform.scope import EvaluationError, Names, Scope
from mlarchlint.model.span import SourceSpan

Evaluate = Callable[[nodes.Expression, Scope], Value]


def for_expression(node: nodes.For, scope: Scope, evaluate: Evaluate) -> Value:
    collection = evaluate(node.collection, scope)
    if type(collection.v) is Unknown:
        _check_iterable(collection, node.collection.span)
        return _open(node, scope, evaluate, collection)
    loop = _Loop(node, scope, evaluate)
    if node.condition is not None and not collection.v:
        loop.check(node.condition)
    failed: EvaluationError | None = None
    for key, item in pairs(collection, node.collection.span):
        try:
            loop.turn(key, item)
        except EvaluationError as error:
            failed = failed or error
    found = loop.result()
    if failed is not None:
        failed.fallback = found
        raise failed
    if collection.sensitive:
        found = like(found, sensitive=True)
    return found


def instead(error: EvaluationError, span: SourceSpan) -> Value:
    """What stands for an expression that is an error, while its surroundings are evaluated."""
    return error.fallback or Value(DYNAMIC, Unknown(error.message), span)


def pairs(collection: Value, span: SourceSpan) -> list[tuple[Value, Value]]:
    """(key, value) of every element; a set's keys are its values."""
    _check_iterable(collection, span)
    held = collection.v
    if type(held) is dict:
        return [(Value(STRING, name, span), item) for name, item in held.items()]
    if collection.type.kind == "set":
        return [(item, item) for item in held]
    return [(Value(NUMBER, number, span), item) for number, item in enumerate(held)]


def _check_iterable(collection: Value, span: SourceSpan) -> None:
    if collection.v is None:
        raise EvaluationError("Iteration over null value", span, f"{called(collection, 'it')} is null")
    if collection.type.is_primitive:
        raise EvaluationError(
            "Iteration over non-iterable value", span, f"it is a {friendly(collection.type)}"
        )


def _open(node: nodes.For, scope: Scope, evaluate: Evaluate, collection: Value) -> Value:
    """The result for a collection that is not known: it names what the collection and one turn name."""
    held = collection.v
    refs = collection.refs
    item = step_into(collection, held, "[*]", DYNAMIC, node.span)
    key = Value(DYNAMIC, Unknown(held.why), node.span)
    names = {node.value: item}
    if node.key is not None:
        names[node.key] = key
    with suppress(EvaluationError):  # what fails for an unknown element may be right for the real ones
        refs = joined(refs, deep_refs([evaluate(node.result, Names(scope, names))]))
    return Value(
        DYNAMIC, Unknown(held.why, symbolic=held.symbolic), node.span, refs, (), collection.sensitive
    )


class _Loop:
    def __init__(self, node: nodes.For, scope: Scope, evaluate: Evaluate) -> None:
        self.node = node
        self.evaluate = evaluate
        self.names: dict[str, Value] = {}
        self.scope = Names(scope, self.names)
        self.items: list[Value] = []
        self.members: dict[str, Value] = {}
        self.groups: dict[str, list[Value]] = {}
        self.open: Value | None = None  # what makes the whole result unknown
        self.sensitive = False

    def turn(self, key: Value, item: Value) -> None:
        node = self.node
        # a fresh scope for every turn: values may keep it
        self.names = {node.value: item} if node.key is None else {node.key: key, node.value: item}
        self.scope = Names(self.scope.outer, self.names)
        if node.condition is not None and not self._included(node.condition):
            return
        name = self._key() if node.result_key is not None else None
        failed: EvaluationError | None = None
        try:
            value = self.evaluate(node.result, self.scope)
        except EvaluationError as error:
            failed, value = error, instead(error, node.span)
        self._keep(name, value)
        if failed is not None:
            raise failed

    def _keep(self, name: Value | None, value: Value) -> None:
        node = self.node
        if name is None:
            self.items.append(value)
        elif type(name.v) is Unknown:
            self.open = self.open or name
            self.items.append(value)
        elif node.grouped:
            self.groups.setdefault(name.v, []).append(value)
        elif name.v in self.members:
            raise EvaluationError("Duplicate object key", node.span, f'two turns give the key "{name.v}"')
        else:
            self.members[name.v] = value

    def check(self, condition: nodes.Expression) -> None:
        """A condition that is wrong for every element is an error without any."""
        any_ = Value(DYNAMIC, Unknown("no element"), self.node.span)
        self.names = (
            {self.node.value: any_} if self.node.key is None else {self.node.key: any_, self.node.value: any_}
        )
        self.scope = Names(self.scope.outer, self.names)
        self._included(condition)
        self.open = None

    def _included(self, condition: nodes.Expression) -> bool:
        found = self.evaluate(condition, self.scope)
        if found.v is None:
            raise EvaluationError("Condition is null", condition.span)
        try:
            found = convert(found, BOOL)
        except ConversionError as error:
            raise EvaluationError("Invalid 'for' condition", condition.span, error.detail) from None
        self.sensitive = self.sensitive or found.sensitive
        if type(found.v) is Unknown:
            self.open = self.open or found
            return True  # evaluated for its references
        return bool(found.v)

    def _key(self) -> Value:
        expression = self.node.result_key
        assert expression is not None
        found = self.evaluate(expression, self.scope)
        if found.v is None:
            raise EvaluationError("Invalid object key", expression.span, "the key is null")
        try:
            found = convert(found, STRING)
        except ConversionError as error:
            raise EvaluationError("Invalid object key", expression.span, error.detail) from None
        self.sensitive = self.sensitive or found.sensitive
        return found

    def result(self) -> Value:
        span = self.node.span
        if self.open is not None:
            grouped = [value for group in self.groups.values() for value in group]
            refs = deep_refs([self.open, *self.items, *self.members.values(), *grouped])
            return Value(DYNAMIC, Unknown(self.open.v.why), span, refs, (), self.sensitive)
        if self.node.result_key is None:
            found = tuple_of(self.items, span)
        elif self.node.grouped:
            found = object_of({name: tuple_of(group, span) for name, group in self.groups.items()}, span)
        else:
            found = object_of(self.members, span)
        return like(found, sensitive=True) if self.sensitive else found


def splat(source: Value, each: Callable[[Value], Value], span: SourceSpan) -> Value:
    """`source[*]`: of a single value a tuple of one, of null none."""
    kind = source.type.kind
    several = kind in ("list", "set", "tuple")
    held = source.v
    if held is None:
        if several:
            raise EvaluationError("Splat of null value", span)
        return Value(tuple_type(()), (), span)
    if type(held) is Unknown:
        return _open_splat(source, held, each, several, span)
    if not several:
        return like(tuple_of([each(like(source, sensitive=False))], span), sensitive=source.sensitive)
    results = [each(item) for item in held]
    if kind != "tuple":
        if not results:
            sample = each(Value(source.type.of, Unknown("no element"), span))
            return Value(list_type(sample.type), (), span)
        if len({result.type for result in results}) == 1:
            return like(list_of(results[0].type, results, span), sensitive=source.sensitive)
    return like(tuple_of(results, span), sensitive=source.sensitive)


def _open_splat(
    source: Value, held: Unknown, each: Callable[[Value], Value], several: bool, span: SourceSpan
) -> Value:
    if source.type.kind == "dynamic" or not several:
        found = each(step_into(source, held, "[*]", source.type, span))
        type_ = DYNAMIC
    else:
        inner = DYNAMIC if source.type.kind == "tuple" else source.type.of
        found = each(step_into(source, held, "[*]", inner, span))
        type_ = DYNAMIC if source.type.kind == "tuple" else list_type(found.type)
    path = found.v.path if type(found.v) is Unknown else ""
    content = Unknown(held.why, path, symbolic=held.symbolic)
    return Value(type_, content, span, found.refs or source.refs, source.origin, source.sensitive)
