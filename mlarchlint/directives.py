"""Suppressions as written in code: comments, Kubernetes annotations, CloudFormation Metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlarchlint.model.record import record
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Instance
from mlarchlint.model.span import SourceSpan

Malformed = tuple[SourceSpan, str]

_COMMENT = regex(r"mlarchlint\s*:\s*ignore\b[ \t]*([^\n]*)")
_ANNOTATION = regex(r"mlarchlint\.dev/ignore\s*:[ \t]*([^\n]*)")
_METADATA = regex(r"^metadata:[ \t]*([^\n]*)")
_SELECTOR = r"[A-Za-z][\w.-]*"
_RULES = regex(rf"\[\s*({_SELECTOR}(?:\s*[,;]\s*{_SELECTOR})*)\s*\]|({_SELECTOR}(?:\s*,\s*{_SELECTOR})*)")
_UNTIL = regex(r"(?:^|\s)until\s*=\s*(\S+)")


@record(frozen=True, slots=True)
class Directive:
    """how: `comment`, `annotation`, `metadata` or `config`. rules: ids, prefixes, names or pillars."""

    how: str
    rules: tuple[str, ...]
    reason: str
    until: str
    span: SourceSpan


def directives_of(instance: Instance) -> tuple[list[Directive], list[Malformed]]:
    """All suppressions on an instance, and those that cannot be understood."""
    found: list[Directive] = []
    malformed: list[Malformed] = []
    for how, span, text in _texts(instance):
        directive = parse(how, text, span)
        if directive is None:
            malformed.append((span, "it names no rule"))
        else:
            found.append(directive)
    return found, malformed


def parse(how: str, text: str, span: SourceSpan) -> Directive | None:
    """`[MLA-HA009, MLA-SE001] until=2027-01-01 reason` or `MLA-HA001 reason`."""
    rules = _RULES.match(text.strip())
    if rules is None:
        return None
    rest = text.strip()[rules.end() :]
    until = _UNTIL.search(rest)
    if until:
        rest = rest[: until.start()] + " " + rest[until.end() :]
    reason = " ".join(rest.strip(" \t\r\n:-*/").split())
    named = re.split(r"\s*[,;]\s*", rules[1] or rules[2])
    return Directive(how, tuple(named), reason, until[1] if until else "", span)


def _texts(instance: Instance) -> Iterator[tuple[str, SourceSpan, str]]:
    """The front ends hand over comments, and annotations and Metadata in the form `NAME: text`."""
    for span, text in instance.ignores:
        for how, pattern in (("comment", _COMMENT), ("annotation", _ANNOTATION), ("metadata", _METADATA)):
            match = pattern.search(text)
            if match:
                yield how, span, match[1]
                break
