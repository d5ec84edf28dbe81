"""The body of a block, evaluated: one value per argument, a list of objects per block type.

In JSON syntax an object may be a block or a map; only the provider's schema knows. It stays
an object: paths into a body treat an object and a list of one object the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from mlarchlint.frontends.terraform import cty, nodes
from mlarchlint.frontends.terraform.blocks import blocks_of_argument, body_of, first_block, static_text
from mlarchlint.frontends.terraform.evaluate import evaluate
from mlarchlint.frontends.terraform.scenarios import with_scenarios
from mlarchlint.frontends.terraform.scope import EvaluationError, Names, Scope
from mlarchlint.frontends.terraform.to_model import to_model
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import State, Value

_KNOWN = State.KNOWN
META_BLOCKS = frozenset({"lifecycle", "provisioner", "connection", "dynamic"})


class Bodies:
    """Evaluates bodies. errors: every expression that failed, each once."""

    def __init__(self, max_blocks: int) -> None:
        self.max_blocks = max_blocks
        self.errors: dict[SourceSpan, str] = {}
        self._dynamic_inside: dict[int, bool] = {}

    # -- values --------------------------------------------------------------------------

    def argument(self, expression: nodes.Expression, scope: Scope) -> Value:
        span = expression.span
        if type(expression) is nodes.Literal and (held := written(expression)) is not None:
            return Value(_KNOWN, held, span)
        try:
            value = to_model(evaluate(expression, scope), span)
            return value if not value.is_unknown else with_scenarios(value, expression, scope)
        except EvaluationError as error:
            return self.failed(error, span)
        except RecursionError:
            return self.failed(EvaluationError("The expression refers to others too deeply", span), span)

    def failed(self, error: EvaluationError, span: SourceSpan) -> Value:
        self.errors.setdefault(error.span or span, error.message)
        return Value.failed(error.message, span)

    def body(self, body: nodes.Body, scope: Scope, skip: Collection[str] = ()) -> dict[str, Value]:
        """skip: meta-arguments, and blocks that say nothing about the resource."""
        found: dict[str, Value] = {}
        for name, argument in body.arguments.items():
            if name in skip or (body.json and name in META_BLOCKS):
                continue
            if body.json and self._has_dynamic(argument.expression):
                found[name] = self._json_blocks(argument, scope)
            else:
                found[name] = self.argument(argument.expression, scope)
        if not body.blocks and not body.json:
            return found
        for name, values in self._blocks(body, scope, skip).items():
            held = found[name].items() if name in found else ()
            unknown = next((value for value in values if value.is_unknown), None)
            if unknown is not None and len(values) == 1:
                found[name] = unknown
            else:
                found[name] = Value.known((*held, *values), values[0].span if values else body.span)
        return found

    # -- blocks --------------------------------------------------------------------------

    def _blocks(self, body: nodes.Body, scope: Scope, skip: Collection[str]) -> dict[str, list[Value]]:
        found: dict[str, list[Value]] = {}
        for block in nested_blocks(body):
            if block.type == "dynamic" and block.labels:
                found.setdefault(block.labels[0], []).extend(self._dynamic(block, scope))
            elif block.type not in skip:
                found.setdefault(block.type, []).append(self._block(block, scope))
        return {name: values for name, values in found.items() if values}

    def _block(self, block: nodes.Block, scope: Scope) -> Value:
        value = Value.known(self.body(block.body, scope), block.span)
        for label in reversed(block.labels):
            value = Value.known({label: value}, block.span)
        return value

    def _dynamic(self, block: nodes.Block, scope: Scope) -> Iterator[Value]:
        """One object per element of its for_each, with the span of the block."""
        argument, content = block.body.arguments.get("for_each"), first_block(block.body, "content")
        if argument is None or content is None:
            missing = "for_each" if argument is None else "content"
            yield self.failed(EvaluationError(f"dynamic block without {missing}", block.header), block.span)
            return
        name = _iterator(block)
        try:
            collection = evaluate(argument.expression, scope)
            pairs = self._pairs(collection, argument.expression.span)
        except EvaluationError as error:
            yield self.failed(error, argument.expression.span)
            return
        if pairs is None:
            yield self._unknown_blocks(content, collection, name, scope, block.span)
            return
        for key, value in pairs:
            inner = Names(scope, {name: cty.object_of({"key": key, "value": value})})
            yield self._labelled(block, self.body(content.body, inner), inner)

    def _labelled(self, block: nodes.Block, held: Mapping[str, Value], scope: Scope) -> Value:
        value = Value.known(held, block.span)
        labels = block.body.arguments.get("labels")
        if labels is not None:
            for label in reversed(self.argument(labels.expression, scope).items()):
                value = Value.known({label.text() or "": value}, block.span)
        return value

    def _unknown_blocks(
        self, content: nodes.Block, collection: cty.Value, name: str, scope: Scope, span: SourceSpan
    ) -> Value:
        """How many there are is unknown; what they name is kept."""
        why = cty.why_unknown([collection])
        parts = {"key": cty.unknown(why), "value": cty.unknown(why, refs=collection.refs)}
        inside = self.body(content.body, Names(scope, {name: cty.object_of(parts)}))
        refs = dict.fromkeys((*collection.refs, *(ref for v in inside.values() for ref in v.all_refs())))
        return Value.unknown(why, span, refs=tuple(refs))

    def _pairs(self, value: cty.Value, span: SourceSpan) -> list[tuple[cty.Value, cty.Value]] | None:
        held = value.v
        if value.is_unknown:
            return None
        if isinstance(held, dict):
            pairs = [(cty.string(key, span), part) for key, part in held.items()]
        elif isinstance(held, tuple) and value.type.kind == "set":
            pairs = [(part, part) for part in held]
        elif isinstance(held, tuple):
            pairs = [(cty.number(place, span), part) for place, part in enumerate(held)]
        else:
            kind = "null" if held is None else cty.friendly(value.type)
            raise EvaluationError("Invalid dynamic for_each value", span, f"cannot iterate over {kind}")
        if len(pairs) > self.max_blocks:
            raise EvaluationError(
                "Too many blocks", span, f"{len(pairs)} blocks, more than the limit of {self.max_blocks}"
            )
        return pairs

    # -- JSON syntax ---------------------------------------------------------------------

    def _has_dynamic(self, expression: nodes.Expression) -> bool:
        """Whether a member holds `dynamic` blocks somewhere, so that it is certainly a block."""
        key = id(expression)
        found = self._dynamic_inside.get(key)
        if found is None:
            found = self._dynamic_inside[key] = _holds_dynamic(expression)
        return found

    def _json_blocks(self, argument: nodes.Argument, scope: Scope) -> Value:
        blocks = [self._block(block, scope) for block in blocks_of_argument(argument, 0)]
        return Value.known(tuple(blocks), argument.span)


def written(literal: nodes.Literal) -> bool | int | str | None:
    """What a literal is, where nothing has to be worked out: most arguments."""
    held = literal.value
    kind = type(held)
    if kind is bool or kind is int or (kind is str and held.isascii()):  # type: ignore[union-attr]
        return held  # type: ignore[return-value]
    return None


def nested_blocks(body: nodes.Body) -> Iterator[nodes.Block]:
    """The blocks in source order, with the dynamic blocks of JSON syntax."""
    yield from body.blocks
    if body.json and "dynamic" in body.arguments:
        yield from blocks_of_argument(body.arguments["dynamic"], 1)


def _holds_dynamic(expression: nodes.Expression) -> bool:
    if isinstance(expression, nodes.Tuple):
        return any(_holds_dynamic(item) for item in expression.items)
    if not isinstance(expression, nodes.Object):
        return False
    members = body_of(expression).arguments
    inside = members.get("dynamic")
    if inside is not None and any(
        {"for_each", "content"} <= set(block.body.arguments) for block in blocks_of_argument(inside, 1)
    ):
        return True
    return any(_holds_dynamic(member.expression) for member in members.values())


def _iterator(block: nodes.Block) -> str:
    argument = block.body.arguments.get("iterator")
    expression = argument.expression if argument else None
    if isinstance(expression, nodes.Variable):
        return expression.name
    return static_text(expression) or block.labels[0]
