"""Text from the scanned code, made harmless: it may not steer a terminal, a log or a page."""

from __future__ import annotations

import unicodedata

from mlarchlint.model.regex import regex

# Printable by name, yet invisible: joiners, fillers and variation selectors.
_INVISIBLE = regex(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# `##[command]`, `##vso[...]`, `##teamcity[...]`: continuous-integration logs obey them anywhere in a line.
_LOG_COMMAND = regex(r"##(?=\w*\[)")
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def inert(text: str) -> str:
    """One line of printable characters; controls and all that reorders or hides become visible escapes."""
    if not text.isprintable():
        text = "".join(char if char.isprintable() else _visible(char) for char in text)
    if not text.isascii():
        text = _INVISIBLE.sub(lambda match: _visible(match[0]), text)
    return _LOG_COMMAND.sub("#\\\\#", text) if "##" in text else text


def _visible(char: str) -> str:
    if char in _NAMED:
        return _NAMED[char]
    point = ord(char)
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def width(text: str) -> int:
    """Columns on a terminal."""
    return sum(_columns(char) for char in text) if not text.isascii() else len(text)


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
