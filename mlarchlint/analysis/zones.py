"""The availability zones that a resource really spans, through subnets, groups and templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlarchlint.analysis.azure_regions import region_without_zones
from mlarchlint.analysis.unread_subnets import zones_named
from mlarchlint.model.graph import OpenEnd, Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import State, Value


@record(frozen=True, slots=True)
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
    if (region := region_without_zones(node)) is not None:
        return ZoneSpan((region,), 1, 1, node["region"])  # whatever the code asks for
    redundancy = node["zone_redundancy"]
    single = redundancy.equals("none") is Truth.YES
    if _named(node):
        span = _from_values(node["zones"])
        return replace(span, least=1, most=1) if single and span.multi is Truth.MAYBE else span
    if redundancy.one_of("managed", "multi") is Truth.YES:
        return ZoneSpan((), 2, None, redundancy)
    placed = _placements(graph, node)
    if single:
        # One zone by construction; where it is placed only says which.
        if placed is None or placed.multi is Truth.YES:
            return ZoneSpan((), 1, 1, redundancy)
        return replace(placed, least=1, most=1)
    if placed is not None:
        return placed
    if redundancy.is_unknown:
        return ZoneSpan((), 0, None, redundancy, redundancy.why)
    return ZoneSpan((), 0, None, node["zones"], "the code does not say in which zones it runs")


def _named(node: Resource) -> bool:
    zones = node["zones"]
    return not zones.is_absent and not (isinstance(zones.raw, tuple) and not zones.raw)


def _from_values(value: Value) -> ZoneSpan:
    if value.refs == ("data.AWS::AvailabilityZones.names",):
        return ZoneSpan((), 2, None, value)  # every region has two or more
    if value.state is not State.KNOWN and not _is_one_zone(value):
        return ZoneSpan((), 0, None, value, value.why)
    return _count(value.items() or (value,), value)


def _count(zones: tuple[Value, ...], deciding: Value) -> ZoneSpan:
    """Known zones count apart; unknown ones are the same only if they are the same reference.

    Each of the zones is one, whatever it is called.
    """
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
    most = len(known) + len(referenced) + len(vague)
    why = vague[0].why if vague else ("" if apart >= 2 or most == 1 else "zones are known after apply")
    least = max(apart, 1) if zones else 0
    return ZoneSpan((*known, *referenced), least, most, deciding, why)


def _is_one_zone(zone: Value) -> bool:
    """`data.aws_availability_zones.a.names[1]` names one zone; a variable could be any."""
    return len(zone.refs) == 1 and zone.refs[0].startswith("data.") and zone.refs[0].endswith("]")


def _placements(graph: ResourceGraph, node: Resource) -> ZoneSpan | None:
    edges = graph.edges_from(node, Relation.PLACED_IN)
    ends = _open_subnets(graph, node)
    if not edges and not ends:
        return None
    zones: list[Value] = []
    unread = ""
    deciding = Value.known(True, edges[0].span) if edges else ends[0].value
    for edge in edges:
        place = graph[edge.target]
        if place.kind == "subnet" and place.instance.mode is Mode.MANAGED:
            zones.extend(_subnet_zones(place))
            if place.instance.symbolic:
                unread = _not_in_code(place.address)
        elif place.kind in ("compute_group", "cluster", "training_cluster"):
            host = zones_of(graph, place)
            if host.multi is Truth.YES and len(host.names) < 2:
                return ZoneSpan(host.names, 2, None, deciding)
            zones.extend(Value.known(name, place.span) for name in host.names)
            if host.multi is Truth.MAYBE:
                unread = _not_in_code(place.address)
            elif not host.names:
                zones.append(Value.known(f"{place.address}#1", place.span))
        elif place.instance.mode is not Mode.MANAGED and not ends:
            unread = _not_in_code(place.address)
    for end in ends:
        named = zones_named(graph, node, end.value)
        if named is not None:
            zones.extend(named)
        elif end.whole:
            unread, deciding = end.value.why, end.value
        else:
            text = end.value.text()
            zones.append(Value.unknown(_not_in_code(text), end.value.span) if text else end.value)
    if not edges and len({end.value.text() for end in ends} - {None}) >= 2:
        return ZoneSpan((), 0, None, Value.known(True, ends[0].value.span), _not_in_code("the subnets"))
    counted = _count(tuple(zones), deciding)
    if not unread:
        return counted if zones else None
    if counted.least >= 2:
        return counted
    return ZoneSpan(counted.names, counted.least, None, deciding, unread)


def _open_subnets(graph: ResourceGraph, node: Resource) -> tuple[OpenEnd, ...]:
    """Subnets that are written but not in the scanned code. Only on AWS does a subnet lie in one zone."""
    if node.provider != "aws":
        return ()
    lenders = (node, *graph.targets(node, Relation.USES))
    return tuple(end for lender in lenders for end in graph.open_ends(lender, Relation.PLACED_IN))


def _not_in_code(what: str) -> str:
    return f"the zones of {what} are not in the scanned code"


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
