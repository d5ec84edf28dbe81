"""What is known of a text that holds unknown parts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from mlarchlint.frontends.terraform.cty import Unknown, Value
from mlarchlint.model import value as model
from mlarchlint.model.regex import regex
from mlarchlint.model.span import SourceSpan

HOLE = "\ue000"  # stands for an unknown part; no configuration writes this character
MOST = 100_000  # characters worth keeping
_JSON_STRING = regex(r'"(?:[^"\\]|\\.)*"|\ue000')


def partial_text(parts: Iterable[Value], separator: str = "") -> str:
    """The known parts with a HOLE for each of the others; empty if there is nothing to tell."""
    pieces = [part.v.text or HOLE if type(part.v) is Unknown else str(part.v) for part in parts]
    text = separator.join(pieces)
    return text if len(text) <= MOST and text.strip(HOLE) else ""


def pattern(text: str) -> str:
    """With `*` for what is not known."""
    return text.replace(HOLE, "*")


def encoded_in(text: str, why: str, span: SourceSpan) -> model.Value | None:
    """The structure that JSON text with HOLEs encodes, if it is one.

    A HOLE outside of a string is a whole value; in a list it may be any number of them.
    """
    if not text.lstrip().startswith(("{", "[")):
        return None
    quoted = _JSON_STRING.sub(lambda found: f'"{HOLE}{HOLE}"' if found[0] == HOLE else found[0], text)
    try:
        data = json.loads(quoted)
    except (ValueError, RecursionError):
        return None
    return _value(data, why, span)


def _value(data: Any, why: str, span: SourceSpan) -> model.Value:
    if isinstance(data, dict):
        return model.Value.known({name: _value(part, why, span) for name, part in data.items()}, span)
    if isinstance(data, list):
        if HOLE * 2 in data:
            return model.Value.unknown(why, span)
        return model.Value.known(tuple(_value(part, why, span) for part in data), span)
    if isinstance(data, str) and HOLE in data:
        shown = pattern(data) if data.strip(HOLE) else ""
        return model.Value(model.State.UNKNOWN, None, span, why=why, pattern=shown)
    return model.from_plain(data, span)
