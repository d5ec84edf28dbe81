"""Regular expressions of RE2's syntax, as Terraform takes them, run with Python's `re`.

RE2 never takes long; Python may. So a pattern that can backtrack without end is only tried
on short texts.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mlarchlint.frontends.terraform.cty import (
    DYNAMIC,
    STRING,
    Type,
    Value,
    object_of,
    object_type,
    tuple_of,
    tuple_type,
)
from mlarchlint.frontends.terraform.functions import invalid, refused
from mlarchlint.frontends.terraform.template import MAX_LENGTH
from mlarchlint.model.span import SourceSpan

_POSIX = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "ascii": r"\x00-\x7f", "blank": r"\t ", "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9", "graph": "!-~", "lower": "a-z", "print": " -~", "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ", "upper": "A-Z", "word": "0-9A-Za-z_", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
_PROPERTIES = {
    "L": r"^\W\d_", "Lu": r"A-ZÀ-ÖØ-ÞΑ-ΩА-Я", "Ll": r"a-zß-öø-ÿα-ωа-я", "N": r"\d", "Nd": r"\d",
    "Greek": "Ͱ-Ͽἀ-῿", "Cyrillic": "Ѐ-ӿ", "Han": "一-鿿㐀-䶿", "Latin": "A-Za-zªºÀ-ÖØ-öø-ʸ",
}  # fmt: skip
_REFUSED = re.compile(r"\\[1-9Zk]|\(\?(?:=|!|<=|<!|>|\(|#|P=|P>)|[*+?}]\+")
_NESTED = re.compile(
    r"\((?:[^()\\]|\\.|\([^()]*\))*(?:[*+]|\{\d+,\d*\})(?:[^()\\]|\\.|\([^()]*\))*\)(?:[*+]|\{\d+,)"
)
_LONGEST = {0: 1_000_000, 1: 1_000_000, 2: 20_000, 3: 2_000}


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    if _REFUSED.search(re.sub(r"\\\\", "", pattern)):
        raise invalid(f"invalid regexp pattern: {pattern!r} uses what RE2 does not have")
    try:
        return re.compile(_translated(pattern), re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise invalid(f"invalid regexp pattern: {error}") from None


def _translated(pattern: str) -> str:
    """RE2's spellings as Python has them: `\\z`, `\\pL`, `[[:alpha:]]`, `\\Q...\\E`, `(?<name>`, and `$`."""
    found: list[str] = []
    multiline = bool(re.match(r"\(\?[a-zU]*m", pattern))
    at, in_class = 0, False
    while at < len(pattern):
        rest = pattern[at : at + 12]
        character = pattern[at]
        if character == "\\" and at + 1 < len(pattern):
            piece, step = _escape(pattern, at, in_class)
            found.append(piece)
            at += step
            continue
        if in_class:
            posix = re.match(r"\[:(\^?)(\w+):\]", rest)
            if posix and posix[2] in _POSIX:
                if posix[1]:
                    raise invalid("negated character classes inside brackets are not supported")
                found.append(_POSIX[posix[2]])
                at += posix.end()
                continue
            if character == "]":
                in_class = False
            found.append("\\[" if character == "[" else character)
            at += 1
            continue
        if character == "[":
            in_class = True
            opening = re.match(r"\[\^?\]?", pattern[at:])
            assert opening is not None
            found.append(opening[0].replace("]", "\\]"))
            at += opening.end()
            continue
        if character == "$" and not multiline:
            found.append(r"\Z")
        elif rest.startswith("(?<") and rest[3:4] not in ("=", "!"):
            found.append("(?P<")
            at += 2
        else:
            found.append(character)
        at += 1
    return "".join(found)


