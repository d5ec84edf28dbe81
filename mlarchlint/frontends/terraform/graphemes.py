"""What a person calls a character: `length`, `substr` and `strrev` count these.

The rules of Unicode's text segmentation, as far as Python's own character data carry them.
"""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"


def graphemes(text: str) -> list[str]:
    if text.isascii() and "\r\n" not in text:
        return list(text)
    found: list[str] = []
    for character in text:
        if found and _continues(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def count(text: str) -> int:
    return len(text) if text.isascii() and "\r\n" not in text else len(graphemes(text))


def _continues(before: str, character: str) -> bool:
    if before == "\r":
        return character == "\n"
    if before[-1] in "\r\n" or character in "\r\n" or unicodedata.category(before[-1]) == "Cc":
        return False
    if (
        unicodedata.category(character) in ("Mn", "Me", "Mc")
        or character == _JOINER
        or _is_modifier(character)
    ):
        return True
    if before[-1] == _JOINER:
        return _is_pictograph(character) and _is_pictograph(before[0])
    if _is_flag(character) and _is_flag(before[-1]):
        return len(before) % 2 == 1
    return _hangul(before[-1], character)


def _is_modifier(character: str) -> bool:
    return "\U0001f3fb" <= character <= "\U0001f3ff" or character in "\u200c\uff9e\uff9f"


def _is_pictograph(character: str) -> bool:
    code = ord(character)
    return 0x1F000 <= code <= 0x1FAFF or 0x2190 <= code <= 0x2BFF or code in (0xA9, 0xAE, 0x203C, 0x2049)


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _hangul(before: str, character: str) -> bool:
    """Leading, vowel and trailing Korean letters make one syllable."""
    one, other = ord(before), ord(character)
    syllable = 0xAC00 <= one <= 0xD7A3
    open_syllable = syllable and (one - 0xAC00) % 28 == 0
    leading, vowel = 0x1100 <= one <= 0x115F, 0x1160 <= one <= 0x11A7
    if leading:
        return 0x1100 <= other <= 0x11A7 or 0xAC00 <= other <= 0xD7A3
    if vowel or open_syllable:
        return 0x1160 <= other <= 0x11FF
    return (syllable or 0x11A8 <= one <= 0x11FF) and 0x11A8 <= other <= 0x11FF
