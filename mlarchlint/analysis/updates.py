"""How a new version takes the place of the old one, and whether requests are answered meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlarchlint.analysis.figures import rate
from mlarchlint.analysis.replicas import replicas_of
from mlarchlint.analysis.update_faults import Fault, Update, cut_off, leaving, pools_of, whole
from mlarchlint.analysis.update_groups import group_update, machine_update
from mlarchlint.analysis.update_services import (
    endpoint_update,
    function_update,
    revision_update,
    service_update,
)
from mlarchlint.analysis.update_shares import given_to, split
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth

if TYPE_CHECKING:
    from mlarchlint.analysis.capacity import Capacity

_BY_KIND = {
    "compute_group": group_update,
    "compute_instance": machine_update,
    "container_service": service_update,
    "model_endpoint": endpoint_update,
    "serverless_container": revision_update,
    "serverless_function": function_update,
}
_OWN_REPLICAS = ("compute_group", "compute_instance", "container_service")


def update_of(
    graph: ResourceGraph, node: Resource, request_s: float | None, capacity: Capacity | None
) -> Update:
    """Of a serving fleet. request_s: how long a request takes. capacity: where a load is required of it."""
    found = _BY_KIND[node.kind](graph, node)
    if any(fault.attribute in ("strategy", "only one") for fault in found.faults):
        found = _beside(graph, node) or found
    if node.kind in _OWN_REPLICAS or node.provider == "kubernetes":
        found = found.also(*cut_off(graph, node, request_s)).noting(*leaving(graph, node))
    return found.also(*_at_the_peak(graph, node, found, capacity))


def _beside(graph: ResourceGraph, node: Resource) -> Update | None:
    """Whatever replaces it: a load balancer spreads the requests over it and another one, by weights."""
    for pool in pools_of(graph, node):
        for front in graph.sources(pool, Relation.ROUTES_TO):
            shares, pools = front["traffic_shares"], graph.targets(front, Relation.ROUTES_TO)
            if len(shares.items()) < 2 or len(shares.items()) != len(pools):
                continue
            if len(given_to(shares)) > 1:
                return Update(f"canary: {front.address} splits the traffic {split(shares)}", shares)
            return Update(
                f"blue-green: {front.address} sends all requests to one of {len(pools)} groups", shares
            )
    return None


def _at_the_peak(
    graph: ResourceGraph, node: Resource, found: Update, capacity: Capacity | None
) -> Iterator[Fault]:
    """A fleet of fixed size that carries the peak, and does not while a step takes some of it away."""
    if capacity is None or capacity.throughput is None or not capacity.alone or not found.away:
        return
    replicas = replicas_of(graph, node)
    least, each = replicas.least.number(), capacity.throughput.rps
    if least is None or replicas.fixed is not Truth.YES or least <= found.away:
        return
    kept = int(least - found.away)
    if kept * each < capacity.origin_peak <= int(least) * each:
        claim = (
            f"an update at the peak leaves {kept} of {least} replicas, which carry {rate(kept * each)} requests a "
            f"second where {rate(capacity.origin_peak)} come"
        )
        fix = "let new replicas start before old ones go, or keep one more"
        yield Fault(
            "capacity",
            found.at if found.at.span.file else whole(node),
            claim,
            fix,
            downtime=False,
            grave=False,
        )
