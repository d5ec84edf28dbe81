"""What leads to a workload, scales it, describes it, hosts it or holds its state shares its role."""

from __future__ import annotations

from mlarchlint.analysis.access import COMPUTE, STORES, consumers_of
from mlarchlint.analysis.role_signals import named_roles
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Resource
from mlarchlint.model.workload import Evidence, RoleOf

ASSUMED = 0.65  # a store nobody names, in a design with one serving workload
_LED = ("listener", "load_balancer", "backend_pool", "cdn", "api_gateway", "dns_record")


def share_with_neighbours(graph: ResourceGraph, roles: dict[str, RoleOf]) -> None:
    """What leads to a workload, scales it, describes it or holds its state shares its role."""
    for node in list(graph):
        found = roles.get(node.key)
        if found is None or found.role is None:
            continue
        for upstream in graph.reach(node, Relation.ROUTES_TO, Relation.RESOLVES_TO, backwards=True):
            if upstream.kind in _LED:
                _inherit(roles, upstream, found, f"it leads to {node.address}")
        for scaler in graph.sources(node, Relation.SCALES):
            _inherit(roles, scaler, found, f"it scales {node.address}")
        for template in graph.targets(node, Relation.USES):
            if template.kind in ("compute_template", "container_template", "model"):
                _inherit(roles, template, found, f"{node.address} is made from it")
        for host in graph.targets(node, Relation.PLACED_IN):
            if host.kind in COMPUTE:
                _inherit(roles, host, found, f"it hosts {node.address}")
    for store in graph.of_kind(*STORES):
        for consumer in consumers_of(graph, store):
            found = roles.get(consumer.key)
            if found is not None and found.role is not None:
                _inherit(roles, store, found, f"{consumer.address} uses it")
    _assume_stores(graph, roles)


def _assume_stores(graph: ResourceGraph, roles: dict[str, RoleOf]) -> None:
    """A database or cache nobody names, beside serving as the only long-lived workload.

    In a cluster its users would name its Service: there, who is not named is not assumed. Nor is the store of
    something else (`mlflow`, `airflow`): its name says whose it is.
    """
    by_scope: dict[str, set[str]] = {}
    for key, found in roles.items():
        node = graph[key]
        if node.kind in COMPUTE and found.role is not None:
            by_scope.setdefault(node.instance.scope, set()).add(found.role)
    for store in graph.of_kind("database", "cache"):
        alone = by_scope.get(store.instance.scope) == {"inference"} and not consumers_of(graph, store)
        declared = store.part_of is None and store.provider != "kubernetes"
        if alone and declared and store.key not in roles and not _is_named_for_another(store):
            reason = "the only workload of this design serves predictions"
            roles[store.key] = RoleOf("inference", ASSUMED, (Evidence(reason, 1, store.span),))


def _is_named_for_another(store: Resource) -> bool:
    said = named_roles(store)
    return bool(said) and "inference" not in said


def _inherit(roles: dict[str, RoleOf], node: Resource, found: RoleOf, reason: str) -> None:
    present = roles.get(node.key)
    if present is not None and present.role is not None and present.confidence >= found.confidence:
        return
    roles[node.key] = RoleOf(
        found.role, found.confidence, (Evidence(reason, found.confidence, node.span), *found.evidence)
    )
