"""What fixtures say is found in them: `# expect: ID` at the end of a line, or `FILE.expect` beside it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mlarchlint.model.finding import Finding
from mlarchlint.model.regex import regex

_EXPECT = regex(r"#\s*expect:\s*(.+?)\s*$")
# (path below the folder, line, id; an uncertain one ends with `?`)
Expectation = tuple[str, int, str]


def expected_in(folder: Path) -> set[Expectation]:
    """Of every file below a folder. A `.expect` file has lines of the form `LINE ID [ID ...]`."""
    found: set[Expectation] = set()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        shown = file.relative_to(folder).as_posix()
        text = file.read_text("utf-8", "replace")
        if shown.endswith(".expect"):
            rows = (line.split() for line in text.splitlines() if line.strip())
            found |= {(shown.removesuffix(".expect"), int(line), one) for line, *ids in rows for one in ids}
            continue
        for number, line in enumerate(text.splitlines(), 1):
            match = _EXPECT.search(line)
            if match:
                found |= {(shown, number, one.strip()) for one in match[1].split(",")}
    return found


def found_in(findings: Iterable[Finding], start: str) -> set[Expectation]:
    """Of the findings that are not suppressed. start: what the shown paths begin with, `cases/a/`."""
    return {
        (f.span.file.removeprefix(start), f.span.line, f.rule + ("" if f.certain else "?"))
        for f in findings
        if f.suppressed is None
    }
