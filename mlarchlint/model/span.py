"""Where something stands in the scanned code."""

from __future__ import annotations

from mlarchlint.model.record import record


@record(frozen=True, slots=True, order=True)
class SourceSpan:
    """A range of a source file: relative POSIX path, lines and columns from 1, end exclusive in columns.

    An absent attribute carries the span of the block that lacks it.
    """

    file: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1

    def within(self, outer: SourceSpan) -> bool:
        """Whether it lies in the other, or is the same."""
        if self.file != outer.file or not outer.line <= self.line <= self.end_line <= outer.end_line:
            return False
        if self.line == outer.line and self.column < outer.column:
            return False
        return self.end_line < outer.end_line or self.end_column <= outer.end_column

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = SourceSpan("", 1, 1, 1, 1)
