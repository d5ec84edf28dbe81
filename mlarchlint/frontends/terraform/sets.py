"""Sets: order and equality of their elements, as Terraform keeps them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from mlarchlint.frontends.terraform import number as numbers
from mlarchlint.frontends.terraform.cty import DYNAMIC, Type, Unknown, Value, set_type
from mlarchlint.model.span import NOWHERE, SourceSpan


def set_of(element: Type, items: Iterable[Value], span: SourceSpan = NOWHERE) -> Value:
    """Sorted as Terraform sorts, without repetition; unknown elements all stay."""
    chosen: dict[Any, Value] = {}
    for item in items:
        key = (_order(item), id(item)) if type(item.v) is Unknown else _order(item)
        chosen.setdefault(key, item)
    keys = sorted(chosen, key=lambda key: key[0] if isinstance(key[0], tuple) else key)
    return Value(set_type(element), tuple([chosen[key] for key in keys]), span)


def _order(item: Value) -> tuple[int, Any]:
    """Known before unknown before null; numbers, strings (by code point) and bools by value, the rest by content."""
    held = item.v
    if held is None:
        return (2, b"")
    if type(held) is Unknown:
        return (1, b"")
    if item.type.kind == "number":
        return (0, held)
    return (0, held.encode("utf-8", "surrogatepass")) if type(held) is str else (0, _other(item))


def _other(item: Value) -> Any:
    return item.v if type(item.v) is bool else content_key(item)


def content_key(value: Value) -> bytes:
    """Bytes that are equal for equal values of one type, in the order Terraform falls back to."""
    parts: list[str] = []
    _append(value, parts)
    return "".join(parts).encode("utf-8", "surrogatepass")


def _append(value: Value, parts: list[str]) -> None:
    held = value.v
    if type(held) is Unknown:
        parts.append("?")
    elif held is None:
        parts.append("~")
    elif type(held) is bool:
        parts.append("T" if held else "F")
    elif type(held) is str:
        parts.append(json.dumps(held, ensure_ascii=False))
    elif type(held) is dict:
        is_map = value.type.kind == "map"
        parts.append("{" if is_map else "<")
        for name, part in held.items():
            if is_map:
                parts.append(json.dumps(name, ensure_ascii=False) + ":")
            _append(part, parts)
            parts.append(";")
        parts.append("}" if is_map else ">")
    elif type(held) is tuple:
        is_tuple = value.type.kind == "tuple"
        parts.append("<" if is_tuple else "[")
        for part in held:
            _append(part, parts)
            parts.append(";")
        parts.append(">" if is_tuple else "]")
    else:
        parts.append(numbers.text_of(held))


def same(one: Value, other: Value) -> bool:
    """Equal in type and content; an unknown equals nothing but itself."""
    if one is other:
        return True
    if type(one.v) is Unknown or type(other.v) is Unknown:
        return False
    if one.v is None or other.v is None:
        return one.v is other.v
    if one.type is not other.type and DYNAMIC not in (one.type, other.type):
        return False
    if type(one.v) is tuple and type(other.v) is tuple:
        return len(one.v) == len(other.v) and all(map(same, one.v, other.v))
    if type(one.v) is dict and type(other.v) is dict:
        return one.v.keys() == other.v.keys() and all(same(one.v[name], other.v[name]) for name in one.v)
    return type(one.v) is type(other.v) and bool(one.v == other.v)
