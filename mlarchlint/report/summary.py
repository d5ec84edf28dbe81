"""The figures every report ends with, and the exit code they give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.finding import Finding, Severity
from mlarchlint.model.record import record
from mlarchlint.model.resource import Mode, Resource

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

CLEAN, FINDINGS, USAGE, INCOMPLETE = 0, 1, 2, 3


@record(frozen=True, slots=True)
class Summary:
    """by_severity: certain findings that are not suppressed, worst first."""

    exit_code: int
    by_severity: tuple[tuple[Severity, int], ...]
    uncertain: int
    suppressed: int
    monthly_low: Decimal
    monthly_high: Decimal
    prices_as_of: str
    unpriced: int
    budget: Decimal | None

    @property
    def findings(self) -> int:
        return sum(count for _, count in self.by_severity)


def summarise(result: Result) -> Summary:
    counted = Counter(finding.severity for finding in result.findings if counts(finding))
    money = result.estimate.monthly
    return Summary(
        exit_code=exit_code(result.findings, result.diagnostics, result.config.fail_on),
        by_severity=tuple((s, counted[s]) for s in reversed(Severity) if counted[s]),
        uncertain=sum(not f.certain and f.suppressed is None for f in result.findings),
        suppressed=sum(f.suppressed is not None for f in result.findings),
        monthly_low=money.low,
        monthly_high=money.high,
        prices_as_of=result.estimate.as_of,
        unpriced=len(result.estimate.gaps),
        budget=result.config.requirements.number("budget.monthly_usd"),
    )


def unread_modules(result: Result) -> tuple[Resource, ...]:
    """Module calls whose code is not there; of those with a kind the inputs are judged."""
    return tuple(resource for resource in result.graph if resource.instance.mode is Mode.MODULE)


def counts(finding: Finding) -> bool:
    """Only what is certain and not accepted can fail a run."""
    return finding.certain and finding.suppressed is None


def exit_code(
    findings: Iterable[Finding], diagnostics: Iterable[Diagnostic], fail_on: Severity | None
) -> int:
    """Incomplete wins over findings: a partial answer must not look like a whole one."""
    if any(diagnostic.level is Level.ERROR for diagnostic in diagnostics):
        return INCOMPLETE
    if fail_on is not None and any(counts(f) and f.severity.rank >= fail_on.rank for f in findings):
        return FINDINGS
    return CLEAN


def dollars(amount: Decimal) -> str:
    return f"${amount:,.2f}"
