"""A finding in words, the same in every report that people read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlarchlint.model.diagnostic import Diagnostic
from mlarchlint.model.finding import Finding
from mlarchlint.model.span import SourceSpan
from mlarchlint.report.inert import inert
from mlarchlint.report.redact import Redactor

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

_CHAIN = 6


class Wording:
    """Every text it returns is one harmless line without secrets; a format still escapes its own marks."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.redactor = Redactor(result.graph)

    def safe(self, text: str) -> str:
        return inert(self.redactor.text(text))

    def shown(self) -> list[Finding]:
        """What is not suppressed; the uncertain only where they were asked for."""
        uncertain = self.result.config.uncertain
        return [f for f in self.result.findings if f.suppressed is None and (f.certain or uncertain)]

    def claim(self, finding: Finding) -> str:
        return self.safe(f"{finding.subject.shown} {finding.message}".strip())

    def span(self, finding: Finding) -> SourceSpan:
        """A finding about the whole design stands at the first file that was read."""
        if finding.span.file:
            return finding.span
        first = next(iter(self.result.graph), None)
        return SourceSpan(first.span.file, 1, 1) if first is not None else SourceSpan(".", 1, 1)

    def diagnostic(self, diagnostic: Diagnostic) -> str:
        parts = (diagnostic.summary, diagnostic.detail)
        return self.safe(". ".join(part.rstrip(".") for part in parts if part) + ".")

    def remarks(self, finding: Finding) -> Iterator[tuple[str, str]]:
        """(label, text): how the value came about, the calls, the role, what helps, the fix."""
        steps = list(dict.fromkeys(finding.origin))
        chain = [self.at(step.label, step.span) for step in steps[:_CHAIN]]
        if len(steps) > _CHAIN:
            chain.append(f"... {len(steps) - _CHAIN} more")
        if chain:
            yield "from", " <- ".join(chain)
        if finding.calls:
            yield "called at", " > ".join(self.safe(str(span)) for span in finding.calls)
        if finding.workload:
            name, role = finding.workload
            evidence = finding.evidence.removeprefix(f"{role}: ")
            why = f": {evidence}" if evidence else ""
            yield "role", self.safe(f"{role} (workload {name}){why}")
        elif finding.evidence:
            yield "role", self.safe(finding.evidence)
        for related in finding.related:
            yield "see", self.at(related.message, related.span)
        if finding.fix:
            yield "fix", self.safe(finding.fix)

    def at(self, text: str, span: SourceSpan) -> str:
        place = f" at {span.file}:{span.line}" if span.file else ""
        return self.safe(text + place)
