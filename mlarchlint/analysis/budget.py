"""Every budget of the requirements against what its part of the design costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial

from mlarchlint.analysis.cost_savings import cost_of_run
from mlarchlint.analysis.overrides import matches
from mlarchlint.model.estimate import Estimate, Gap, Money, ResourceEstimate
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.workload import Workload
from mlarchlint.requirements import Requirements

TRAINING_KINDS = ("batch_job", "training_cluster")
EnvironmentOf = Callable[[Resource], str]


@record(frozen=True, slots=True)
class Part:
    """The instances of one declaration. keys: of the resources."""

    name: str
    keys: tuple[str, ...]
    cost: Money

    @property
    def label(self) -> str:
        return self.name if len(self.keys) == 1 else f"{self.name} ({len(self.keys)} instances)"


@record(frozen=True, slots=True)
class Verdict:
    """One budget. what: `the design`, `the workload api`, ...; path: where it is written.

    cost: what is judged, a month or a run. costs: of each declaration in it, dearest first.
    """

    what: str
    path: str
    budget: Decimal
    allowed: Decimal
    cost: Money
    costs: tuple[Part, ...]
    gaps: tuple[Gap, ...]
    unpriced: Decimal
    run: bool = False

    @property
    def judged(self) -> Decimal:
        """The high figure; where something could not be priced, the low one."""
        return self.cost.low if self.gaps else self.cost.high

    @property
    def over(self) -> Truth:
        """MAYBE: within the budget only as far as it could be priced."""
        if self.judged > self.allowed:
            return Truth.YES
        much = self.unpriced > Decimal("0.25")
        return Truth.MAYBE if self.gaps and (self.cost.high > self.allowed or much) else Truth.NO

    @property
    def certain_at_low(self) -> bool:
        return self.cost.low > self.allowed


def budget_verdicts(
    graph: ResourceGraph,
    workloads: tuple[Workload, ...],
    estimate: Estimate,
    needs: Requirements,
    environment: EnvironmentOf,
) -> Iterator[Verdict]:
    """In the order: the design, its environments, its workloads, its training runs."""
    judge = partial(_judge, graph, estimate, needs)
    every = tuple(estimate.resources)
    yield from judge("the design", "budget.monthly_usd", every)
    for name in needs.get("budget.environments") or {}:
        mine = tuple(key for key in every if environment(graph[key]) == name)
        yield from judge(f"the environment {name}", f"budget.environments.{name}", mine)
    taken: set[str] = set()
    for place, entry in enumerate(needs.workloads):
        name = str(entry.get("name"))
        members = _members(graph, workloads, entry.get("match") or {}, taken)
        taken |= members
        mine = tuple(key for key in every if key in members)
        yield from judge(f"the workload {name}", f"workloads.{place}.budget.monthly_usd", mine)
        yield from _runs(
            graph, workloads, estimate, needs, f"workloads.{place}.budget.training_run_usd", members
        )
    yield from _runs(graph, workloads, estimate, needs, "budget.training_run_usd", set(every) - taken)


def _members(
    graph: ResourceGraph, workloads: tuple[Workload, ...], match: object, taken: set[str]
) -> set[str]:
    """What an entry matches, with what belongs to the same workload; the first entry wins."""
    if not isinstance(match, dict) or not match:
        return set()
    found = {node.key for node in graph if matches(node, match)} - taken
    for workload in workloads:
        if found & set(workload.members):
            found |= set(workload.members) - taken
    return found


def _judge(
    graph: ResourceGraph, estimate: Estimate, needs: Requirements, what: str, path: str, keys: tuple[str, ...]
) -> Iterator[Verdict]:
    budget = needs.number(path)
    if budget is None:
        return
    costs = [(key, estimate.resources[key].monthly) for key in keys]
    gaps = tuple(gap for key in keys for gap in estimate.resources[key].gaps)
    yield _verdict(graph, needs, estimate, what, path, budget, costs, gaps)


def _runs(
    graph: ResourceGraph,
    workloads: tuple[Workload, ...],
    estimate: Estimate,
    needs: Requirements,
    path: str,
    within: set[str],
) -> Iterator[Verdict]:
    """A run of a training workload: its jobs and clusters together."""
    budget = needs.number(path)
    if budget is None:
        return
    for workload in workloads:
        keys = [
            key for key in workload.members
            if key in within and key in estimate.resources and graph[key].kind in TRAINING_KINDS
        ]  # fmt: skip
        if workload.role not in ("training", "tuning") or not keys:
            continue
        costs = [(key, _run(graph[key], estimate.resources[key], needs)) for key in keys]
        gaps = tuple(gap for key in keys for gap in estimate.resources[key].gaps)
        yield _verdict(
            graph, needs, estimate, f"a run of {workload.name}", path, budget, costs, gaps, run=True
        )


def _run(job: Resource, found: ResourceEstimate, needs: Requirements) -> Money:
    """What a job is stated to take it takes; how far a cluster fills is open."""
    money = cost_of_run(found, needs)
    own = (entry for entry in needs.workloads if matches(job, entry.get("match") or {}))
    hours = next(
        (training.get("max_run_hours") for entry in own if (training := entry.get("training"))), None
    )
    stated = hours is not None or needs.number("training.max_run_hours") is not None
    stated = stated or job["max_runtime_s"].is_known
    return Money(money.high, money.high) if stated and job.kind == "batch_job" and not found.gaps else money


def _verdict(
    graph: ResourceGraph,
    needs: Requirements,
    estimate: Estimate,
    what: str,
    path: str,
    budget: Decimal,
    costs: list[tuple[str, Money]],
    gaps: tuple[Gap, ...],
    run: bool = False,
) -> Verdict:
    own = path.rpartition("budget.")[0] + "budget.tolerance_pct"
    tolerance = needs.number(own) or needs.number("budget.tolerance_pct") or Decimal(0)
    cost = Money()
    for _, money in costs:
        cost = cost + money
    judged = "low" if gaps else "high"
    parts = _parts(graph, costs)
    dearest = sorted(parts, key=lambda one: (-getattr(one.cost, judged), -one.cost.high, one.name))
    lacking = sum(1 for key, _ in costs if estimate.resources[key].gaps)
    unpriced = Decimal(lacking) / len(costs) if costs else Decimal(0)
    allowed = budget * (1 + tolerance / 100)
    return Verdict(what, path, budget, allowed, cost, tuple(dearest), gaps, unpriced, run)


def _parts(graph: ResourceGraph, costs: list[tuple[str, Money]]) -> list[Part]:
    found: dict[tuple[str, str], Part] = {}
    for key, money in costs:
        name, place = declaration_of(graph[key])
        before = found.get((name, place), Part(name, (), Money()))
        found[name, place] = Part(name, (*before.keys, key), before.cost + money)
    return [one if len(one.keys) > 1 else Part(one.keys[0], one.keys, one.cost) for one in found.values()]


def declaration_of(resource: Resource) -> tuple[str, str]:
    """(address without instance keys, scope): what is changed by one edit."""
    instance = resource.instance
    return instance.declaration or resource.address, instance.scope or instance.span.file
