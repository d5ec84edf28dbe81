"""Values -> JSON text, as Terraform writes it: compact, sorted, HTML characters escaped."""

from __future__ import annotations

import json

from mlarchlint.frontends.terraform import number as numbers
from mlarchlint.frontends.terraform.cty import Value
from mlarchlint.frontends.terraform.scope import EvaluationError

_ESCAPED = {
    ord("<"): "\\u003c",
    ord(">"): "\\u003e",
    ord("&"): "\\u0026",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


def json_text(value: Value) -> str:
    """Of a wholly known value."""
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts)


def json_string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).translate(_ESCAPED)


def _write(value: Value, parts: list[str]) -> None:
    held = value.v
    if held is None:
        parts.append("null")
    elif held is True or held is False:
        parts.append("true" if held else "false")
    elif type(held) is str:
        parts.append(json_string(held))
    elif type(held) is tuple:
        parts.append("[")
        for position, item in enumerate(held):
            if position:
                parts.append(",")
            _write(item, parts)
        parts.append("]")
    elif type(held) is dict:
        parts.append("{")
        for position, (name, item) in enumerate(held.items()):
            parts.append(("," if position else "") + json_string(name) + ":")
            _write(item, parts)
        parts.append("}")
    elif type(held) is float:
        raise EvaluationError("Error in function call", None, "cannot serialize infinity as JSON")
    else:
        parts.append(numbers.text_of(held))
