"""The availability zones that a resource really spans, through subnets, groups and templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import State, Value


@dataclass(frozen=True, slots=True)
class ZoneSpan:
    """names: zones known or told apart (an unknown zone is named by its reference).

    least and most: bounds on the number of zones; most is None where it is open.
    deciding: the value that decided. why: what is missing, if the bounds leave it open.
    """

    names: tuple[str, ...]
    least: int
    most: int | None
    deciding: Value
    why: str = ""

    @property
    def multi(self) -> Truth:
        """Whether it spans two or more zones."""
        if self.least >= 2:
            return Truth.YES
        return Truth.NO if self.most is not None and self.most < 2 else Truth.MAYBE


def zones_of(graph: ResourceGraph, node: Resource) -> ZoneSpan:
    """Bounds on the zones of a node, from its own attributes first, then from its subnets."""
    redundancy = node["zone_redundancy"]
    if _named(node):
        return _from_values(node["zones"])
    if redundancy.one_of("managed", "multi") is Truth.YES:
        return ZoneSpan((), 2, None, redundancy)
    if redundancy.equals("none") is Truth.YES:
        return ZoneSpan((), 1, 1, redundancy)
    placed = _placements(graph, node)
    if placed is not None:
        return placed
    if redundancy.is_unknown:
        return ZoneSpan((), 0, None, redundancy, redundancy.why)
    return ZoneSpan((), 0, None, node["zones"], "the code does not say in which zones it runs")


def _named(node: Resource) -> bool:
    zones = node["zones"]
    return not zones.is_absent and not (isinstance(zones.raw, tuple) and not zones.raw)


def _from_values(value: Value) -> ZoneSpan:
    if value.state is not State.KNOWN and not _is_one_zone(value):
        return ZoneSpan((), 0, None, value, value.why)
    return _count(value.items() or (value,), value)


def _count(zones: tuple[Value, ...], deciding: Value) -> ZoneSpan:
    """Known zones count apart; unknown ones are the same only if they are the same reference."""
    known: dict[str, None] = {}
    referenced: dict[str, None] = {}
    vague: list[Value] = []
    for zone in zones:
        text = zone.text()
        if text:
            known[text] = None
        elif zone.is_unknown and _is_one_zone(zone):
            referenced[zone.refs[0]] = None
        elif not zone.is_absent:
            vague.append(zone)
    apart = len(referenced) if not known else max(len(known), len(referenced))
    most = None if any(value.is_unknown for value in vague) else len(known) + len(referenced)
    why = vague[0].why if vague else ("" if apart >= 2 or most == 1 else "zones are known after apply")
    least = max(apart, 1) if zones else 0
    return ZoneSpan((*known, *referenced), least, most, deciding, why)


def _is_one_zone(zone: Value) -> bool:
    """`data.aws_availability_zones.a.names[1]` names one zone; a variable could be any."""
    return len(zone.refs) == 1 and zone.refs[0].startswith("data.") and zone.refs[0].endswith("]")


def _placements(graph: ResourceGraph, node: Resource) -> ZoneSpan | None:
    edges = graph.edges_from(node, Relation.PLACED_IN)
    if not edges:
        return None
    zones: list[Value] = []
    unread: Resource | None = None
    span = Value.known(True, edges[0].span)
    for edge in edges:
        place = graph[edge.target]
        if place.instance.mode is not Mode.MANAGED:
            unread = place
        elif place.kind == "subnet":
            zones.extend(_subnet_zones(place))
            if place.instance.symbolic:
                unread = place
        elif place.kind in ("compute_group", "cluster", "training_cluster"):
            host = zones_of(graph, place)
            zones.extend(Value.known(name, place.span) for name in host.names)
            if host.multi is Truth.MAYBE or (host.multi is Truth.YES and len(host.names) < 2):
                if host.multi is Truth.YES:
                    return ZoneSpan(host.names, 2, None, span)
                unread = place
    counted = _count(tuple(zones), span)
    if unread is None:
        return counted if zones else None
    if counted.least >= 2:
        return counted
    least = counted.least
    return ZoneSpan(
        counted.names, least, None, span, f"the zones of {unread.address} are not in the scanned code"
    )


def _subnet_zones(subnet: Resource) -> Iterator[Value]:
    if subnet["zone_redundancy"].one_of("multi", "managed") is Truth.YES:
        yield Value.known(f"{subnet.address}#1", subnet.span)
        yield Value.known(f"{subnet.address}#2", subnet.span)
        return
    zone = subnet["zone"]
    if zone.is_absent:
        zone = subnet["zones"]
    if zone.is_absent:
        yield Value.unknown(f"{subnet.address} names no zone", subnet.span)
    elif zone.items():
        yield from zone.items()
    else:
        yield zone
