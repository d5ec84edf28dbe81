"""Edits of HCL text: a literal in place, or an attribute at the end of a block."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from mlarchlint.model.regex import regex
from mlarchlint.text_change import Offsets, newline_of

_LITERAL = regex(r'true|false|null|-?\d+(\.\d+)?|"(?:[^"\\$%]|\\.|\$(?!\{)|%(?!\{))*"')


def is_literal(text: str) -> bool:
    """Whether it is one value as it stands, with nothing to evaluate."""
    return _LITERAL.fullmatch(text) is not None


def literal(value: bool | int | str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return json.dumps(value, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def insertion(
    text: str, start: int, end: int, path: Sequence[str], value: bool | int | str
) -> tuple[int, int, str] | None:
    """(from, to, text) that adds an attribute to the block from `start` to `end`; None where its form is not known.

    path: names of blocks to be added, then the attribute. As `terraform fmt` writes it: after an empty line,
    so that no other line has to be aligned anew.
    """
    if end <= start or text[end - 1] != "}":
        return None
    offsets = Offsets(text)
    close = end - 1
    newline = newline_of(text)
    indent = offsets.indentation(offsets.line_of(start))
    body = _body(list(path), value, indent + "  ", newline)
    head = text[offsets.starts[offsets.line_of(close) - 1] : close]
    if head.strip():  # `{}` or `{ a = 1 }` on one line
        opening = text.find("{", start, end)
        inner = text[opening + 1 : close].strip()
        if opening < 0 or (inner and not _is_one_attribute(inner)):
            return None
        kept = f"{indent}  {inner}{newline}{newline}" if inner else ""
        return opening + 1, close, f"{newline}{kept}{body}{newline}{indent}"
    at = close - len(head)
    above = text[start:at].rstrip()
    gap = "" if above.endswith("{") else newline
    return at, at, f"{gap}{body}{newline}"


def _body(path: list[str], value: bool | int | str, indent: str, newline: str) -> str:
    if len(path) == 1:
        return f"{indent}{path[0]} = {literal(value)}"
    inner = _body(path[1:], value, indent + "  ", newline)
    return f"{indent}{path[0]} {{{newline}{inner}{newline}{indent}}}"


def _is_one_attribute(text: str) -> bool:
    name, equals, value = text.partition("=")
    return bool(equals) and re.fullmatch(r"\s*[\w-]+\s*", name) is not None and is_literal(value.strip())
