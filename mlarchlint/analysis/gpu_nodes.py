"""Nodes with accelerators: what keeps other pods off them, and which pods on them ask for none."""

from __future__ import annotations

from mlarchlint.analysis.role_signals import is_accelerated
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Resource, once_of
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

_OF_PODS = ("kubernetes", "aks", "gke", "karpenter")
_ASKING = ("requests.gpu", "limits.gpu", "accelerator.count")
# Whoever sets it is given the devices of the node without asking for them.
_SEES_ALL = "NVIDIA_VISIBLE_DEVICES"


@once_of
def all_accelerated(group: Resource) -> Truth:
    """Whether each node of a group of nodes has accelerators; MAYBE where some may."""
    if group["accelerator.count"].more_than(0) is Truth.YES or group["accelerator.type"].is_known:
        return Truth.YES
    values = [*group["instance_types"].items(), *group["instance_families"].items()]
    values = values or [group["instance_type"]]
    verdicts = [_accelerated(group.provider, value) for value in values if not value.is_absent]
    if not verdicts:
        return Truth.MAYBE
    return Truth.all(verdicts) if len(set(verdicts)) == 1 else Truth.MAYBE


def _accelerated(provider: str, value: Value) -> Truth:
    text = value.text()
    return Truth.MAYBE if text is None else Truth.of(is_accelerated(provider, text))


def runs_pods(group: Resource) -> bool:
    return group.kind == "compute_group" and group["platform"].one_of(*_OF_PODS) is Truth.YES


def has_plain_nodes(graph: ResourceGraph, group: Resource) -> bool:
    """Whether pods without accelerators have other nodes to run on, in its cluster or beside it."""
    clusters = [one.key for one in graph.sources(group, Relation.CONTAINS) if one.kind == "cluster"]
    plain = graph.once(_plain_nodes)
    return any(key in plain for key in clusters) if clusters else "" in plain


def _plain_nodes(graph: ResourceGraph) -> frozenset[str]:
    """The clusters with nodes that have no accelerators; an empty name if any group is such."""
    found: set[str] = set()
    for group in graph.of_kind("compute_group"):
        if runs_pods(group) and all_accelerated(group) is Truth.NO:
            found.add("")
            found.update(one.key for one in graph.sources(group, Relation.CONTAINS))
    for cluster in graph.of_kind("cluster"):
        own = cluster["instance_type"]  # of the pool that a cluster of Azure always has
        if cluster["platform"].equals("aks") is Truth.YES and _accelerated(cluster.provider, own) is Truth.NO:
            found.add(cluster.key)
    return frozenset(found)


def asks_for_none(graph: ResourceGraph, node: Resource) -> Resource | None:
    """The nodes with accelerators that pods without a request for one are sent to; None if they are not."""
    if any(not node[trait].is_absent for trait in _ASKING) or node["requests.complete"].is_unknown:
        return None
    if _SEES_ALL in {name.text() for name in node["env_names"].items()} or node["env_names"].is_unknown:
        return None
    if node["privileged"].is_true() is not Truth.NO and not node["privileged"].is_absent:
        return None
    hosts = [one for one in graph.targets(node, Relation.PLACED_IN) if one.kind == "compute_group"]
    if not hosts or any(all_accelerated(one) is not Truth.YES for one in hosts):
        return None
    sent = node["node_selector"].items() or node["tolerations"].items()
    return hosts[0] if sent and not _claims_devices(node) else None


def _claims_devices(node: Resource) -> bool:
    """https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/"""
    return any("resourceClaims" in part.mapping() for part in node.instance.get("spec").walk())
