"""Edits of YAML and JSON text: a scalar in place, or a key at the start of a mapping."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from mlarchlint.text_change import Offsets, newline_of


def scalar(value: bool | int | str, *, is_json: bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    quoted = json.dumps(value, ensure_ascii=False)
    plain = value.replace("-", "").replace("_", "").isalnum() and not value[:1].isdigit()
    words = ("true", "false", "yes", "no", "on", "off", "null", "y", "n")
    return quoted if is_json or not plain or value.lower() in words else value


def replacement(text: str, start: int, end: int, value: bool | int | str, *, is_json: bool) -> str | None:
    """The new text of a scalar; None where what stands there is none, or is tagged or anchored."""
    old = text[start:end]
    if not old or old[0] in "&*!|>{[" or "\n" in old:
        return None
    if old[0] in "\"'":
        text_of = value if isinstance(value, str) else scalar(value, is_json=False)
        return json.dumps(text_of, ensure_ascii=False)
    return scalar(value, is_json=is_json)


def insertion(
    text: str, line: int, key: str, path: Sequence[str], value: bool | int | str, *, is_json: bool
) -> tuple[int, str] | None:
    """(offset, text) that adds `path` to the value of `key` on `line`, or to the document that begins there.

    key: empty for a document. Keys that are missing on the way are added with it. None where the mapping is not found or is empty.
    """
    node = _mapping_at(text, line, key)
    if node is None:
        return None
    keys = list(path)
    while len(keys) > 1:
        inner = _member(node, keys[0])
        if inner is None:
            break
        node, keys = inner, keys[1:]
    if not _is_mapping(node) or not node.value or _member(node, keys[0]) is not None:
        return None
    first = node.value[0][0].start_mark
    at = Offsets(text).of(first.line + 1, first.column + 1)
    newline = newline_of(text)
    if is_json or node.flow_style:
        added = f"{json.dumps(keys[-1])}: {scalar(value, is_json=True)}"
        for outer in reversed(keys[:-1]):
            added = f"{json.dumps(outer)}: {{{added}}}"
        before = text[:at]
        space = before[len(before.rstrip()) :]
        return at, f"{added},{space or ' '}"
    indent = " " * first.column
    lines = [f"{'  ' * depth}{one}:" for depth, one in enumerate(keys)]
    lines[-1] += f" {scalar(value, is_json=False)}"
    return at, newline.join([lines[0], *(indent + below for below in lines[1:])]) + newline + indent


def _mapping_at(text: str, line: int, key: str) -> Any:
    """The document that begins on this line, or the value of the key on it."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        roots = []
        while loader.check_node():
            roots.append(loader.get_node())
    except yaml.YAMLError:
        return None
    finally:
        loader.dispose()
    if not key:
        return next((root for root in roots if root.start_mark.line + 1 == line), None)
    pending = list(reversed(roots))
    while pending:
        node = pending.pop()
        if node.id == "sequence":
            pending.extend(reversed(node.value))
        elif _is_mapping(node):
            for name, value in reversed(node.value):
                if name.start_mark.line + 1 == line and name.value == key:
                    return value
                pending.append(value)
    return None


def _member(node: Any, name: str) -> Any:
    if not _is_mapping(node):
        return None
    return next((value for key, value in node.value if key.value == name), None)


def _is_mapping(node: Any) -> bool:
    return node is not None and node.id == "mapping"
