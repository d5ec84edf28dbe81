"""What is required against what the design can do: one judgement per requirement and subject, with the arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from mlarchlint.design import Design
from mlarchlint.judged_places import latency, regions, residency
from mlarchlint.judged_service import availability, load
from mlarchlint.judgement import Judgement, nothing_serves
from mlarchlint.model.finding import Finding
from mlarchlint.model.span import NOWHERE
from mlarchlint.model.truth import Truth

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

DECIDING = "MLA-ML004"  # the rule whose verdict is shown as it is


def judged(result: Result) -> tuple[Judgement, ...]:
    """Of what a scan has found; empty where no requirements are written."""
    requirements = result.config.requirements
    if not requirements.data:
        return ()
    ran = DECIDING in {rule.id for rule in result.rules}
    return judgements(design_of(result), result.findings if ran else None)


def design_of(result: Result) -> Design:
    config = result.config
    return Design(
        result.graph, result.roles, result.workloads, result.estimate, config.requirements, config.workspace
    )


def judgements(design: Design, findings: Sequence[Finding] | None = None) -> tuple[Judgement, ...]:
    """In the order: availability, load, latency, regions, residency, budget, what a rule decides.

    findings: of the rules, for requirements that have no figure.
    """
    return (
        *availability(design),
        *load(design),
        *latency(design),
        *regions(design),
        *residency(design),
        *_budget(design),
        *_no_fleet(design),
        *_by_rule(design, findings),
    )


def _budget(design: Design) -> Iterator[Judgement]:
    for verdict in design.budgets():
        each = "a run" if verdict.run else "a month"
        low, high = f"${verdict.cost.low:,.0f}", f"${verdict.cost.high:,.0f}"
        figure = low if low == high else f"{low} to {high}"
        gaps = len(verdict.gaps)
        yield Judgement(
            f"budget of {verdict.what}", verdict.path, f"${verdict.budget:,.0f} {each}", "",
            f"{figure} {each}", ~verdict.over, _left(verdict.allowed - verdict.judged),
            f"{gaps} costs have no price" if verdict.over is Truth.MAYBE else "",
            tuple(f"{part.label}: ${part.cost.low:,.0f} to ${part.cost.high:,.0f}" for part in verdict.costs[:3]),
            rule="MLA-CO003",
        )  # fmt: skip


def _left(amount: Decimal) -> str:
    return f"${amount:,.0f} left" if amount >= 0 else f"${-amount:,.0f} over"


def _no_fleet(design: Design) -> Iterator[Judgement]:
    """What is written and has nothing to be judged on is said, so that silence is never a pass."""
    needs = design.requirements
    if not design.capacities and needs.get("traffic") is not None and not design.fleets:
        yield nothing_serves("peak load", "traffic", "the stated load", "MLA-SC002")


# A new model that gets all requests at once is a risk, and nothing is down meanwhile.
_NO_DOWNTIME = "deployment.type"
# What a rule decides without a figure: requirement, where it is written, what is asked for, the rule.
_BY_RULE = (("updates without downtime", "updates.zero_downtime", "yes", DECIDING),)


def _by_rule(design: Design, findings: Sequence[Finding] | None) -> Iterator[Judgement]:
    """Met where the rule finds nothing on any serving fleet. findings: None where rules did not run."""
    for name, path, wanted, rule in _BY_RULE:
        if design.requirements.flag(path) is not True:
            continue
        found = [
            one
            for one in findings or ()
            if one.rule == rule and one.suppressed is None and one.attribute != _NO_DOWNTIME
        ]
        certain = [one for one in found if one.certain]
        missing = "; ".join(f"{one.subject.address} {one.message}" for one in found)
        if findings is None:
            missing = f"{rule} did not run"
        elif not design.fleets:
            missing = "a serving workload in the scanned code"
        met = Truth.NO if certain else Truth.MAYBE if missing else Truth.YES
        first = certain or found
        yield Judgement(
            name,
            path,
            wanted,
            ", ".join(fleet.name for fleet in design.fleets),
            "; ".join(f"{one.subject.address} {one.message}" for one in certain),
            met,
            missing=missing if met is Truth.MAYBE else "",
            closes="; ".join(dict.fromkeys(one.fix for one in certain if one.fix)),
            rule=rule,
            span=first[0].span if first else NOWHERE,
        )
