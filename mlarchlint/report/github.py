"""Annotations of GitHub Actions: workflow commands on standard output.

GitHub shows ten errors, ten warnings and ten notices of one step, so the worst come first.
Escapes: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlarchlint.model.diagnostic import Level
from mlarchlint.model.finding import Finding, Severity
from mlarchlint.model.span import SourceSpan
from mlarchlint.report.inert import inert
from mlarchlint.report.repository import below
from mlarchlint.report.summary import summarise
from mlarchlint.report.summary_text import verdict
from mlarchlint.report.wording import Wording

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

_COMMAND = {
    Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning",
    Severity.LOW: "notice", Severity.INFO: "notice",
}  # fmt: skip
_LEVEL = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


def render_github(result: Result, folder: str = "") -> str:
    """folder: of the run, below the root of the repository; places are relative to that root."""
    return "\n".join(_lines(result, folder)) + "\n"


def _lines(result: Result, folder: str) -> Iterator[str]:
    words = Wording(result)
    for diagnostic in result.diagnostics:
        if diagnostic.level is not Level.NOTE:
            title = f"mlarchlint: {diagnostic.code}"
            text = words.diagnostic(diagnostic)
            yield _command(_LEVEL[diagnostic.level], diagnostic.span, title, text, folder)
    for finding in sorted(words.shown(), key=lambda f: -f.severity.rank):
        yield _command(
            _COMMAND[finding.severity] if finding.certain else "notice",
            words.span(finding),
            f"{finding.rule} {finding.name} ({finding.severity.value})",
            _message(finding, words),
            folder,
        )
    yield verdict(result, summarise(result))


def _message(finding: Finding, words: Wording) -> str:
    uncertain = "" if finding.certain else "Uncertain: "
    remarks = [f"{label}: {text}" for label, text in words.remarks(finding)]
    return "\n".join([uncertain + words.claim(finding), *remarks])


def _command(name: str, span: SourceSpan, title: str, message: str, folder: str) -> str:
    given: dict[str, str | int] = {}
    if span.file:
        given = {"file": inert(below(folder, span.file)), "line": max(1, span.line)}
        if span.end_line > span.line:
            given["endLine"] = span.end_line
        elif span.end_column > span.column:  # columns are for places on one line only
            given |= {"col": span.column, "endColumn": span.end_column}
    given["title"] = title
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in given.items())
    return f"::{name} {properties}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
