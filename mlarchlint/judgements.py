"""What is required against what the design can do: one judgement per requirement and subject, with the arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from mlarchlint.design import Design
from mlarchlint.judged_places import latency, regions, residency
from mlarchlint.judged_service import availability, load
from mlarchlint.judged_updates import updates
from mlarchlint.judgement import Judgement, nothing_serves
from mlarchlint.model.truth import Truth

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result


def judged(result: Result) -> tuple[Judgement, ...]:
    """Of what a scan has found; empty where no requirements are written."""
    return judgements(design_of(result)) if result.config.requirements.data else ()


def design_of(result: Result) -> Design:
    config = result.config
    return Design(
        result.graph, result.roles, result.workloads, result.estimate, config.requirements, config.workspace
    )


def judgements(design: Design) -> tuple[Judgement, ...]:
    """In the order: availability, load, latency, regions, residency, budget, updates."""
    rows = (
        *availability(design),
        *load(design),
        *latency(design),
        *regions(design),
        *residency(design),
        *_budget(design),
        *_no_fleet(design),
        *updates(design),
    )
    return tuple(_folded(rows))


def _folded(rows: Iterable[Judgement]) -> Iterator[Judgement]:
    """What cannot be told of many for one and the same reason is one row."""
    alike: dict[tuple[object, ...], list[Judgement]] = {}
    for row in rows:
        said = (row.requirement, row.path, row.required, row.computed, row.missing, row.closes, row.rule)
        alike.setdefault(said if row.met is Truth.MAYBE else (id(row),), []).append(row)
    for first, *others in alike.values():
        yield replace(first, subject=f"{first.subject} and {len(others)} more") if others else first


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
