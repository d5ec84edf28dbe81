"""How many replicas the nodes under a workload hold, where nothing adds nodes."""

from __future__ import annotations

import math
from decimal import Decimal

from mlarchlint.analysis.hosting import accelerators_of
from mlarchlint.analysis.machine_tables import cores
from mlarchlint.analysis.replicas import replicas_of
from mlarchlint.analysis.zones import zones_of
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

_FOLLOWING = ("node_autoscaling", "auto_mode", "autoscale")
_ZONES_OF_A_POOL = 3  # where a pool of Google does not name its zones


@record(frozen=True, slots=True)
class Room:
    """holds: replicas; None where an input decides how many nodes there are. how: the arithmetic. at: the number of nodes."""

    holds: int | None
    how: str
    at: Value


def room_of(graph: ResourceGraph, node: Resource) -> Room | None:
    """None where nodes are added, where nothing says which nodes it is on, or how much of one a replica takes."""
    hosts = [host for host in graph.targets(node, Relation.PLACED_IN) if _counts(host)]
    if not hosts or graph.once(_has_karpenter) or any(_follows(graph, host) for host in hosts):
        return None
    total, parts = 0, []
    open_one: Value | None = None
    for host in hosts:
        each = _on_one(node, host)
        if each is None:
            return None
        count = replicas_of(graph, host)
        least, most = count.least, count.most
        if least.is_unknown or most.is_unknown:
            open_one = most if most.is_unknown else least
            continue
        low, high = least.number(), most.number()
        if low is None or high is None or high > low:
            return None
        nodes = int(high) * _zones(graph, host)
        total += nodes * each
        parts.append(f"{nodes} node{'s' if nodes != 1 else ''} of {host.address} with room for {each} each")
    if open_one is not None:
        return Room(None, "", open_one)
    return Room(total, ", ".join(parts), replicas_of(graph, hosts[0]).most)


def _counts(host: Resource) -> bool:
    """Groups of nodes, and clusters with a pool of their own."""
    return host.kind == "compute_group" or (host.kind == "cluster" and not host["min_count"].is_absent)


def _follows(graph: ResourceGraph, host: Resource) -> bool:
    """Nodes are added to it, or to its cluster, or may be."""
    clusters = graph.sources(host, Relation.CONTAINS)
    provisioning = [one for one in clusters if one.kind == "cluster" and one.provider != "azure"]
    return any(one[trait].is_true() is not Truth.NO for one in (host, *provisioning) for trait in _FOLLOWING)


def _has_karpenter(graph: ResourceGraph) -> bool:
    """It makes nodes for pods that wait, on whatever group they could be."""
    return any(
        one["platform"].equals("karpenter") is Truth.YES for one in graph.of_kind("compute_group")
    ) or any("karpenter" in one.address.lower() for one in graph)


def _on_one(node: Resource, host: Resource) -> int | None:
    """Replicas on one node, by the accelerators and the processors that they ask for."""
    asked, cards = node["requests.gpu"].number() or node["accelerator.count"].number(), None
    if asked:
        each = accelerators_of(host)
        if each is None:
            return None
        cards = each // int(asked)
    cpu, machine = node["requests.cpu"].number(), host["instance_type"].text()
    have = cores(host.provider, machine) if machine else None
    several = len(host["instance_types"].items()) > 1
    if cpu and have is not None and not several:
        by_cpu = math.floor(Decimal(have) / cpu)
        return by_cpu if cards is None else min(cards, by_cpu)
    return cards


def _zones(graph: ResourceGraph, host: Resource) -> int:
    """What a pool of Google counts, it has in each of its zones."""
    if host.type != "google_container_node_pool":
        return 1
    return zones_of(graph, host).most or _ZONES_OF_A_POOL
