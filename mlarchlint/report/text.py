"""The report for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from mlarchlint.model.diagnostic import Level
from mlarchlint.model.finding import Finding
from mlarchlint.model.span import SourceSpan
from mlarchlint.report.diagnostics import diagnostic_lines
from mlarchlint.report.excerpt import excerpt
from mlarchlint.report.inert import inert
from mlarchlint.report.redact import Redactor
from mlarchlint.report.summary import Summary, dollars, summarise, unread_modules

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

_STYLES = {
    "critical": "1;35", "high": "1;31", "medium": "1;33", "low": "1;36", "info": "1;34",
    "error": "1;31", "warning": "1;33", "note": "1;34", "dim": "2", "bold": "1",
}  # fmt: skip
_CHAIN = 6
_MODULES, _WORKLOADS = 5, 8  # named in the summary


def render_text(result: Result, *, color: bool = False) -> str:
    """Diagnostics first, then findings with their source, then the summary. Ends with a newline."""
    return "\n".join(_Text(result, color).lines()) + "\n"


class _Text:
    def __init__(self, result: Result, color: bool) -> None:
        self.result = result
        self.color = color
        self.redactor = Redactor(result.graph)

    def lines(self) -> Iterator[str]:
        for diagnostic in self.result.diagnostics:
            if diagnostic.level is not Level.NOTE:
                yield from diagnostic_lines(diagnostic, self.safe, self.paint)
                yield ""
        for finding in self.result.findings:
            if finding.suppressed is None and (finding.certain or self.result.config.uncertain):
                yield from self.finding(finding)
                yield ""
        yield from self.summary(summarise(self.result))

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.color else text

    def safe(self, text: str) -> str:
        return inert(self.redactor.text(text))

    def finding(self, finding: Finding) -> Iterator[str]:
        severity = finding.severity.value
        uncertain = "" if finding.certain else " (uncertain)"
        claim = self.safe(f"{finding.subject.address} {finding.message}".strip())
        yield f"{self.paint(severity, severity)} {finding.rule}{uncertain} {self.paint(claim, 'bold')}"
        more = f", {finding.instances} instances" if finding.instances > 1 else ""
        yield f"  --> {self.safe(str(finding.span))} ({finding.name}{more})"
        lines = self.result.sources.texts.lines(finding.span.file)
        yield from excerpt(lines, finding.span, self.redactor)
        for label, text in self.remarks(finding):
            yield f"  {self.paint(f'{label}:', 'dim')} {text}"

    def remarks(self, finding: Finding) -> Iterator[tuple[str, str]]:
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

    def summary(self, summary: Summary) -> Iterator[str]:
        yield verdict(self.result, summary, self.paint)
        counts = self.result.counts
        yield (
            f"Read {_plural(counts.files_read, 'file')}"
            + (f", could not read {counts.files_failed}" if counts.files_failed else "")
            + (f", passed over {counts.files_skipped} of other formats" if counts.files_skipped else "")
            + f": {_plural(counts.resources, 'resource')}, {_plural(counts.unknown_values, 'unknown value')}, "
            + f"{_plural(len(self.result.rules), 'rule')} run."
        )
        yield from self.unread()
        if self.result.workloads:
            shown = self.result.workloads[:_WORKLOADS]
            named = [f"{w.name} ({w.role}, {w.confidence:.2f})" for w in shown]
            more = len(self.result.workloads) - len(shown)
            named += [f"{more} more"] if more else []
            yield f"Workloads: {self.safe(', '.join(named))}."
        yield from self.cost(summary)

    def unread(self) -> Iterator[str]:
        """Modules are read after `terraform init` has laid their code beside the configuration."""
        modules = unread_modules(self.result)
        if modules:
            named = [f"{module.address} ({module.type})" for module in modules[:_MODULES]]
            more = len(modules) - len(named)
            named += [f"{more} more"] if more else []
            yield f"Modules not read, run `terraform init` to have them: {self.safe(', '.join(named))}."

    def cost(self, summary: Summary) -> Iterator[str]:
        if not self.result.estimate.resources:
            return
        low, high = dollars(summary.monthly_low), dollars(summary.monthly_high)
        amount = low if low == high else f"{low} to {high}"
        if not summary.prices_as_of:
            amount = "not known"
        text = f"Monthly cost: {amount}"
        if summary.prices_as_of:
            text += f" (prices of {summary.prices_as_of}"
            text += f", {_plural(summary.unpriced, 'gap')})" if summary.unpriced else ")"
        elif summary.unpriced:
            text += f" ({_plural(summary.unpriced, 'gap')})"
        if summary.budget is not None:
            text += f"; budget {dollars(summary.budget)}"
        yield text + "."


def verdict(
    result: Result, summary: Summary, paint: Callable[[str, str], str] = lambda text, style: text
) -> str:
    """The outcome in one line."""
    parts = [paint(f"{count} {severity.value}", severity.value) for severity, count in summary.by_severity]
    found = _plural(summary.findings, "finding") if summary.findings else "No findings"
    text = f"{found}: {', '.join(parts)}" if parts else found
    if summary.uncertain:
        hint = "" if result.config.uncertain else " (show with --uncertain)"
        text += f"; {summary.uncertain} uncertain{hint}"
    if summary.suppressed:
        text += f"; {summary.suppressed} suppressed"
    errors = sum(d.level is Level.ERROR for d in result.diagnostics)
    if errors:
        text += paint(f"; INCOMPLETE: {_plural(errors, 'error')}", "error")
    return text + "."


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
