"""SARIF 2.1.0, for code scanning services."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mlarchlint import __version__
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.finding import Finding, Severity
from mlarchlint.model.span import SourceSpan
from mlarchlint.report.inert import inert
from mlarchlint.report.redact import Redactor
from mlarchlint.report.sarif_rules import described_rules
from mlarchlint.report.summary import INCOMPLETE, summarise

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT = "mlarchlint/v1"
LEVELS = {
    Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning",
    Severity.LOW: "note", Severity.INFO: "note",
}  # fmt: skip
_EXIT = {
    0: "no findings at or above the threshold",
    1: "findings at or above the threshold",
    3: "incomplete: something could not be read, or a rule failed",
}


def render_sarif(result: Result) -> str:
    """Certain findings (all with `uncertain` in the configuration), with those suppressed."""
    return json.dumps(sarif_log(result), indent=2, ensure_ascii=True) + "\n"


def sarif_log(result: Result) -> dict[str, Any]:
    writer = _Writer(result)
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [writer.run()]}


class _Writer:
    def __init__(self, result: Result) -> None:
        self.result = result
        self.redactor = Redactor(result.graph)
        self.rules = {rule.id: place for place, rule in enumerate(result.rules)}

    def run(self) -> dict[str, Any]:
        shown = [f for f in self.result.findings if f.certain or self.result.config.uncertain]
        driver = {
            "name": "mlarchlint",
            "version": __version__,
            "semanticVersion": __version__,
            "rules": described_rules(self.result.rules),
        }
        return {
            "tool": {"driver": driver},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The folder mlarchlint was run in."}}},
            "invocations": [self.invocation()],
            "results": [self.finding(finding) for finding in shown],
        }

    def invocation(self) -> dict[str, Any]:
        code = summarise(self.result).exit_code
        return {
            "executionSuccessful": code != INCOMPLETE,
            "exitCode": code,
            "exitCodeDescription": _EXIT[code],
            "toolExecutionNotifications": [self.notification(d) for d in self.result.diagnostics],
        }

    def notification(self, diagnostic: Diagnostic) -> dict[str, Any]:
        text = ". ".join(part.rstrip(".") for part in (diagnostic.summary, diagnostic.detail) if part)
        return {
            "descriptor": {"id": diagnostic.code},
            "level": {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "note"}[diagnostic.level],
            "message": self.message(text),
            **({"locations": [location(diagnostic.span)]} if diagnostic.span.file else {}),
        }

    def finding(self, finding: Finding) -> dict[str, Any]:
        claim = f"{finding.subject.shown} {finding.message}".strip()
        uncertain = "" if finding.certain else "Uncertain: "
        fix = " " + _sentence(finding.fix[:1].upper() + finding.fix[1:]) if finding.fix else ""
        found: dict[str, Any] = {
            "ruleId": finding.rule,
            **({"ruleIndex": self.rules[finding.rule]} if finding.rule in self.rules else {}),
            "kind": "fail" if finding.certain else "review",
            "level": LEVELS[finding.severity] if finding.certain else "none",
            "message": self.message(uncertain + _sentence(claim) + fix),
            "locations": [self.place_of(finding)],
            "partialFingerprints": {FINGERPRINT: finding.fingerprint},
            "properties": {
                "severity": finding.severity.value,
                "certain": finding.certain,
                "instances": finding.instances,
                **(
                    {"workload": finding.workload[0], "role": finding.workload[1]} if finding.workload else {}
                ),
            },
        }
        related = list(self.related(finding))
        if related:
            found["relatedLocations"] = related
        if finding.suppressed is not None:
            found["suppressions"] = [self.suppression(finding)]
        return found

    def place_of(self, finding: Finding) -> dict[str, Any]:
        """A finding about the whole design stands at the first file that was read."""
        span = finding.span
        if not span.file:
            first = next(iter(self.result.graph), None)
            span = SourceSpan(first.span.file) if first is not None else SourceSpan(".")
        subject = finding.subject
        place = location(span)
        if subject.address:
            place["logicalLocations"] = [
                {"fullyQualifiedName": inert(subject.address), "kind": subject.kind or "resource"}
            ]
        return place

    def related(self, finding: Finding) -> Iterable[dict[str, Any]]:
        steps = [(f"the value comes from {step.label}", step.span) for step in finding.origin]
        steps += [("called here", span) for span in finding.calls]
        steps += [(other.message, other.span) for other in finding.related]
        for place, (text, span) in enumerate((text, span) for text, span in steps if span.file):
            yield {"id": place, **location(span), "message": self.message(text)}

    def suppression(self, finding: Finding) -> dict[str, Any]:
        suppressed = finding.suppressed
        assert suppressed is not None
        written_in_code = suppressed.how in ("comment", "annotation", "metadata")
        until = f" (until {suppressed.until})" if suppressed.until else ""
        return {
            "kind": "inSource" if written_in_code else "external",
            "status": "accepted",
            "justification": inert(self.redactor.text(suppressed.reason + until)),
            **({"location": location(suppressed.span)} if suppressed.span.file else {}),
        }

    def message(self, text: str) -> dict[str, str]:
        """Plain text, in which `[text](target)` would be a link."""
        return {"text": inert(self.redactor.text(text)).replace("](", "] (")}


def location(span: SourceSpan) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri(span.file), "uriBaseId": "SRCROOT"},
            "region": _region(span),
        }
    }


def uri(path: str) -> str:
    """A relative reference: every character but the harmless ones as %XX. `a:b` is no scheme."""
    return quote(path.encode("utf-8", "surrogateescape"), safe="/-._~")


def _region(span: SourceSpan) -> dict[str, int]:
    region = {"startLine": max(1, span.line), "startColumn": max(1, span.column)}
    if (span.end_line, span.end_column) > (span.line, span.column):
        region |= {"endLine": span.end_line, "endColumn": max(1, span.end_column)}
    return region


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else text + "."
