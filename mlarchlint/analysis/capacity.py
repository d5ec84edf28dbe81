"""Whether serving fleets carry the load that is required, also without a zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mlarchlint.analysis.access import stores_of
from mlarchlint.analysis.fleet import Fleet
from mlarchlint.analysis.hosting import Ceiling, ceiling_of
from mlarchlint.analysis.latency_math import SATURATED
from mlarchlint.analysis.load import (
    UTILISATION,
    Load,
    from_origin,
    instances_needed,
    left_after_a_zone,
    load_of,
    needed_to_survive_a_zone,
)
from mlarchlint.analysis.needs import Needs, needs_of
from mlarchlint.analysis.regional_share import part_of_load, shares_of
from mlarchlint.analysis.throughput import OWN_TARGET, Cores, Throughput, throughput_of, utilisation_of
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.truth import Truth
from mlarchlint.requirements import Requirements


@record(frozen=True, slots=True)
class Capacity:
    """Of one fleet. origin_peak: what reaches the instances. alone: it carries the whole load.

    utilisation: at most this much of an instance is used. zones: the least it spans.
    needed, needed_with_zone_loss: instances; None where the throughput is not known.
    carried: requests a second at its most instances. left: instances outside the fullest zone
    when it runs at what the load needs. whole: of the whole load, where it carries a part of it.
    """

    fleet: Fleet
    load: Load
    origin_peak: float
    alone: bool
    throughput: Throughput | None
    utilisation: float
    utilisation_how: str
    zones: int
    needed: int | None
    needed_with_zone_loss: int | None
    carried: float | None
    running: int | None
    left: int | None
    ceiling: Ceiling | None = None
    whole: Capacity | None = None

    @property
    def most(self) -> int | None:
        """Instances that may run, and find what they run on; None where that is not known."""
        return _fewest(self.fleet.count.most, self.ceiling)

    @property
    def hosted(self) -> Ceiling | None:
        """What bounds it more tightly than its own upper bound."""
        own = self.fleet.count.most
        return self.ceiling if self.ceiling and (own is None or self.ceiling.most < own) else None

    @property
    def saturated(self) -> bool:
        """What runs at the peak is used so much that requests pile up."""
        use = self.use_at_peak
        return use is not None and use >= SATURATED and self.utilisation_how != OWN_TARGET

    @property
    def use_at_peak(self) -> float | None:
        """Of the instances that run at the peak; None where that is not known."""
        if self.throughput is None or not self.running or self.fleet.managed:
            return None
        return self.origin_peak / (self.running * self.throughput.rps)

    @property
    def enough(self) -> Truth:
        """Whether its most instances carry the peak."""
        if self.carried is None or self.needed is None or self.most is None:
            return Truth.MAYBE
        return Truth.of(self.most >= self.needed)

    @property
    def enough_without_a_zone(self) -> Truth:
        if self.left is None or self.needed is None or self.fleet.managed:
            return Truth.MAYBE
        return Truth.of(self.left >= self.needed)

    @property
    def carried_without_a_zone(self) -> float | None:
        """Requests a second of what is left outside the fullest zone."""
        if self.left is None or self.throughput is None:
            return None
        return self.left * self.throughput.rps * self.utilisation

    @property
    def required_per_instance(self) -> float | None:
        """Requests a second that each instance has to serve, at its most instances."""
        most = self.most
        return self.origin_peak / (most * self.utilisation) if most else None

    @property
    def on_credits(self) -> bool:
        """At the average load a burstable fleet spends more than it earns."""
        sustained, running = self.throughput.sustained if self.throughput else None, self.running
        return sustained is not None and running is not None and running * sustained < self.load.average


def capacities_of(
    graph: ResourceGraph,
    fleets: Sequence[Fleet],
    requirements: Requirements,
    cores: Cores,
    baselines: Mapping[str, float],
) -> tuple[Capacity, ...]:
    """One per fleet that a load is required of."""
    if not requirements.data:
        return ()
    common = [fleet for fleet in fleets if not needs_of(requirements, fleet.nodes).own("traffic")]
    shares = dict(
        zip((fleet.nodes for fleet in common), shares_of(graph, common, requirements), strict=False)
    )
    found = []
    for fleet in fleets:
        needs = needs_of(requirements, fleet.nodes)
        load = load_of(needs)
        if load is None:
            continue
        throughput = throughput_of(graph, fleet.node, needs, cores, baselines)
        share = shares.get(fleet.nodes)
        alone = fleet not in common or len(common) == 1 or share is not None
        hit_ratio = (needs.number("traffic.cacheable") if _has_cache(graph, fleet) else None) or 0.0
        whole = _capacity(graph, fleet, load, hit_ratio, throughput, alone, needs)
        if share is None:
            found.append(whole)
        else:
            part = part_of_load(load, share)
            own = _capacity(graph, fleet, part, hit_ratio, throughput, alone, needs)
            found.append(replace(own, whole=whole))
    return tuple(found)


def _has_cache(graph: ResourceGraph, fleet: Fleet) -> bool:
    """A cache of predictions stands in front of the model: repeated inputs do not reach it."""
    return any(store.kind == "cache" for node in fleet.nodes for store in stores_of(graph, node))


def _usual(needs: Needs) -> tuple[float, str]:
    stated = needs.number("assume.target_utilization")
    return (stated, "`assume.target_utilization`") if stated else (UTILISATION, "assumed")


def _capacity(
    graph: ResourceGraph,
    fleet: Fleet,
    load: Load,
    hit_ratio: float,
    throughput: Throughput | None,
    alone: bool,
    needs: Needs,
) -> Capacity:
    utilisation, how = utilisation_of(graph, fleet.node) or _usual(needs)
    if fleet.managed:
        utilisation, how = 1.0, "scaled by the provider"
    peak = from_origin(load.peak, hit_ratio)
    zones = max(1, fleet.zones.least)
    needed = survive = running = left = None
    carried = None
    count, ceiling = fleet.count, ceiling_of(graph, fleet.node)
    most = _fewest(count.most, ceiling)
    if throughput is not None:
        needed = instances_needed(peak, throughput.rps, utilisation)
        survive = needed_to_survive_a_zone(peak, throughput.rps, zones, utilisation)
        carried = most * throughput.rps * utilisation if most is not None else None
    if count.least is not None:
        running = max(count.least, min(most or 0, needed or 0))
        running = min(running, ceiling.most) if ceiling else running
        left = running - max(fleet.placed) if fleet.placed else left_after_a_zone(running, zones)
    return Capacity(
        fleet,
        load,
        peak,
        alone,
        throughput,
        utilisation,
        how,
        zones,
        needed,
        survive,
        carried,
        running,
        left,
        ceiling,
    )


def _fewest(own: int | None, ceiling: Ceiling | None) -> int | None:
    return min(
        (bound for bound in (own, ceiling.most if ceiling else None) if bound is not None), default=None
    )
