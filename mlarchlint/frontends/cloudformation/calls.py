"""Intrinsic function calls, told apart from plain data: `{"Fn::Sub": x}`, `!Sub x`."""

from __future__ import annotations

from mlarchlint.frontends.yaml_tree import List, Map, Node, Scalar
from mlarchlint.model.record import record
from mlarchlint.model.span import SourceSpan

LOOP = "Fn::ForEach::"
TRANSFORM = "Fn::Transform"


@record(frozen=True, slots=True, eq=False)
class Call:
    """name: in the long form. span: of the whole call."""

    name: str
    argument: Node
    span: SourceSpan


def call_of(node: Node) -> Call | None:
    """The call that a node is, or None for plain data."""
    if node.tag:
        name = node.tag.lstrip("!")
        if name not in ("Ref", "Condition") and not name.startswith("Fn::"):
            name = f"Fn::{name}"
        return Call(name, without_tag(node), node.span)
    if isinstance(node, Map) and len(node.members) == 1:
        ((name, argument),) = node.members.items()
        if name == "Ref" or (name.startswith("Fn::") and not name.startswith(LOOP)):
            return Call(name, argument, node.span)
    return None


def without_tag(node: Node) -> Node:
    if isinstance(node, Scalar):
        return Scalar(node.value, node.text, node.span)
    if isinstance(node, List):
        return List(node.items, node.span)
    return Map(node.members, node.keys, node.span)


def arguments_of(node: Node) -> tuple[Node, ...]:
    """The arguments of a function that takes a list; a lone one counts as a list of itself."""
    return node.items if isinstance(node, List) and not node.tag else (node,)


def text_of(node: Node | None) -> str | None:
    """The text of an untagged scalar, as written."""
    return node.text if isinstance(node, Scalar) and not node.tag else None


def attribute_of(argument: Node) -> tuple[str, str] | None:
    """The logical id and attribute that GetAtt names; None where its attribute is computed."""
    if isinstance(argument, Scalar):
        name, _, attribute = argument.text.partition(".")
        return (name, attribute) if attribute else None
    if isinstance(argument, List) and len(argument.items) >= 2:
        texts = [text_of(item) for item in argument.items]
        if all(text is not None for text in texts):
            return str(texts[0]), ".".join(str(text) for text in texts[1:])
    return None
