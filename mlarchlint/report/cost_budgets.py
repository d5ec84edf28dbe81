"""Budgets and environments of an estimate, for every form of the cost report."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mlarchlint.analysis.budget import Verdict, budget_verdicts
from mlarchlint.analysis.environment import environment_in
from mlarchlint.model.estimate import Money
from mlarchlint.model.truth import Truth
from mlarchlint.report.inert import inert

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

_ORDER = ("prod", "staging", "dev", "unknown")


def budgets_of(result: Result) -> tuple[Verdict, ...]:
    config = result.config
    environment = partial(environment_in, config.requirements, config.workspace)
    return tuple(
        budget_verdicts(result.graph, result.workloads, result.estimate, config.requirements, environment)
    )


def complaint(verdict: Verdict) -> str:
    """One line for what is over its budget; empty for what is not, or may not be."""
    if verdict.over is not Truth.YES:
        return ""
    from mlarchlint.report.cost_rows import dollars

    count = len(verdict.gaps)
    reason = f" ({count} cost{'s' if count > 1 else ''} could not be priced)" if count else ""
    which, unit = ("low" if count else "high"), ("USD" if verdict.run else "USD a month")
    return inert(
        f"over budget: {verdict.what}: the {which} figure, {dollars(verdict.judged)} {unit}{reason}, exceeds {dollars(verdict.budget)}"
    )


def environment_of(result: Result, key: str) -> str:
    return environment_in(result.config.requirements, result.config.workspace, result.graph[key])


def environments_of(result: Result) -> dict[str, Money]:
    """What the resources of each environment cost together, production first; `unknown` for the rest."""
    found: dict[str, Money] = {}
    for key, one in result.estimate.resources.items():
        name = environment_of(result, key)
        found[name] = found.get(name, Money()) + one.monthly
    return {name: found[name] for name in _ORDER if name in found}


def differing_environments(result: Result) -> dict[str, Money]:
    """Empty where the design knows one environment, or none."""
    found = environments_of(result)
    return found if len(found.keys() - {"unknown"}) > 1 else {}


def budget_json(verdict: Verdict) -> dict[str, Any]:
    over = {Truth.YES: True, Truth.NO: False, Truth.MAYBE: None}[verdict.over]
    return {
        "what": inert(verdict.what),
        "path": verdict.path,
        "budget": float(verdict.budget),
        "allowed": float(verdict.allowed),
        "per": "run" if verdict.run else "month",
        "cost": {"low": float(verdict.cost.low), "high": float(verdict.cost.high)},
        "judged": "low" if verdict.gaps else "high",
        "gaps": len(verdict.gaps),
        "over": over,
    }
