"""How available a fleet is: from its zones, its instances, and how many of them the load needs."""

from __future__ import annotations

from math import ceil

from mlarchlint.analysis.availability_math import (
    INSTANCE,
    REGION,
    REPLACED_INSTANCE,
    ZONE,
    group_availability,
    spread,
)
from mlarchlint.analysis.capacity import Capacity
from mlarchlint.analysis.figures import percent
from mlarchlint.analysis.fleet import Fleet
from mlarchlint.analysis.service_levels import Figure
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.requirements import Requirements

_MOST_ZONES = 3


@record(frozen=True, slots=True)
class Odds:
    """How often a zone and an instance in a zone that is up are up. instance: None for the usual figures."""

    zone: float = ZONE
    instance: float | None = None

    @property
    def said(self) -> tuple[str, ...]:
        zone = f"a zone is up {percent(self.zone)} of the time"
        each = self.instance
        one = f"an instance {percent(each)}" if each else f"an instance {percent(INSTANCE)}"
        return (
            f"{zone}, {one}"
            + ("" if each else f", or {percent(REPLACED_INSTANCE)} if it is checked and replaced"),
        )


def odds_of(needs: Requirements) -> Odds:
    """`assume.zone_availability` and `assume.instance_availability`, in percent."""
    zone, instance = needs.number("assume.zone_availability"), needs.number("assume.instance_availability")
    return Odds(float(zone) / 100 if zone else ZONE, float(instance) / 100 if instance else None)


def machines_of(graph: ResourceGraph, fleet: Fleet) -> Resource:
    """What the provider publishes a figure for: pods stand on the machines of their node group."""
    hosts = [
        host
        for host in graph.targets(fleet.node, Relation.PLACED_IN)
        if host.kind in ("compute_group", "cluster")
    ]
    groups = [host for host in hosts if host.kind == "compute_group"]
    return groups[0] if fleet.node.provider == "kubernetes" and groups else fleet.node


def scopes_of_fleet(fleet: Fleet) -> frozenset[str]:
    if fleet.managed:
        return frozenset({"zones"})
    least, most = fleet.count.least, fleet.count.most
    if fleet.node.kind == "model_endpoint" and fleet.zones.multi is not Truth.NO:
        # The service spreads two or more instances by itself.
        if least is not None and least >= 2:
            return frozenset({"zones"})
        return frozenset({"one"}) if most == 1 else frozenset({"one", "zones"})
    if most is not None and most < 2:
        return frozenset({"one"})
    if fleet.zones.multi is Truth.YES:
        return frozenset({"zones"}) if least is not None and least >= 2 else frozenset({"zone", "zones"})
    return frozenset({"zone"}) if fleet.zones.multi is Truth.NO else frozenset({"zone", "zones"})


def figure_of(fleet: Fleet, capacity: Capacity | None, odds: Odds) -> tuple[Figure, tuple[str, ...]]:
    """The figure of a fleet over zones, from how many instances are needed of those that run."""
    count, said = fleet.count, []
    if count.least is None:
        return Figure(0.0, REGION, "", count.why or "how many instances run is not known"), ()
    # What scales to zero has an instance once there is something to do.
    running = max(1, capacity.running if capacity is not None and capacity.running else count.least)
    fewest, most = _zone_bounds(fleet)
    needed = None
    if capacity is not None and capacity.throughput is not None:
        needed = max(1, ceil(capacity.origin_peak / capacity.throughput.rps - 1e-9))
    else:
        said.append("the throughput is not stated: half of the instances are taken to be enough")
    said += odds.said
    low_instance = odds.instance or (REPLACED_INSTANCE if fleet.replaced is Truth.YES else INSTANCE)
    high_instance = odds.instance or (INSTANCE if fleet.replaced is Truth.NO else REPLACED_INSTANCE)
    low = _figure(fleet, running, fewest, needed, odds.zone, low_instance)
    high = max(low, _figure(fleet, running, most, needed, odds.zone, high_instance))
    zones = min(fewest, running)
    words = f"{running} instance{'s' if running > 1 else ''} over {zones} zone{'s' if zones > 1 else ''}"
    words += f", {needed or _enough(running)} needed"
    open_zones = "in how many zones it runs" if fewest != most else ""
    why = fleet.zones.why or open_zones or count.why or "whether instances are replaced"
    return Figure(low, high, words, "" if high - low < 1e-9 else why), tuple(said)


def _zone_bounds(fleet: Fleet) -> tuple[int, int]:
    if fleet.node.kind == "model_endpoint" and fleet.zones.multi is not Truth.NO:
        return 2, _MOST_ZONES
    fewest = max(1, fleet.zones.least)
    return fewest, max(fewest, fleet.zones.most if fleet.zones.most is not None else _MOST_ZONES)


def _figure(
    fleet: Fleet, running: int, zones: int, needed: int | None, zone: float, instance: float
) -> float:
    counts = fleet.placed if fleet.placed and len(fleet.placed) >= zones else spread(running, zones)
    enough = needed if needed is not None else _enough(running)
    cap = REGION if len(counts) > 1 else 1.0
    return group_availability(counts, enough, zone, instance, cap)


def _enough(running: int) -> int:
    """Without a stated throughput: half of the instances, which is what the loss of one of two zones leaves."""
    return max(1, running // 2)
