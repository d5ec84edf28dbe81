"""Suppressions: comments above or inside a resource, and its Metadata."""

from __future__ import annotations

from collections.abc import Iterable

from mlarchlint.frontends.yaml_text import Comment, decode
from mlarchlint.model.record import record
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value

Ignores = tuple[tuple[SourceSpan, str], ...]


@record(frozen=True, slots=True, eq=False)
class Remark:
    """line: the line of code that a comment is about: its own, or the next one that is code."""

    comment: Comment
    line: int


def remarks_of(comments: tuple[Comment, ...], source: str | bytes) -> tuple[Remark, ...]:
    if not comments:
        return ()
    decoded = decode(source, "")
    lines = decoded.split("\n") if isinstance(decoded, str) else []
    return tuple(Remark(comment, _target(lines, comment.span.line)) for comment in comments)


def _target(lines: list[str], line: int) -> int:
    if not lines[line - 1].lstrip().startswith("#"):
        return line
    for number in range(line, len(lines)):
        text = lines[number].strip()
        if text and not text.startswith("#"):
            return number + 1
    return line


def ignores_of(remarks: Iterable[Remark], span: SourceSpan, metadata: Value) -> Ignores:
    """(where, text) of every suppression of the resource at a span."""
    found = [
        (remark.comment.span, remark.comment.text)
        for remark in remarks
        if span.line <= remark.line <= span.end_line
    ]
    entries = metadata.get("mlarchlint").get("ignore") if metadata.is_known else metadata
    for entry in entries.items() or ((entries,) if entries.is_known else ()):
        found.append((entry.span, f"metadata: {_entry_text(entry)}"))
    return tuple(found)


def _entry_text(entry: Value) -> str:
    """`MLA-HA009 reason` as text, or `{rule: MLA-HA009, until: …, reason: …}` (also a list of rules)."""
    if entry.text() is not None:
        return str(entry.text())
    rule = entry.get("rule") if entry.get("id").is_absent else entry.get("id")
    names = [text for one in rule.items() or (rule,) if (text := one.text())]
    until = entry.get("until").text()
    parts = (f"[{', '.join(names)}]", f"until={until}" if until else "", entry.get("reason").text() or "")
    return " ".join(part for part in parts if part)
