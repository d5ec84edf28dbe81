"""Blocks of a body, whichever syntax it is written in.

In JSON syntax nothing but the schema tells a block from an argument, so a reader asks for
the blocks of a type it knows, with the number of labels that type has.
"""

from __future__ import annotations

from collections.abc import Iterator

from mlarchlint.frontends.terraform.nodes import Argument, Block, Body, Expression, Literal, Object, Tuple


def blocks_of(body: Body, type_: str, labels: int = 0) -> Iterator[Block]:
    """The blocks of this type in source order."""
    for block in body.blocks:
        if block.type == type_:
            yield block
    if body.json and type_ in body.arguments:
        yield from blocks_of_argument(body.arguments[type_], labels)


def blocks_of_argument(argument: Argument, labels: int) -> Iterator[Block]:
    """A JSON member read as blocks: objects nested once per label; lists at every level."""
    yield from _unfold(argument.name, argument.expression, labels, ())


def _unfold(type_: str, value: Expression, missing: int, labels: tuple[str, ...]) -> Iterator[Block]:
    if isinstance(value, Tuple):
        for item in value.items:
            yield from _unfold(type_, item, missing, labels)
    elif isinstance(value, Object):
        if missing:
            for name, member in _members(value):
                yield from _unfold(type_, member, missing - 1, (*labels, name))
        else:
            yield Block(type_, labels, body_of(value), value.span, value.span)


def body_of(value: Object) -> Body:
    arguments = {name: Argument(name, member, member.span) for name, member in _members(value)}
    return Body(arguments, (), value.span, json=True)


def _members(value: Object) -> Iterator[tuple[str, Expression]]:
    for key, member in value.items:
        if isinstance(key, Literal) and isinstance(key.value, str) and key.value != "//":
            yield key.value, member


def first_block(body: Body, type_: str) -> Block | None:
    return next(blocks_of(body, type_), None)


def static_text(expression: Expression | None) -> str | None:
    """The text of a string without interpolation."""
    if isinstance(expression, Literal) and isinstance(expression.value, str):
        return expression.value
    return None


def static_bool(body: Body, name: str, default: bool) -> bool:
    """An argument that Terraform takes only as a constant (`nullable`, `sensitive`)."""
    argument = body.arguments.get(name)
    value = argument.expression if argument else None
    if isinstance(value, Literal):
        if isinstance(value.value, bool):
            return value.value
        if value.value in ("true", "false"):
            return value.value == "true"
    return default
