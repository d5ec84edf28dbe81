"""The report for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlarchlint.model.diagnostic import Level
from mlarchlint.model.finding import Finding
from mlarchlint.report.diagnostics import diagnostic_lines
from mlarchlint.report.excerpt import excerpt
from mlarchlint.report.summary import summarise
from mlarchlint.report.summary_text import summary_lines
from mlarchlint.report.wording import Wording

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

_STYLES = {
    "critical": "1;35", "high": "1;31", "medium": "1;33", "low": "1;36", "info": "1;34",
    "error": "1;31", "warning": "1;33", "note": "1;34", "dim": "2", "bold": "1",
}  # fmt: skip


def render_text(result: Result, *, color: bool = False) -> str:
    """Diagnostics first, then findings with their source, then the summary. Ends with a newline."""
    return "\n".join(_Text(result, color).lines()) + "\n"


class _Text:
    def __init__(self, result: Result, color: bool) -> None:
        self.result = result
        self.color = color
        self.words = Wording(result)

    def lines(self) -> Iterator[str]:
        for diagnostic in self.result.diagnostics:
            if diagnostic.level is not Level.NOTE:
                yield from diagnostic_lines(diagnostic, self.safe, self.paint)
                yield ""
        for finding in self.words.shown():
            yield from self.finding(finding)
            yield ""
        yield from summary_lines(self.result, summarise(self.result), self.words, self.paint)

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.color else text

    def safe(self, text: str) -> str:
        return self.words.safe(text)

    def finding(self, finding: Finding) -> Iterator[str]:
        severity = finding.severity.value
        uncertain = "" if finding.certain else " (uncertain)"
        claim = self.words.claim(finding)
        yield f"{self.paint(severity, severity)} {finding.rule}{uncertain} {self.paint(claim, 'bold')}"
        more = f", {finding.instances} instances" if finding.instances > 1 else ""
        yield f"  --> {self.safe(str(finding.span))} ({finding.name}{more})"
        lines = self.result.sources.texts.lines(finding.span.file)
        yield from excerpt(lines, finding.span, self.words.redactor)
        for label, text in self.words.remarks(finding):
            yield f"  {self.paint(f'{label}:', 'dim')} {text}"
