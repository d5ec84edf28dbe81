"""Groups resources of one role into the workloads of the design."""

from __future__ import annotations

from collections.abc import Mapping

from mlarchlint.analysis.access import COMPUTE
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Resource
from mlarchlint.model.workload import RoleOf, Workload

# A hosted model that a design deploys serves it, though no machine of the design does.
_CORE = (*COMPUTE, "feature_store", "model_registry", "stream", "foundation_model_api")
_JOINING = (Relation.ROUTES_TO, Relation.USES, Relation.SCALES, Relation.SERVES, Relation.RESOLVES_TO)


def group_workloads(graph: ResourceGraph, roles: Mapping[str, RoleOf]) -> tuple[Workload, ...]:
    """Resources of one role that belong together: joined by edges, or by label, module or namespace."""
    parent: dict[str, str] = {key: key for key in roles}

    def find(key: str) -> str:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for edge in graph.edges:
        ends = roles.get(edge.source), roles.get(edge.target)
        if edge.relation in _JOINING and ends[0] and ends[1] and ends[0].role == ends[1].role:
            parent[find(edge.target)] = find(edge.source)
    anchors: dict[tuple[str | None, str], str] = {}
    for node in graph:
        if node.key in roles and node.kind in _CORE:
            group = (roles[node.key].role, _group(node))
            if group in anchors:
                parent[find(node.key)] = find(anchors[group])
            else:
                anchors[group] = node.key
    members: dict[str, list[Resource]] = {}
    for node in graph:
        if node.key in parent:
            members.setdefault(find(node.key), []).append(node)
    return tuple(_workload(nodes, roles) for nodes in members.values() if any(n.kind in _CORE for n in nodes))


def _group(node: Resource) -> str:
    for label in ("app.kubernetes.io/part-of", "app.kubernetes.io/instance", "app"):
        value = node.tags.get(label)
        if value is not None and value.text():
            return f"label:{value.text()}"
    if node.instance.calls:
        return f"module:{node.instance.scope}:{node.instance.calls[-1].address}"
    return f"own:{node.instance.scope}:{node.instance.declaration or node.key}"


def _workload(nodes: list[Resource], roles: Mapping[str, RoleOf]) -> Workload:
    core = [node for node in nodes if node.kind in _CORE]
    best = max(core, key=lambda node: roles[node.key].confidence)
    found = roles[best.key]
    assert found.role is not None
    return Workload(
        _name(best), found.role, found.confidence, found.evidence, tuple(node.key for node in nodes)
    )


def _name(node: Resource) -> str:
    """Its own; inside a module, where many are called `this` or `job`, the address tells them apart."""
    text = node["name"].text()
    return text or (node.name if not node.instance.calls else "") or node.address
