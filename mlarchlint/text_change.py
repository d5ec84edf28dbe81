"""Changes of source text by place. Nothing but the changed places differs afterwards, newlines included."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from mlarchlint.model.record import record
from mlarchlint.model.span import SourceSpan


@record(frozen=True, slots=True)
class TextChange:
    """Replace the characters from `start` up to `end` (offsets) of a file."""

    file: str
    start: int
    end: int
    new: str


class Offsets:
    """Lines and columns of a text (1-based, in characters) as offsets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0]
        for place, character in enumerate(text):
            if character == "\n":
                self.starts.append(place + 1)

    def of(self, line: int, column: int) -> int:
        """Raises IndexError for a line that is not there."""
        return self.starts[line - 1] + column - 1

    def span(self, span: SourceSpan) -> tuple[int, int]:
        return self.of(span.line, span.column), self.of(span.end_line, span.end_column)

    def line_of(self, offset: int) -> int:
        return bisect_right(self.starts, offset)

    def indentation(self, line: int) -> str:
        text = self.text[self.starts[line - 1] :]
        return text[: len(text) - len(text.lstrip(" \t"))]


def applied(text: str, changes: Iterable[TextChange]) -> tuple[str, list[TextChange]]:
    """(the changed text, the changes that were made). Of two that overlap, the first one is made."""
    made: list[TextChange] = []
    parts: list[str] = []
    at = 0
    for change in sorted(dict.fromkeys(changes), key=lambda c: (c.start, c.end)):
        if change.start < at:
            continue
        parts += [text[at : change.start], change.new]
        at = change.end
        made.append(change)
    return "".join([*parts, text[at:]]), made


def newline_of(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
