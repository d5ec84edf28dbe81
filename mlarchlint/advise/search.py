"""The cheapest designs that meet everything, on each cloud."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from mlarchlint.advise.assessment import Assessment, Obstacle, assess
from mlarchlint.advise.machines import on_arm
from mlarchlint.advise.places import regions_to_try
from mlarchlint.advise.space import Space
from mlarchlint.config import Config
from mlarchlint.model.estimate import Money
from mlarchlint.pipeline import estimate_cost
from mlarchlint.requirements import Requirements

# What other machines, more of them or another way to pay for them do not change.
NOT_BY_MACHINES = frozenset(
    {"MLA-HA001", "MLA-HA008", "MLA-HA012", "MLA-PE002", "MLA-PE006", "MLA-PE007", "MLA-DG001"}
)


@dataclass(frozen=True, slots=True)
class Advice:
    """Of one cloud. best: the cheapest designs that meet everything, cheapest first.

    next_cheaper: the dearest design that is cheaper than the best and fails. closest: the design
    with the fewest obstacles, where none meets everything. tried: how many designs were judged.
    """

    cloud: str
    regions: tuple[str, ...]
    best: tuple[Assessment, ...]
    next_cheaper: Assessment | None
    closest: Assessment | None
    tried: int


def advise(cloud: str, config: Config, regions: Sequence[str] = (), top: int = 3) -> Advice:
    places = regions_to_try(cloud, config.requirements, regions)
    found = sorted(_assessed(Space(cloud, config, places)), key=lambda one: one.order)
    best = _with_x86(tuple(one for one in found if not one.obstacles), top)
    failing = [one for one in found if one.obstacles]
    closest = min(failing, key=_distance, default=None) if not best else None
    return Advice(cloud, places, best, _next_cheaper(best[0], failing) if best else None, closest, len(found))


def _with_x86(good: tuple[Assessment, ...], top: int) -> tuple[Assessment, ...]:
    """The cheapest ones; the last gives way to one that runs what is built for x86, if none of them does."""
    shown = good[:top]
    other = next((one for one in good if not on_arm(one.candidate.cloud, one.candidate.machine)), None)
    return shown if other is None or other in shown or top < 2 else (*shown[: top - 1], other)


def _assessed(space: Space) -> Iterator[Assessment]:
    for shape in space.shapes():
        first = assess(shape[0], space.config)
        yield first
        if not any(obstacle.rule in NOT_BY_MACHINES for obstacle in first.obstacles):
            for one in shape[1:]:
                yield assess(one, space.config)


def _next_cheaper(best: Assessment, failing: Sequence[Assessment]) -> Assessment | None:
    """The dearest one below; of the same completeness of prices, so that a gap is not taken for a saving."""
    below = [one for one in failing if one.cost.high < best.cost.high and len(one.gaps) <= len(best.gaps)]
    return max(below, key=lambda one: (one.cost.high, one.order), default=None)


def _distance(one: Assessment) -> tuple[object, ...]:
    return len({obstacle.requirement for obstacle in one.obstacles}), one.order


def ranked(found: Sequence[Advice]) -> tuple[Assessment, ...]:
    """The best of all clouds in the order of their numbers."""
    return tuple(sorted((one for advice in found for one in advice.best), key=lambda one: one.order))


def main_obstacle(one: Assessment) -> Obstacle:
    """The requirement to think about first: one with a figure before a finding."""
    return next((obstacle for obstacle in one.obstacles if " " in obstacle.requirement), one.obstacles[0])


def committed_cost(one: Assessment, config: Config) -> Money | None:
    """With all that runs anyway committed to for a year; None where that is not known to cost less."""
    needs = config.requirements
    if needs.number("budget.commitments.coverage"):
        return None
    budget = {**dict(needs.get("budget") or {}), "commitments": {"coverage": Decimal(1), "term": "1y"}}
    promised = replace(config, requirements=Requirements({**needs.data, "budget": budget}, needs.spans))
    result = one.judged.result
    found = estimate_cost(result.graph, result.roles, promised)
    if len(found.gaps) > len(one.gaps) or found.monthly.low >= one.cost.low:
        return None
    return found.monthly
