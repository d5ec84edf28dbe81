"""Regular expressions of RE2's syntax, as Terraform takes them.

RE2 never takes long; Python's `re` may. So only plain patterns are left to `re`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mlarchlint.frontends.terraform.cty import (
    STRING,
    Type,
    Value,
    object_of,
    object_type,
    string,
    tuple_of,
    tuple_type,
)
from mlarchlint.frontends.terraform.functions import MAX_ELEMENTS, NotEvaluated, invalid, refused
from mlarchlint.frontends.terraform.template import MAX_LENGTH
from mlarchlint.model.record import record
from mlarchlint.model.span import SourceSpan
from mlarchlint.regex_machine import Machine, Spans, TooLarge

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
_UNGREEDY = re.compile(r"\(\?[ims]*U")
_REPEAT = re.compile(r"(?<!\\)(?:[*+]|\{\d+(?:,\d*)?\})")
_GROUP_REPEAT = re.compile(r"\)(?:[*+]|\{)")


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    if _UNGREEDY.search(pattern):
        raise NotEvaluated(f"the flag U in {pattern!r} is not evaluated")
    if _REFUSED.search(re.sub(r"\\[pPx]\{[^}]*\}|\\\\", "", pattern)):
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
                    raise NotEvaluated("negated character classes inside brackets are not evaluated")
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
            raise NotEvaluated(f"the character class in {pattern!r} is not evaluated")
        negated = (code == "P") != bool(named[1])
        flag = "(?u:" if content.startswith("^") or "\\d" in content else "(?:"
        if negated:
            content = content[1:] if content.startswith("^") else "^" + content
        return f"{flag}[{content}])", 2 + named.end()
    if code == "x" and pattern[at + 2 : at + 3] == "{":
        end = pattern.find("}", at)
        return re.escape(chr(int(pattern[at + 3 : end], 16))), end + 1 - at
    return pattern[at : at + 2], 2


@record(frozen=True, slots=True)
class Match:
    """spans: of the whole and of every group; -1 where a group took no part."""

    text: str
    spans: Spans
    pattern: re.Pattern[str]

    def part(self, group: int) -> str | None:
        start, end = self.spans[group]
        return None if start < 0 else self.text[start:end]


@lru_cache(maxsize=64)
def _machine(pattern: str) -> Machine:
    return Machine(compiled(pattern).pattern)


def _search(pattern: str, text: str, start: int) -> Match | None:
    """With `re` where that cannot take long, else with the bounded machine."""
    expression = compiled(pattern)
    if _is_quick(pattern, text):
        found = expression.search(text, start)
        if found is None:
            return None
        spans = tuple([found.span(group) for group in range(expression.groups + 1)])
        return Match(text, spans, expression)
    try:
        matched = _machine(pattern).search(text, start)
    except (TooLarge, RecursionError):
        raise refused("the regular expression would take too long on a text of this length") from None
    return None if matched is None else Match(text, matched, expression)


def _is_quick(pattern: str, text: str) -> bool:
    """At most two repetitions, none around a group, or hardly any text."""
    repeats = len(_REPEAT.findall(pattern))
    if _GROUP_REPEAT.search(pattern):
        return repeats < 2 and "|" not in pattern
    return repeats <= 1 or len(text) ** repeats <= 1_000_000


def find_first(pattern: str, text: str) -> Match | None:
    return _search(pattern, text, 0)


def find_all(pattern: str, text: str) -> list[Match]:
    """Without empty matches right behind a match, as Go finds them."""
    found: list[Match] = []
    at, last = 0, -1
    while at <= len(text):
        match = _search(pattern, text, at)
        if match is None:
            break
        start, end = match.spans[0]
        if not start == end == last:
            found.append(match)
            if len(found) > MAX_ELEMENTS:
                raise refused(f"more than {MAX_ELEMENTS} matches")
        last = end
        at = end if end > start else end + 1
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


def expand(match: Match, span: SourceSpan) -> Value:
    """The whole match, or its captures by number or by name; a group that took no part is null."""
    expression = match.pattern
    if not expression.groups:
        return string(match.part(0) or "", span)
    if expression.groupindex:
        if len(expression.groupindex) != expression.groups:
            raise invalid("cannot mix both named and unnamed capture groups in the same pattern")
        return object_of({name: _part(match, at, span) for name, at in expression.groupindex.items()}, span)
    return tuple_of([_part(match, at, span) for at in range(1, expression.groups + 1)], span)


def _part(match: Match, group: int, span: SourceSpan) -> Value:
    return Value(STRING, match.part(group), span)


def replaced(text: str, pattern: str, new: str) -> str:
    """`$1`, `${name}` in the replacement stand for captures, `$$` for a dollar."""
    pieces: list[str] = []
    at = size = 0
    for match in find_all(pattern, text):
        start, end = match.spans[0]
        pieces += [text[at:start], _inserted(match, new)]
        size += len(pieces[-1])
        if size > MAX_LENGTH:
            raise refused("the string would be too long")
        at = end
    return "".join(pieces) + text[at:]


def _inserted(match: Match, new: str) -> str:
    def capture(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if name is None:
            return "$"
        group = int(name) if name.isdigit() else match.pattern.groupindex.get(name, -1)
        return (match.part(group) or "") if 0 <= group <= match.pattern.groups else ""

    return re.sub(r"\$(?:\{(\w+)\}|(\w+)|\$)", capture, new)