def _escape(pattern: str, at: int, in_class: bool) -> tuple[str, int]:
    code = pattern[at + 1]
    if code == "z":
        return r"\Z", 2
    if code == "Q":
        end = pattern.find(r"\E", at + 2)
        quoted = pattern[at + 2 : end if end >= 0 else len(pattern)]
        return re.escape(quoted), len(quoted) + (4 if end >= 0 else 2)
    if code in "pP":
        named = re.match(r"\{(\^?)(\w+)\}|(\w)", pattern[at + 2 :])
        content = _PROPERTIES.get((named[2] or named[3]) if named else "")
        if named is None or content is None or in_class:
            raise invalid(f"the character class in {pattern!r} is not supported")
        negated = (code == "P") != bool(named[1])
        flag = "(?u:" if content.startswith("^") or "\\d" in content else "(?:"
        if negated:
            content = content[1:] if content.startswith("^") else "^" + content
        return f"{flag}[{content}])", 2 + named.end()
    if code == "x" and pattern[at + 2 : at + 3] == "{":
        end = pattern.find("}", at)
        return re.escape(chr(int(pattern[at + 3 : end], 16))), end + 1 - at
    return pattern[at : at + 2], 2


def _guard(pattern: str, text: str) -> None:
    """Refuses what might take for ever."""
    unbounded = len(re.findall(r"(?<!\\)(?:[*+]|\{\d+,\})", pattern))
    longest = 24 if _NESTED.search(pattern) else _LONGEST.get(unbounded, 500)
    if len(text) > longest:
        raise refused("the regular expression could take too long on a text of this length")


def find_first(pattern: str, text: str) -> re.Match[str] | None:
    expression = compiled(pattern)
    _guard(pattern, text)
    return expression.search(text)


def find_all(pattern: str, text: str) -> list[re.Match[str]]:
    """Without empty matches right behind a match, as Go finds them."""
    expression = compiled(pattern)
    _guard(pattern, text)
    found: list[re.Match[str]] = []
    last = -1
    for match in expression.finditer(text):
        if match.start() == match.end() == last:
            continue
        found.append(match)
        last = match.end()
    return found


def result_type(pattern: str) -> Type:
    expression = compiled(pattern)
    if not expression.groups:
        return STRING
    if expression.groupindex:
        if len(expression.groupindex) != expression.groups:
            raise invalid("cannot mix both named and unnamed capture groups in the same pattern")
        return object_type(dict.fromkeys(expression.groupindex, STRING))
    return tuple_type([STRING] * expression.groups)


def expand(match: re.Match[str], span: SourceSpan) -> Value:
    """The whole match, or its captures by number or by name."""
    type_ = result_type_of(match)
    if type_ is STRING:
        return Value(STRING, match[0], span)
    if match.re.groupindex:
        return object_of({name: Value(STRING, match[name], span) for name in match.re.groupindex}, span)
    return tuple_of([Value(STRING, text, span) for text in match.groups()], span)


def result_type_of(match: re.Match[str]) -> Type:
    if not match.re.groups:
        return STRING
    if match.re.groupindex and len(match.re.groupindex) != match.re.groups:
        raise invalid("cannot mix both named and unnamed capture groups in the same pattern")
    return DYNAMIC


def replaced(text: str, pattern: str, new: str) -> str:
    """`$1`, `${name}` in the replacement stand for captures, `$$` for a dollar."""
    expression = compiled(pattern)
    _guard(pattern, text)

    def insert(match: re.Match[str]) -> str:
        def capture(found: re.Match[str]) -> str:
            name = found[1] or found[2]
            if name is None:
                return "$"
            if name.isdigit():
                return (match[int(name)] or "") if int(name) <= match.re.groups else ""
            return (match[name] or "") if name in match.re.groupindex else ""

        return re.sub(r"\$(?:\{(\w+)\}|(\w+)|\$)", capture, new)

    pieces: list[str] = []
    at = size = 0
    for match in find_all(pattern, text):
        pieces += [text[at : match.start()], insert(match)]
        size += len(pieces[-1])
        if size > MAX_LENGTH:
            raise refused("the string would be too long")
        at = match.end()
    return "".join(pieces) + text[at:] if expression else text
