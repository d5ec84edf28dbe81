"""The availability that each serving path can reach: what is owed by contract, and what engineering expects.

docs/requirements.md has the formulae. Components are taken to fail independently of each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mlarchlint.analysis.availability_math import (
    GLOBAL,
    REGION,
    SWITCH,
    Parallel,
    Series,
    Structure,
    availability,
    components_in,
)
from mlarchlint.analysis.capacity import Capacity
from mlarchlint.analysis.fleet import Fleet
from mlarchlint.analysis.fleet_availability import Odds, figure_of, machines_of, scopes_of_fleet
from mlarchlint.analysis.needs import needs_of
from mlarchlint.analysis.planned_downtime import planned_downtime
from mlarchlint.analysis.service_levels import Figure, ServiceLevel, contract, designed, rows_for, scopes_of
from mlarchlint.analysis.serving_paths import Chain, ServingPath, criticality_of, dependencies, guards_of
from mlarchlint.analysis.zones import zones_of
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.requirements import Requirements

_SWITCH = "failover"
_NOT_OWED = Figure(1.0, 1.0, "planned updates are no part of a service level")


@record(frozen=True, slots=True)
class Component:
    """resource: None for the switch between alternatives. cured: its engineering figure once redundant."""

    name: str
    resource: Resource | None
    contract: Figure
    model: Figure
    cure: str = ""
    cured: float | None = None


@record(frozen=True, slots=True)
class Bounds:
    """low and high are the same where nothing is unknown."""

    low: float
    high: float

    def reaches(self, target: float) -> Truth:
        if self.low >= target:
            return Truth.YES
        return Truth.NO if self.high < target else Truth.MAYBE


@record(frozen=True, slots=True)
class PathAvailability:
    """Both views of one path. gains: share of a month won if the component never failed, largest first.

    soft: what is on the path's edge and not counted, with the reason.
    """

    path: ServingPath
    components: tuple[Component, ...]
    structure: Structure
    contract: Bounds
    model: Bounds
    gains: tuple[tuple[Component, float], ...]
    soft: tuple[tuple[Resource, str], ...]
    assumptions: tuple[str, ...]

    @property
    def weakest(self) -> Component:
        return self.gains[0][0]

    def weakest_for(self, target: float) -> Component:
        """Of a target that is out of reach whatever is unknown: the part that holds back the most at best."""
        if self.model.high >= target:
            return self.weakest

        def reached(one: Component) -> float:
            perfect = replace(one, model=Figure(1.0, 1.0, ""))
            changed = [perfect if other is one else other for other in self.components]
            return _bounds(self.structure, changed, "model", self.path.switch).high

        return max((one for one, _ in self.gains), key=reached)

    def with_cure(self, component: Component) -> Bounds:
        """The engineering view once the component is redundant."""
        better = component.cured if component.cured is not None else component.model.high
        changed = [
            replace(one, model=Figure(max(better, one.model.low), max(better, one.model.high), ""))
            if one is component
            else one
            for one in self.components
        ]
        return _designed(_bounds(self.structure, changed, "model", self.path.switch))

    @property
    def owing(self) -> tuple[Component, ...]:
        """The parts that somebody sells."""
        return tuple(one for one in self.components if one.resource is not None)

    def owed_one_by_one(self, target: float) -> bool:
        """Every part alone is backed, or may be."""
        return all(one.contract.high >= target for one in self.owing)

    @property
    def all_published(self) -> bool:
        """Whether a service level is published for every part, however it is spread."""
        return all(one.contract.low > 0 for one in self.owing)

    @property
    def missing_model(self) -> tuple[str, ...]:
        """What would narrow the engineering view."""
        return tuple(dict.fromkeys(c.model.missing for c in self.components if c.model.missing))

    @property
    def missing(self) -> tuple[str, ...]:
        found = [part for c in self.components for part in (c.contract.missing, c.model.missing) if part]
        return tuple(dict.fromkeys(found))


def availabilities_of(
    graph: ResourceGraph,
    paths: Sequence[ServingPath],
    fleets: Sequence[Fleet],
    capacities: Sequence[Capacity],
    rows: Sequence[ServiceLevel],
    odds: Odds,
    requirements: Requirements | None = None,
) -> tuple[PathAvailability, ...]:
    """fleets: all of them; one that another asks is a part of the other's path."""
    # How much of a shared load falls on one fleet is not known: then nothing is known of what it needs.
    by_fleet = {capacity.fleet.nodes: capacity for capacity in capacities if capacity.alone}
    by_key = {fleet.node.key: fleet for fleet in fleets}
    required = requirements or Requirements()
    return tuple(_of_path(graph, path, by_key, by_fleet, rows, odds, required) for path in paths)


