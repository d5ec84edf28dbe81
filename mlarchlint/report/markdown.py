"""Markdown for a pull request: the summary first, the details folded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlarchlint.model.diagnostic import Level
from mlarchlint.model.finding import Finding
from mlarchlint.report.describe_markdown import escaped
from mlarchlint.report.excerpt import excerpt
from mlarchlint.report.repository import below
from mlarchlint.report.summary import summarise
from mlarchlint.report.summary_text import summary_lines
from mlarchlint.report.wording import Wording

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

# By which a bot finds its own comment again.
MARK = "<!-- mlarchlint -->"
# GitHub refuses a comment of more than 65,536 characters, GitLab one of 1,000,000.
LIMIT = 65_000
_DETAILED = 40


def render_markdown(result: Result, folder: str = "") -> str:
    """At most LIMIT characters; what does not fit is counted. folder: see report.repository."""
    lines, size, left = [], 0, 0
    for block in _blocks(result, folder):
        if left or size + len(block) > LIMIT:
            left += 1
        else:
            lines.append(block)
            size += len(block) + 2
    if left:
        lines.append(f"*{left} more parts do not fit here; the JSON report has them all.*")
    return "\n\n".join(lines) + "\n"


def _blocks(result: Result, folder: str) -> Iterator[str]:
    words = Wording(result)
    summary = summarise(result)
    head, *more = summary_lines(result, summary, words)
    yield f"{MARK}\n### mlarchlint: {escaped(head)}"
    for diagnostic in result.diagnostics:
        if diagnostic.level is not Level.NOTE:
            place = f"`{_code(words.safe(str(diagnostic.span)))}` " if diagnostic.span.file else ""
            yield f"> **{diagnostic.level.value}** {place}{escaped(words.diagnostic(diagnostic))}"
    shown = sorted(words.shown(), key=lambda f: (not f.certain, -f.severity.rank))
    if shown:
        yield "\n".join(_table(shown, words, folder))
    for finding in shown[:_DETAILED]:
        yield "\n".join(_details(finding, result, words, folder))
    yield "\n".join(escaped(line) + "  " for line in more).rstrip()


def _table(shown: list[Finding], words: Wording, folder: str) -> Iterator[str]:
    yield "| Severity | Rule | Where | What |"
    yield "|---|---|---|---|"
    for finding in shown:
        severity = finding.severity.value + ("" if finding.certain else " (uncertain)")
        what = escaped(words.claim(finding))
        yield f"| {severity} | {finding.rule} | `{_code(_place(finding, words, folder), cell=True)}` | {what} |"


def _details(finding: Finding, result: Result, words: Wording, folder: str) -> Iterator[str]:
    claim = _html(words.claim(finding))
    yield f"<details><summary>{finding.severity.value} {finding.rule} {claim}</summary>"
    yield ""
    yield f"`{_code(_place(finding, words, folder))}` ({finding.name})"
    lines = excerpt(result.sources.texts.lines(finding.span.file), finding.span, words.redactor)
    if lines:
        fence = "`" * max(3, 1 + max(_longest_run(line) for line in lines))
        yield from ("", f"{fence}text", *lines, fence)
    for label, text in words.remarks(finding):
        yield from ("", f"**{label}**: {escaped(text)}")
    yield from ("", "</details>")


def _place(finding: Finding, words: Wording, folder: str) -> str:
    span = words.span(finding)
    return words.safe(f"{below(folder, span.file)}:{span.line}")


def _code(text: str, *, cell: bool = False) -> str:
    """Inside single backticks, where nothing can be escaped; in a table cell only `|` can."""
    text = text.replace("`", "'")
    return text.replace("|", "\\|") if cell else text


def _html(text: str) -> str:
    """Inside an HTML element Markdown may still act, so its marks become character references."""
    return "".join(f"&#{ord(c)};" if c in "\\`*_{}[]<>#|!~&$@\"'" else c for c in text)


def _longest_run(text: str) -> int:
    longest = run = 0
    for char in text:
        run = run + 1 if char == "`" else 0
        longest = max(longest, run)
    return longest
