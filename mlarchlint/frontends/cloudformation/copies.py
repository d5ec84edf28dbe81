"""One copy of a loop's body: its identifier replaced by an element, or by what stands for any."""

from __future__ import annotations

import re
from collections.abc import Callable

from mlarchlint.frontends.cloudformation.calls import call_of, text_of
from mlarchlint.frontends.yaml_tree import List, Map, Node, Scalar

ANY = "*"
# Where a text is the name of something in the template.
_NAMING = frozenset({"Ref", "Fn::GetAtt", "Condition"})
_NAMING_KEYS = frozenset({"Condition", "DependsOn"})


def substitute(body: Map, name: str, text: str) -> Map:
    """The identifier as an element: `${name}`, `&{name}` (alphanumerics only) and `Ref`."""
    return _mapping(
        body, lambda written: substitute_text(written, name, text), lambda n: _plain(n, name, text)
    )


def _plain(node: Node, name: str, text: str) -> Node:
    call = call_of(node)
    if call and call.name == "Ref" and text_of(call.argument) == name:
        return Scalar(text, text, node.span)
    if isinstance(node, Scalar):
        replaced = substitute_text(node.text, name, text)
        return node if replaced == node.text else Scalar(replaced, replaced, node.span, node.tag)
    if isinstance(node, List):
        return List(tuple(_plain(item, name, text) for item in node.items), node.span, node.tag)
    return substitute(node, name, text)


def substitute_text(template: str, name: str, text: str) -> str:
    if "{" not in template:
        return template
    template = template.replace("${" + name + "}", text)
    return template.replace("&{" + name + "}", re.sub(r"[^A-Za-z0-9]", "", text))


def substitute_unknown(body: Map, name: str) -> Map:
    """`*` in the names of what the loop makes; in values the identifier stays, to be looked up."""
    return _mapping(body, lambda written: _any(written, name), lambda node: _open(node, name))


def _mapping(node: Map, rename: Callable[[str], str], change: Callable[[Node], Node]) -> Map:
    members: dict[str, Node] = {}
    keys = {}
    for key, member in node.members.items():
        new = rename(key)
        members[new], keys[new] = change(member), node.keys[key]
    return Map(members, keys, node.span, node.tag)


def _any(text: str, name: str) -> str:
    return text.replace("${" + name + "}", ANY).replace("&{" + name + "}", ANY) if "{" in text else text


def _open(node: Node, name: str) -> Node:
    call = call_of(node)
    if call and call.name in _NAMING:
        return _named(node, name)
    if isinstance(node, Scalar):
        return _open_text(node, name)
    if isinstance(node, List):
        return List(tuple(_open(item, name) for item in node.items), node.span, node.tag)
    members: dict[str, Node] = {}
    keys = {}
    for key, member in node.members.items():
        new = _any(key, name)
        members[new] = _named(member, name) if key in _NAMING_KEYS else _open(member, name)
        if key == "Fn::Sub":
            members[new] = _variables(member, name)
        keys[new] = node.keys[key]
    return Map(members, keys, node.span, node.tag)


def _named(node: Node, name: str) -> Node:
    """The name of something that the loop makes."""
    if isinstance(node, Scalar):
        text = _any(node.text, name)
        return node if text == node.text else Scalar(text, text, node.span, node.tag)
    if isinstance(node, List):
        return List(tuple(_named(item, name) for item in node.items), node.span, node.tag)
    members = {key: _named(member, name) for key, member in node.members.items()}
    return Map(members, node.keys, node.span, node.tag)


def _open_text(node: Scalar, name: str) -> Scalar:
    if "${" + name + "}" not in node.text and "&{" + name + "}" not in node.text:
        return node
    if node.tag.endswith("Sub"):
        found = _variables(node, name)
        return found if isinstance(found, Scalar) else node
    # The language extensions replace the identifier in any text.
    text = re.sub(r"\$\{(?!" + re.escape(name) + r"\})", "${!", node.text)
    text = text.replace("&{" + name + "}", "${" + name + "}")
    return Scalar(text, text, node.span, "!Sub")


def _variables(node: Node, name: str) -> Node:
    """The text of `Fn::Sub`: the identifier inside another variable's name, or as a variable itself."""
    if isinstance(node, List) and node.items:
        rest = tuple(_open(item, name) for item in node.items[1:])
        return List((_variables(node.items[0], name), *rest), node.span, node.tag)
    if not isinstance(node, Scalar):
        return _open(node, name)
    escaped = re.escape(name)
    inner = r"\$\{([^{}$&]*)[$&]\{" + escaped + r"\}([^{}]*)\}"
    text = re.sub(inner, lambda found: "${" + found[1] + ANY + found[2] + "}", node.text)
    text = text.replace("&{" + name + "}", "${" + name + "}")
    return Scalar(text, text, node.span, node.tag)