def _of_path(
    graph: ResourceGraph,
    path: ServingPath,
    fleets: Mapping[str, Fleet],
    capacities: Mapping[tuple[Resource, ...], Capacity],
    rows: Sequence[ServiceLevel],
    odds: Odds,
    requirements: Requirements,
) -> PathAvailability:
    parts: dict[str, Component] = {}
    soft: dict[Resource, str] = {}
    criticality = criticality_of(requirements)
    assumptions: dict[str, None] = {"components fail independently of each other": None}

    def service(node: Resource) -> str:
        if node.key not in parts:
            parts[node.key] = _service(graph, node, rows)
        return node.key

    def fleet(one: Fleet, stands_in: bool = False) -> Structure:
        if one.node.key not in parts:
            capacity = capacities.get(one.nodes)
            # What stands in for another region has to carry what that one carried, too.
            if stands_in and capacity is not None and capacity.whole is not None:
                capacity = capacity.whole
            component, said = _fleet(graph, one, capacity, rows, odds)
            parts[one.node.key] = component
            assumptions.update(dict.fromkeys(said))
        planned = planned_downtime(one.node, needs_of(requirements, one.nodes))
        if planned is None:
            return one.node.key
        name = f"updates of {one.node.key}"
        parts[name] = Component(name, one.node, _NOT_OWED, planned, "updates that keep serving", 1.0)
        return Series((one.node.key, name))

    def with_dependencies(one: Fleet, stands_in: bool) -> Structure:
        itself = fleet(one, stands_in)
        hard, beside = dependencies(graph, one, criticality)
        asked = [fleet(fleets[node.key]) if node.key in fleets else service(node) for node in hard]
        soft.update((node, _with_level(graph, node, why, rows)) for node, why in beside)
        return Series((itself, *asked))

    def chain(one: Chain, stands_in: bool) -> Series:
        needed: list[Structure] = [service(node) for node in (*one.nodes, *guards_of(graph, one.nodes))]
        # Each with what it asks: a database of one region is of no concern to another.
        alternatives = [
            with_dependencies(each, stands_in or place > 0) for place, each in enumerate(one.fleets)
        ]
        return Series((*needed, Parallel(tuple(alternatives))))

    structures = [chain(one, place > 0) for place, one in enumerate(path.chains)]
    structure: Structure = structures[0]
    if len(structures) > 1:
        figure = Figure(SWITCH, SWITCH, "a health-checked failover switches (assumed)")
        parts[_SWITCH] = Component(_SWITCH, None, figure, figure)
        structure = Parallel((structures[0], *(Series((_SWITCH, other)) for other in structures[1:])))
    if path.switch is not Truth.YES and len(structures) > 1:
        assumptions["nothing is known to switch between the ways, so the first one counts"] = None
    components = tuple(parts.values())
    model = _designed(_bounds(structure, components, "model", path.switch))
    gains = [
        (one, _gain(structure, components, one, path.switch))
        for one in components
        if one.resource is not None
    ]
    gains.sort(key=lambda gain: -gain[1])
    return PathAvailability(
        path,
        components,
        structure,
        _bounds(structure, components, "contract", path.switch),
        model,
        tuple(gains),
        tuple(soft.items()),
        tuple(assumptions),
    )


def _designed(model: Bounds) -> Bounds:
    """However much stands in for each other: a mistake reaches all regions at once."""
    return Bounds(min(GLOBAL, model.low), min(GLOBAL, model.high))


def _bounds(structure: Structure, components: Sequence[Component], mode: str, switch: Truth) -> Bounds:
    """Monotone: all lows give the low bound, all highs the high one."""
    figures = {one.name: getattr(one, mode) for one in components}
    lows = {name: figure.low for name, figure in figures.items()}
    highs = {name: figure.high for name, figure in figures.items()}
    if _SWITCH in figures:
        lows[_SWITCH] = SWITCH if switch is Truth.YES else 0.0
        highs[_SWITCH] = 0.0 if switch is Truth.NO else SWITCH
    used = set(components_in(structure))
    lowest = {name: lows[name] for name in used}
    highest = {name: highs[name] for name in used}
    low, high = availability(structure, lowest)
    if highest != lowest:
        _, high = availability(structure, highest)
    return Bounds(low, high)


def _gain(structure: Structure, components: Sequence[Component], one: Component, switch: Truth) -> float:
    perfect = Figure(1.0, 1.0, "")
    changed = [replace(other, model=perfect) if other is one else other for other in components]
    before = _bounds(structure, components, "model", switch)
    return _bounds(structure, changed, "model", switch).low - before.low


def _service(graph: ResourceGraph, node: Resource, rows: Sequence[ServiceLevel]) -> Component:
    scopes = scopes_of(node, zones_of(graph, node))
    ours = rows_for(node, scopes, rows)
    model = designed(ours, scopes)
    cure, cured = "", None
    if scopes & {"one", "zone"} and model.low < REGION:
        cure, cured = "a standby or replicas in a second zone", REGION
    return Component(node.key, node, contract(ours, node), model, cure, cured)


def _with_level(graph: ResourceGraph, node: Resource, why: str, rows: Sequence[ServiceLevel]) -> str:
    """A control plane is not on the way of answers; what is owed for it is said all the same."""
    if node.kind != "cluster":
        return why
    owed = contract(rows_for(node, scopes_of(node, zones_of(graph, node)), rows), node)
    return f"{why}; {owed.how}" if owed.how else why


def _fleet(
    graph: ResourceGraph, fleet: Fleet, capacity: Capacity | None, rows: Sequence[ServiceLevel], odds: Odds
) -> tuple[Component, tuple[str, ...]]:
    node = fleet.node
    priced = machines_of(graph, fleet)
    scopes = scopes_of_fleet(fleet)
    ours = rows_for(priced, scopes, rows)
    owed = contract(ours, priced)
    # An endpoint whose deployments are made elsewhere says nothing about instances.
    silent = node.kind == "model_endpoint" and fleet.count.least is None and fleet.count.at.is_absent
    if fleet.managed or silent:
        return Component(node.key, node, owed, designed(ours, frozenset({"zones"}))), ()
    model, said = figure_of(fleet, capacity, odds)
    cure, cured = "", None
    if fleet.zones.multi is not Truth.YES or (fleet.count.least or 0) < 2:
        cure = "instances in a second zone, enough without the other"
        cured = REGION
    elif capacity is not None and capacity.needed_with_zone_loss is not None and model.low < REGION:
        cure = f"{capacity.needed_with_zone_loss} instances, so that the loss of a zone leaves enough"
        cured = REGION
    return Component(node.key, node, owed, model, cure, cured), said
