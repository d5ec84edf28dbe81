"""The cheapest designs that meet everything, on each cloud."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from mlarchlint.advise.across import Across, asks_for_two
from mlarchlint.advise.assessment import BUDGET, Assessment, Obstacle, assess
from mlarchlint.advise.candidate import Candidate
from mlarchlint.advise.machines import on_arm
from mlarchlint.advise.places import pairs_to_try, regions_to_try
from mlarchlint.advise.space import Space
from mlarchlint.config import Config

# What other machines, more of them or another way to pay for them do not change.
NOT_BY_MACHINES = frozenset(
    {"MLA-HA001", "MLA-HA008", "MLA-HA012", "MLA-PE002", "MLA-PE006", "MLA-PE007", "MLA-DG001"}
)
# What a second region may change: too far away, or not available enough.
_BY_REGIONS = frozenset({"MLA-HA004", "MLA-HA008", "MLA-HA012", "MLA-PE001", "MLA-PE002", "MLA-PE007"})


@dataclass(frozen=True, slots=True)
class Advice:
    """Of one cloud. best: the cheapest designs that meet everything, cheapest first.

    pairs: of regions that designs over both were tried in.

    next_cheaper: the dearest design that is cheaper than the best and fails. closest: the design
    with the fewest obstacles, where none meets everything. tried: how many designs were judged.
    """

    cloud: str
    regions: tuple[str, ...]
    best: tuple[Assessment, ...]
    next_cheaper: Assessment | None
    closest: Assessment | None
    tried: int
    pairs: tuple[tuple[str, str], ...] = ()


def advise(cloud: str, config: Config, regions: Sequence[str] = (), top: int = 3) -> Advice:
    needs = config.requirements
    places, pairs = regions_to_try(cloud, needs, regions), pairs_to_try(cloud, needs, regions)
    space = Space(cloud, config, places)
    if asks_for_two(needs) and pairs:
        places, tried = (), []
    else:
        tried = list(_assessed(space.shapes(), config))
        pairs = pairs if len(regions) > 1 or _for_want_of_a_region(tried) else ()
    tried += _assessed(Across(space, pairs).shapes(), config)
    found = sorted(tried, key=lambda one: one.order)
    best = _shown(tuple(one for one in found if not one.obstacles), top)
    failing = [one for one in found if one.obstacles]
    closest = min(failing, key=_distance, default=None) if not best else None
    return Advice(
        cloud, places, best, _next_cheaper(best[0], failing) if best else None, closest, len(found), pairs
    )


def _shown(good: tuple[Assessment, ...], top: int) -> tuple[Assessment, ...]:
    """The cheapest ones; the last gives way to one for everybody, if none of them is."""
    shown = good[:top]
    for fits in (_for_everybody, _on_x86, _by_the_hour):
        other = next((one for one in good if fits(one.candidate)), None)
        if other is not None:
            return shown if other in shown or top < 2 else (*shown[: top - 1], other)
    return shown


def _for_everybody(one: Candidate) -> bool:
    return _on_x86(one) and _by_the_hour(one)


def _on_x86(one: Candidate) -> bool:
    """Runs what is not built for Arm."""
    return not on_arm(one.cloud, one.machine)


def _by_the_hour(one: Candidate) -> bool:
    """Binds nobody for a year."""
    return not one.committed


def _for_want_of_a_region(found: Sequence[Assessment]) -> bool:
    """Whatever is tried in one region, what fails is what another one may mend."""
    return all(any(each.rule in _BY_REGIONS for each in one.obstacles) for one in found) and bool(found)


def _assessed(shapes: Iterable[tuple[Candidate, ...]], config: Config) -> Iterator[Assessment]:
    for shape in shapes:
        first = assess(shape[0], config)
        yield first
        if any(_not_by_machines(obstacle) for obstacle in first.obstacles):
            continue
        judged = {shape[0]: first}
        for one in shape[1:]:
            if one.committed and not _may_help(judged.get(replace(one, committed=""))):
                continue
            judged[one] = assess(one, config)
            yield judged[one]


def _may_help(uncommitted: Assessment | None) -> bool:
    """A commitment changes what a design costs, and nothing else."""
    return uncommitted is None or all(obstacle.rule == BUDGET for obstacle in uncommitted.obstacles)


def _not_by_machines(obstacle: Obstacle) -> bool:
    """What counts in a sure bound on latency is the same on all machines: the way, and the model as stated."""
    return obstacle.rule in NOT_BY_MACHINES or (obstacle.rule == "MLA-PE001" and obstacle.sure)


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
