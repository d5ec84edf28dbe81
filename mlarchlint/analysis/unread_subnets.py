"""The zones of subnets that the scanned code does not declare: what a module or a data source says of them."""

from __future__ import annotations

from collections.abc import Iterator

from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

_OUTPUT = regex(r"(\w+)(?:\[(\d+)\])?")
_OF_DEFAULT_VPC = ("vpc-id", "default-for-az")


def zones_named(graph: ResourceGraph, node: Resource, named: Value) -> tuple[Value, ...] | None:
    """One value for each subnet that `named` stands for; None where nothing is known of them."""
    for place in graph.targets(node, Relation.PLACED_IN):
        head = f"{place.instance.address}."
        if not named.path.startswith(head):
            continue
        found = _OUTPUT.fullmatch(named.path.removeprefix(head))
        if found is None:
            return None
        index = int(found[2]) if found[2] else None
        if place.instance.mode is Mode.MODULE:
            return _of_module(place, found[1], index)
        if place.instance.mode is Mode.DATA:
            return _of_data(graph, place, index, named)
    return None


def _of_module(place: Resource, output: str, index: int | None) -> tuple[Value, ...] | None:
    """A network module lays its subnets over the zones it is given in turn."""
    zones = place["zones"].items()
    count = place[f"subnets.{output}"].number()
    if not zones or not count:
        return None
    if index is not None:
        return (zones[index % len(zones)],)
    return tuple(zones[at % len(zones)] for at in range(min(int(count), len(zones))))


def _of_data(
    graph: ResourceGraph, place: Resource, index: int | None, named: Value
) -> tuple[Value, ...] | None:
    if place.type == "aws_subnet":
        zone = place.instance.get("availability_zone")
        return (zone if zone.is_known else _some_zone(named),)
    if place.type not in ("aws_subnets", "aws_subnet_ids"):
        return None
    if index is not None:
        return (_some_zone(named),)
    if not _is_of_default_vpc(graph, place):
        return None
    return tuple(Value.known(f"{place.address}#{number}", named.span) for number in (1, 2))


def _some_zone(named: Value) -> Value:
    """On AWS a subnet lies in one zone, whichever it is."""
    return Value.unknown(f"the zone of {named.path} is not in the scanned code", named.span)


def _is_of_default_vpc(graph: ResourceGraph, place: Resource) -> bool:
    """The default VPC has a subnet in every zone of its region, unless somebody removed them.

    https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html
    """
    vpcs = [near for near in graph.targets(place) if near.type == "aws_vpc"]
    default = any(vpc.instance.get("default").is_true() is Truth.YES for vpc in vpcs)
    names = [condition.get("name").text() for condition in _conditions(place)]
    if not place.instance.get("tags").is_absent or any(name not in _OF_DEFAULT_VPC for name in names):
        return False
    by_default = any(
        condition.get("name").equals("default-for-az") is Truth.YES
        and all(value.is_true() is Truth.YES for value in condition.get("values").items())
        for condition in _conditions(place)
    )
    return by_default or (default and all(near.instance.mode is Mode.DATA for near in vpcs))


def _conditions(place: Resource) -> Iterator[Value]:
    yield from place.instance.get("filter").items()
