"""The tree of a YAML or JSON document: nodes with positions."""

from __future__ import annotations

from typing import Union

from mlarchlint.frontends.yaml_scalars import Scalar as Plain
from mlarchlint.frontends.yaml_text import Comment
from mlarchlint.model.record import record
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value


@record(frozen=True, slots=True, eq=False)
class Scalar:
    """value: resolved, unless quoted or tagged. text: as written. tag: `!Ref`, or "" for none."""

    value: Plain
    text: str
    span: SourceSpan
    tag: str = ""


@record(frozen=True, slots=True, eq=False)
class List:
    items: tuple[Node, ...]
    span: SourceSpan
    tag: str = ""


@record(frozen=True, slots=True, eq=False)
class Map:
    """members in source order, by the text of their key; keys: where each key stands."""

    members: dict[str, Node]
    keys: dict[str, SourceSpan]
    span: SourceSpan
    tag: str = ""

    def get(self, name: str) -> Node | None:
        return self.members.get(name)

    def span_of(self, name: str) -> SourceSpan:
        """From the key to the end of its value."""
        return between(self.keys[name], self.members[name].span)


Node = Union[Scalar, List, Map]


@record(frozen=True, slots=True, eq=False)
class Document:
    """One document that is not empty. comments: those of its lines that mention mlarchlint."""

    root: Node
    path: str
    comments: tuple[Comment, ...] = ()


def between(start: SourceSpan, end: SourceSpan) -> SourceSpan:
    """From the start of one span to the end of another; the first alone if they are out of order."""
    if (end.end_line, end.end_column) < (start.end_line, start.end_column) or start.file != end.file:
        return start
    return SourceSpan(start.file, start.line, start.column, end.end_line, end.end_column)


def to_value(node: Node) -> Value:
    """A plain node as a Value; tags are ignored."""
    if isinstance(node, Scalar):
        return Value.known(node.value, node.span)
    if isinstance(node, List):
        return Value.known(tuple(to_value(item) for item in node.items), node.span)
    return Value.known({name: to_value(member) for name, member in node.members.items()}, node.span)
