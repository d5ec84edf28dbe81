"""Text from the scanned code, made harmless: it may not steer a terminal, a log or a page."""

from __future__ import annotations

import re
import unicodedata

# C0 and C1 controls, deletes, and every character that reorders, hides or breaks a line.
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
# `##[command]`, `##vso[...]`, `##teamcity[...]`: continuous-integration logs obey them anywhere in a line.
_LOG_COMMAND = re.compile(r"##(?=\w*\[)")
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def inert(text: str) -> str:
    """One line of printable characters; control characters become visible escapes."""
    return _LOG_COMMAND.sub("#\\\\#", _CONTROL.sub(_visible, text))


def _visible(match: re.Match[str]) -> str:
    char = match[0]
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
