"""A quick yes for data that keeps to a schema, so that only mistakes cost the import of jsonschema."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

Schema = Mapping[str, Any]

_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda data: isinstance(data, dict),
    "array": lambda data: isinstance(data, list),
    "string": lambda data: isinstance(data, str),
    "boolean": lambda data: isinstance(data, bool),
    "null": lambda data: data is None,
    "number": lambda data: isinstance(data, (int, Decimal)) and not isinstance(data, bool),
    "integer": lambda data: isinstance(data, int) and not isinstance(data, bool),
}
_IGNORED = frozenset({"$schema", "$defs", "title", "description", "then", "else"})


def conforms(data: Any, schema: Any, root: Schema) -> bool:
    """True only if the data is valid. False may also mean that a keyword is not known here."""
    if isinstance(schema, bool):
        return schema
    for keyword, wanted in schema.items():
        if keyword in _IGNORED:
            continue
        check = _CHECKS.get(keyword)
        if check is None or not check(data, wanted, schema, root):
            return False
    return True


def _object(data: Any, schema: Schema, root: Schema) -> bool:
    if not isinstance(data, dict):
        return True
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    return all(conforms(part, properties.get(name, others), root) for name, part in data.items())


def _condition(data: Any, wanted: Any, schema: Schema, root: Schema) -> bool:
    return conforms(data, schema.get("then" if conforms(data, wanted, root) else "else", True), root)


def _referenced(data: Any, reference: str, root: Schema) -> bool:
    found: Any = root
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return conforms(data, found, root)


def _is_number(data: Any) -> bool:
    return _TYPES["number"](data)


_CHECKS: dict[str, Callable[[Any, Any, Schema, Schema], bool]] = {
    "type": lambda d, w, _s, _r: any(_TYPES[t](d) for t in ([w] if isinstance(w, str) else w)),
    "properties": lambda d, _w, s, r: _object(d, s, r),
    "additionalProperties": lambda d, _w, s, r: _object(d, s, r),
    "required": lambda d, w, _s, _r: not isinstance(d, dict) or all(name in d for name in w),
    "items": lambda d, w, _s, r: not isinstance(d, list) or all(conforms(item, w, r) for item in d),
    "enum": lambda d, w, _s, _r: isinstance(d, str) and d in w,
    "const": lambda d, w, _s, _r: type(d) is type(w) and d == w,
    "minimum": lambda d, w, _s, _r: not _is_number(d) or d >= w,
    "exclusiveMinimum": lambda d, w, _s, _r: not _is_number(d) or d > w,
    "maximum": lambda d, w, _s, _r: not _is_number(d) or d <= w,
    "minLength": lambda d, w, _s, _r: not isinstance(d, str) or len(d) >= w,
    "minItems": lambda d, w, _s, _r: not isinstance(d, list) or len(d) >= w,
    "maxItems": lambda d, w, _s, _r: not isinstance(d, list) or len(d) <= w,
    "minProperties": lambda d, w, _s, _r: not isinstance(d, dict) or len(d) >= w,
    "pattern": lambda d, w, _s, _r: not isinstance(d, str) or bool(re.search(w, d)),
    "$ref": lambda d, w, _s, r: _referenced(d, w, r),
    "if": lambda d, w, s, r: _condition(d, w, s, r),
}
