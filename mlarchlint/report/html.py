"""One HTML page for a browser or an artifact: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from mlarchlint import __version__
from mlarchlint.model.diagnostic import Level
from mlarchlint.model.finding import Finding
from mlarchlint.report.excerpt import excerpt
from mlarchlint.report.summary import summarise
from mlarchlint.report.summary_text import summary_lines
from mlarchlint.report.wording import Wording

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>mlarchlint report</title>
<style>
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
pre { overflow-x: auto; padding: .5rem .75rem; background: rgba(127, 127, 127, .12); }
details { border-left: 4px solid gray; margin: .5rem 0; padding: .25rem .75rem; }
summary { cursor: pointer; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .75rem; }
dt { opacity: .7; } dd { margin: 0; overflow-wrap: anywhere; }
.critical { border-color: #a0158a; } .high, .error { border-color: #c62828; }
.medium, .warning { border-color: #c77700; } .low { border-color: #00838f; } .info { border-color: #1565c0; }
.severity { font-weight: 600; } footer { opacity: .7; margin-top: 2rem; }
</style>
</head>
<body>
"""


def render_html(result: Result) -> str:
    return _HEAD + "\n".join(_body(result)) + "\n</body>\n</html>\n"


def _body(result: Result) -> Iterator[str]:
    words = Wording(result)
    head, *more = summary_lines(result, summarise(result), words)
    yield "<main>"
    yield f"<h1>mlarchlint</h1>\n<p><strong>{escape(head)}</strong></p>"
    for line in more:
        yield f"<p>{escape(line)}</p>"
    for diagnostic in result.diagnostics:
        if diagnostic.level is not Level.NOTE:
            level = diagnostic.level.value
            place = (
                f"<code>{escape(words.safe(str(diagnostic.span)))}</code> " if diagnostic.span.file else ""
            )
            text = escape(words.diagnostic(diagnostic))
            yield f'<details class="{level}" open><summary>{level} {diagnostic.code}</summary>'
            yield f"<p>{place}{text}</p></details>"
    shown = sorted(words.shown(), key=lambda f: (not f.certain, -f.severity.rank))
    for finding in shown:
        yield from _finding(finding, result, words)
    yield "</main>"
    yield f"<footer>mlarchlint {escape(__version__)}</footer>"


def _finding(finding: Finding, result: Result, words: Wording) -> Iterator[str]:
    severity = finding.severity.value
    uncertain = "" if finding.certain else " (uncertain)"
    yield f'<details class="{severity}"><summary><span class="severity">{severity}{uncertain}</span> '
    yield f"{escape(finding.rule)} {escape(words.claim(finding))}</summary>"
    yield f"<p><code>{escape(words.safe(str(words.span(finding))))}</code> ({escape(finding.name)})</p>"
    lines = excerpt(result.sources.texts.lines(finding.span.file), finding.span, words.redactor)
    if lines:
        yield f"<pre>{escape(chr(10).join(lines))}</pre>"
    remarks = list(words.remarks(finding))
    if remarks:
        yield "<dl>"
        for label, text in remarks:
            yield f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>"
        yield "</dl>"
    yield "</details>"
