"""The report for machines: a public interface (data/schema/report.json)."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mlarchlint import __version__
from mlarchlint.model.diagnostic import Diagnostic
from mlarchlint.model.edit import Edit
from mlarchlint.model.finding import Finding, Severity, Suppression
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.truth import Truth
from mlarchlint.model.workload import Workload
from mlarchlint.report.inert import inert
from mlarchlint.report.redact import Redactor
from mlarchlint.report.summary import Summary, summarise, unread_modules

if TYPE_CHECKING:
    from mlarchlint.comparison import Comparison
    from mlarchlint.pipeline import Result


def render_json(result: Result) -> str:
    """All findings, also the uncertain and the suppressed ones. ASCII only, so no character can act."""
    return json.dumps(report(result), indent=2, ensure_ascii=True) + "\n"


def report(result: Result) -> dict[str, Any]:
    redactor = Redactor(result.graph)
    return {
        "version": __version__,
        "findings": [_finding(finding, redactor) for finding in result.findings],
        "diagnostics": [_diagnostic(diagnostic, redactor) for diagnostic in result.diagnostics],
        **({"comparison": _comparison(result.comparison, redactor)} if result.comparison else {}),
        "workloads": [_workload(workload, redactor) for workload in result.workloads],
        "summary": _summary(result, summarise(result)),
    }


def _said(text: str, redactor: Redactor) -> str:
    """Sentences are made harmless; addresses and paths stay exact."""
    return inert(redactor.text(text))


def _finding(finding: Finding, redactor: Redactor) -> dict[str, Any]:
    span = finding.span
    return {
        "rule": finding.rule,
        "name": finding.name,
        "pillar": finding.pillar,
        "severity": finding.severity.value,
        "certain": finding.certain,
        "message": _said(finding.message, redactor),
        "subject": {
            "address": finding.subject.address,
            "kind": finding.subject.kind,
            "type": finding.subject.type,
        },
        "workload": dict(zip(("name", "role"), finding.workload, strict=True)) if finding.workload else None,
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "instances": finding.instances,
        "fingerprint": finding.fingerprint,
        "origin": [{"label": _said(step.label, redactor), **_place(step.span)} for step in finding.origin],
        "calls": [_place(call) for call in finding.calls],
        "related": [{"message": _said(r.message, redactor), **_place(r.span)} for r in finding.related],
        "evidence": _said(finding.evidence, redactor),
        "fix": _said(finding.fix, redactor),
        **({"edits": [_edit(edit) for edit in finding.edits]} if finding.edits else {}),
        "suppressed": finding.suppressed is not None,
        "suppression": _suppression(finding.suppressed, redactor),
    }


def _edit(edit: Edit) -> dict[str, Any]:
    return {"trait": edit.trait, "value": edit.value, "safe": edit.safe, "note": edit.note}


def _comparison(found: Comparison, redactor: Redactor) -> dict[str, Any]:
    return {
        "base": inert(found.base),
        "new": [finding.fingerprint for finding in found.new],
        "unchanged": [finding.fingerprint for finding in found.unchanged],
        "not_comparable": [finding.fingerprint for finding in found.not_comparable],
        "fixed": [_finding(finding, redactor) for finding in found.fixed],
    }


def _suppression(suppressed: Suppression | None, redactor: Redactor) -> dict[str, Any] | None:
    if suppressed is None:
        return None
    return {
        "how": suppressed.how,
        "reason": _said(suppressed.reason, redactor),
        "until": suppressed.until or None,
        **_place(suppressed.span),
    }


def _diagnostic(diagnostic: Diagnostic, redactor: Redactor) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.level.value,
        "summary": _said(diagnostic.summary, redactor),
        "detail": _said(diagnostic.detail, redactor),
        **_place(diagnostic.span),
    }


def _workload(workload: Workload, redactor: Redactor) -> dict[str, Any]:
    return {
        "name": workload.name,
        "role": workload.role,
        "confidence": round(workload.confidence, 4),
        "evidence": [
            {"reason": _said(e.reason, redactor), "weight": e.weight, **_place(e.span)}
            for e in workload.evidence
        ],
        "members": list(workload.members),
    }


def _place(span: SourceSpan) -> dict[str, Any]:
    """Nothing is nowhere: file, line and column are null together."""
    if not span.file:
        return {"file": None, "line": None, "column": None}
    return {"file": span.file, "line": span.line, "column": span.column}


def _summary(result: Result, summary: Summary) -> dict[str, Any]:
    by_severity = dict(summary.by_severity)
    config = result.config
    return {
        "files_read": result.counts.files_read,
        "files_skipped": result.counts.files_skipped,
        "files_failed": result.counts.files_failed,
        "resources": result.counts.resources,
        "unknown_values": result.counts.unknown_values,
        "unread_modules": [
            {"address": module.address, "source": module.type} for module in unread_modules(result)
        ],
        **({"renderers": _renderers(result)} if result.renderers else {}),
        "rules_run": len(result.rules),
        "findings": {severity.value: by_severity.get(severity, 0) for severity in reversed(Severity)},
        "uncertain": summary.uncertain,
        "suppressed": summary.suppressed,
        "cost": {
            "monthly_low": _amount(summary.monthly_low),
            "monthly_high": _amount(summary.monthly_high),
            "currency": result.estimate.currency,
            "prices_as_of": summary.prices_as_of or None,
            "gaps": summary.unpriced,
            "budget": None if summary.budget is None else _amount(summary.budget),
        },
        **({"requirements": _requirements(result)} if config.requirements.data else {}),
        "fail_on": config.fail_on.value if config.fail_on else "never",
        "exit_code": summary.exit_code,
    }


def _requirements(result: Result) -> dict[str, int]:
    """How many of those that are enforced are met, not met, or cannot be told."""
    from mlarchlint.judgements import judged

    verdicts = [one.met for one in judged(result) if one.binding]
    names = {Truth.YES: "met", Truth.NO: "not_met", Truth.MAYBE: "unknown"}
    return {name: verdicts.count(truth) for truth, name in names.items()}


def _renderers(result: Result) -> dict[str, int]:
    """Of charts and overlays: how many each tool rendered, and how many none did."""
    return {tool or "none": count for tool, count in result.renderers}


def _amount(amount: Decimal) -> float:
    return float(round(amount, 2))
