"""Puts what an overlay builds back where it was written: in a base, or in a patch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mlarchlint.frontends.yaml_nodes import Document, List, Map, Node, Scalar
from mlarchlint.model.regex import regex
from mlarchlint.model.span import SourceSpan

Written = Node
ORIGIN = "config.kubernetes.io/origin"
_PATH = regex(r"^path:\s*(\S.*?)\s*$", re.MULTILINE)


def origin_of(document: Document) -> str:
    """The file that an object comes from, as kustomize says it; empty for what is generated."""
    note = _member(_member(_member(document.root, "metadata"), "annotations"), ORIGIN)
    if not isinstance(note, Scalar):
        return ""
    found = _PATH.search(note.text)
    return found[1] if found else ""


def at_origin(
    document: Document, origins: Sequence[Node], patches: Sequence[Node], fallback: str
) -> Document:
    """The document with the spans of its base, or of the patch that gives a value.

    What neither has stands where the object around it is written; a generated object, at the top of
    the kustomization.
    """
    root = document.root
    base = [node for node in origins if _is_same(root, node)][:1]
    patching = [node for node in patches if _is_same(root, node)]
    here = base[0].span if base else SourceSpan(fallback)
    moved = _moved(root, [*patching, *base], here)
    if isinstance(moved, Map):
        moved = _without_note(moved)
    return Document(moved, here.file)


def _is_same(built: Node, written: Node) -> bool:
    """The same kind, and a name that a prefix or a suffix may have been added to."""
    if _text(_member(built, "kind")) != _text(_member(written, "kind")):
        return False
    name = _text(_member(_member(written, "metadata"), "name"))
    return bool(name) and name in _text(_member(_member(built, "metadata"), "name"))


def _moved(node: Node, written: Sequence[Node], around: SourceSpan) -> Node:
    """written: the same place in the patches, then in the base."""
    if isinstance(node, Scalar):
        same = (one for one in reversed(written) if isinstance(one, Scalar) and one.text == node.text)
        found = next(same, None)
        return Scalar(node.value, node.text, found.span if found else around, node.tag)
    here = next((one.span for one in reversed(written) if type(one) is type(node)), around)
    if isinstance(node, List):
        lists = [one for one in written if isinstance(one, List)]
        items = [
            _moved(item, _counterparts(item, place, lists), here) for place, item in enumerate(node.items)
        ]
        return List(tuple(items), here, node.tag)
    members, keys = {}, {}
    maps = [one for one in written if isinstance(one, Map)]
    for name, member in node.members.items():
        having = [one for one in maps if name in one.members]
        members[name] = _moved(member, [one.members[name] for one in having], here)
        keys[name] = having[-1].keys[name] if having else here
    return Map(members, keys, here, node.tag)


def _counterparts(item: Node, place: int, lists: Iterable[List]) -> list[Node]:
    """The item of the same name, else that at the same place."""
    name = _text(_member(item, "name"))
    found = []
    for one in lists:
        same = [other for other in one.items if name and _text(_member(other, "name")) == name]
        if same or not name:
            found += same[:1] or list(one.items[place : place + 1])
    return found


def _without_note(root: Map) -> Map:
    metadata = root.members.get("metadata")
    notes = _member(metadata, "annotations")
    if not isinstance(metadata, Map) or not isinstance(notes, Map):
        return root
    kept = {name: node for name, node in notes.members.items() if name != ORIGIN}
    members = dict(metadata.members)
    if kept:
        members["annotations"] = Map(kept, notes.keys, notes.span, notes.tag)
    else:
        del members["annotations"]
    cleaned = Map(members, metadata.keys, metadata.span, metadata.tag)
    return Map({**root.members, "metadata": cleaned}, root.keys, root.span, root.tag)


def _member(node: Node | None, name: str) -> Node | None:
    return node.get(name) if isinstance(node, Map) else None


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""
