"""GitLab code quality: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mlarchlint.model.diagnostic import Level
from mlarchlint.model.finding import Severity
from mlarchlint.model.span import SourceSpan
from mlarchlint.report.repository import below
from mlarchlint.report.wording import Wording

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

_SEVERITY = {
    Severity.CRITICAL: "blocker", Severity.HIGH: "critical", Severity.MEDIUM: "major",
    Severity.LOW: "minor", Severity.INFO: "info",
}  # fmt: skip


def render_gitlab(result: Result, folder: str = "") -> str:
    """folder: of the run, below the root of the repository; places are relative to that root."""
    return json.dumps(list(_entries(result, folder)), indent=2, ensure_ascii=True) + "\n"


def _entries(result: Result, folder: str) -> Iterator[dict[str, Any]]:
    words = Wording(result)
    seen: Counter[str] = Counter()
    for diagnostic in result.diagnostics:
        if diagnostic.level is Level.ERROR:
            text = words.diagnostic(diagnostic)
            span = diagnostic.span if diagnostic.span.file else SourceSpan(".", 1, 1)
            mark = f"{diagnostic.code} {span.file} {diagnostic.summary}"
            yield _entry(diagnostic.code, text, "blocker", span, mark, seen, folder)
    for finding in words.shown():
        uncertain = "" if finding.certain else "Uncertain: "
        fix = f" Fix: {words.safe(finding.fix)}" if finding.fix else ""
        yield _entry(
            finding.rule,
            f"{finding.rule} {finding.name}: {uncertain}{words.claim(finding)}.{fix}",
            _SEVERITY[finding.severity] if finding.certain else "info",
            words.span(finding),
            finding.fingerprint,
            seen,
            folder,
        )


def _entry(
    check: str, text: str, severity: str, span: SourceSpan, mark: str, seen: Counter[str], folder: str
) -> dict[str, Any]:
    seen[mark] += 1  # of two entries with one fingerprint GitLab shows one
    fingerprint = hashlib.sha256(f"{mark}#{seen[mark]}".encode("utf-8", "surrogateescape")).hexdigest()
    lines = {"begin": max(1, span.line), "end": max(1, span.line, span.end_line)}
    return {
        "type": "issue",
        "check_name": check,
        "description": text,
        "severity": severity,
        "fingerprint": fingerprint,
        "location": {"path": below(folder, span.file), "lines": lines},
    }
