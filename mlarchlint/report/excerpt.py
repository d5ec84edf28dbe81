"""A line of source with the deciding value underlined."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mlarchlint.model.span import SourceSpan
from mlarchlint.report.inert import inert, width
from mlarchlint.report.redact import Redactor

WIDTH = 100
_TAB = "  "


def excerpt(lines: Sequence[str], span: SourceSpan, redactor: Redactor) -> list[str]:
    """Three lines (margin, source, underline), or none if the span is not in the text."""
    if not 1 <= span.line <= len(lines):
        return []
    written = lines[span.line - 1].rstrip()
    shown = redactor.line(written, span.file, span.line)
    start = min(max(span.column - 1, 0), len(shown))
    same_line = span.end_line <= span.line and shown == written
    end = min(max(span.end_column - 1, start), len(shown)) if same_line else _end_of_code(shown, start)
    shown, start, end = _cropped(shown, start, end)
    before, marked, after = (_printable(part) for part in (shown[:start], shown[start:end], shown[end:]))
    number = str(span.line)
    margin = " " * len(number)
    underline = " " * width(before) + "^" * max(1, width(marked))
    return [f" {margin} |", f" {number} | {before}{marked}{after}".rstrip(), f" {margin} | {underline}"]


def _end_of_code(text: str, start: int) -> int:
    """A value that goes on below is underlined up to the comment on its first line."""
    comment = re.search(r"\s+(?:#|//)", text[start:])
    return start + comment.start() if comment and comment.start() else len(text)


def _printable(text: str) -> str:
    return inert(text.replace("\t", _TAB))


def _cropped(text: str, start: int, end: int) -> tuple[str, int, int]:
    """A window around the value, where the line is too long to show."""
    if len(text) <= WIDTH:
        return text, start, end
    left = max(0, min(start - WIDTH // 4, len(text) - WIDTH))
    right = min(len(text), left + WIDTH)
    head, tail = ("…" if left else ""), ("…" if right < len(text) else "")
    shift = len(head) - left
    return head + text[left:right] + tail, start + shift, min(end, right) + shift
