"""Whether a job runs on capacity that the provider may take away, its own or that of the machines under it."""

from __future__ import annotations

from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

_MACHINES = ("compute_group", "training_cluster")


def interruptible(graph: ResourceGraph, node: Resource) -> Value | None:
    """The value that puts it on spot capacity: its own, or that of all machines it may land on."""
    if node["spot"].one_of("all", "mixed") is Truth.YES:
        return node["spot"]
    if node["spot"].is_known and not node["spot"].default:
        return None
    hosts = [
        host for host in graph.targets(node, Relation.PLACED_IN, Relation.USES) if host.kind in _MACHINES
    ]
    spots = [host["spot"] for host in hosts or _shared(graph, node)]
    return spots[0] if spots and all(spot.one_of("all", "mixed") is Truth.YES for spot in spots) else None


def _shared(graph: ResourceGraph, node: Resource) -> list[Resource]:
    """A job definition names no queue: it may land on any machines of its service in the same code."""
    platform = node["platform"].text()
    if platform is None or node.provider == "kubernetes":
        return []
    return graph.once(_clusters_by_platform).get((platform, node.provider, node.instance.scope), [])


def _clusters_by_platform(graph: ResourceGraph) -> dict[tuple[str | None, str, str], list[Resource]]:
    """The platform, the provider and the stack."""
    found: dict[tuple[str | None, str, str], list[Resource]] = {}
    for cluster in graph.of_kind("training_cluster"):
        place = cluster["platform"].text(), cluster.provider, cluster.instance.scope
        found.setdefault(place, []).append(cluster)
    return found
