"""Who may reach whom inside the networks: networks, links and firewalls together, with the rule that decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from mlarchlint.analysis.firewalls import Admission, admissions, guards_of
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value


@dataclass(frozen=True, slots=True)
class Reach:
    """deciding: the rule or place that says so. why: what is missing where the answer is open."""

    truth: Truth
    deciding: Value
    reason: str
    why: str = ""


def may_reach(graph: ResourceGraph, source: Resource, target: Resource, port: int | None = None) -> Reach:
    """Whether packets of `source` get to `target`, on the port if one is given."""
    ours, theirs = networks_of(graph, source), networks_of(graph, target)
    nowhere = Value.absent(target.span)
    if ours and theirs and not set(ours) & set(theirs) and not _linked(graph, ours, theirs):
        return Reach(Truth.NO, nowhere, f"{theirs[0].address} is another network, and nothing joins them")
    guards = guards_of(graph, target)
    if not guards or graph.open_ends(target, Relation.PROTECTS):
        why = "the firewalls around it are not in the scanned code"
        return Reach(Truth.MAYBE, nowhere, why, why)
    best = Reach(Truth.NO, nowhere, f"{guards[0].address} does not admit {source.address}")
    for guard in guards:
        if guard.instance.mode is not Mode.MANAGED:
            best = _better(best, Reach(Truth.MAYBE, nowhere, guard.address, f"{guard.address} is not read"))
        for rule in admissions(graph, guard):
            best = _better(best, _admitted(graph, source, rule, port))
    return best


def reached_by(graph: ResourceGraph, target: Resource, among: Iterable[Resource]) -> tuple[Resource, ...]:
    """Those of the resources that surely get to it."""
    return tuple(node for node in among if may_reach(graph, node, target).truth is Truth.YES)


def networks_of(graph: ResourceGraph, node: Resource) -> tuple[Resource, ...]:
    places = graph.targets(node, Relation.PLACED_IN)
    found = [net for place in places for net in (place, *graph.sources(place, Relation.CONTAINS))]
    return tuple(dict.fromkeys(net for net in found if net.kind == "network"))


def _linked(graph: ResourceGraph, ours: Iterable[Resource], theirs: Iterable[Resource]) -> bool:
    """Peerings and gateways between networks; a link with an unread end may join any."""
    for link in graph.of_kind("network_link"):
        ends = set(graph.targets(link))
        if (ends & set(ours) and ends & set(theirs)) or len(ends) < 2:
            return True
    return False


def _admitted(graph: ResourceGraph, source: Resource, rule: Admission, port: int | None) -> Reach:
    if not rule.allows or (port is not None and rule.ports and not _on(rule, port)):
        return Reach(Truth.NO, rule.deciding, "")
    for guard in guards_of(graph, source):
        if any(ref == guard.address or ref.startswith(f"{guard.address}.") for ref in rule.peers):
            return Reach(rule.enabled, rule.deciding, f"{rule.guard.address} admits {guard.address}")
    for given in rule.sources:
        if given.is_unknown:
            if given.is_set() is not Truth.YES:
                return Reach(Truth.MAYBE, given, "", given.why)
        elif _holds(given.text() or "", graph, source):
            return Reach(rule.enabled, given, f"{rule.guard.address} admits {given.text()}")
    return Reach(Truth.NO, rule.deciding, "")


def _on(rule: Admission, port: int) -> bool:
    return any(first <= port <= last for first, last in rule.ports)


def _holds(cidr: str, graph: ResourceGraph, source: Resource) -> bool:
    """Whether the addresses of the source lie in a range."""
    wide = _range("0.0.0.0/0" if cidr.lower() in ("*", "any", "virtualnetwork") else cidr)
    places = [*graph.targets(source, Relation.PLACED_IN), *networks_of(graph, source)]
    ranges = [_range(place["cidr"].text() or "") for place in places]
    return wide is not None and any(own is not None and _within(own, wide) for own in ranges)


def _within(own: IPv4Network | IPv6Network, wide: IPv4Network | IPv6Network) -> bool:
    if isinstance(own, IPv4Network) and isinstance(wide, IPv4Network):
        return own.subnet_of(wide)
    return isinstance(own, IPv6Network) and isinstance(wide, IPv6Network) and own.subnet_of(wide)


def _range(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _better(best: Reach, other: Reach) -> Reach:
    return other if other.truth.value > best.truth.value else best
