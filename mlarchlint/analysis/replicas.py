"""How many instances a workload keeps: its own bounds, those of what scales it, and its fleet."""

from __future__ import annotations

from collections.abc import Iterable

from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

_NODE_TAGS = ("kubernetes.io/cluster/", "k8s.io/cluster")
_SERVICES = {"sagemaker": "model_endpoint", "ecs": "container_service"}
_POOLS = ("backend_pool", "load_balancer")
_OWN = ("autoscale", "node_autoscaling", "auto_mode")


@record(frozen=True, slots=True)
class Replicas:
    """least, most: the number of instances between which it moves; absent where nothing says.

    scalers: what changes the number. scales_itself: the service does, without a scaler of its own.
    loose: scalers whose target an input decides, and which may be for this one.
    """

    least: Value
    most: Value
    scalers: tuple[Resource, ...]
    scales_itself: Truth
    loose: tuple[Resource, ...] = ()

    @property
    def fixed(self) -> Truth:
        """Nothing in the scanned code changes the number."""
        return Truth.NO if self.scalers else ~self.scales_itself


def replicas_of(graph: ResourceGraph, node: Resource) -> Replicas:
    scalers = tuple(
        source
        for source in graph.sources(node, Relation.SCALES)
        if source.kind in ("autoscaler", "capacity_provider")
    )
    own = Truth.any(node[trait].is_true() for trait in _OWN)
    lows = [value for scaler in _bounding(scalers) if not (value := scaler["min"]).is_absent]
    highs = [value for scaler in _bounding(scalers) if not (value := scaler["max"]).is_absent]
    least = _outermost(lows, lowest=True) if lows else _stated(node, scalers, own)
    most = (
        _outermost(highs, lowest=False) if highs else _first(node, "max_count", "replicas", "desired_count")
    )
    loose = (
        ()
        if scalers
        else tuple(
            scaler
            for scaler in graph.once(_nameless_scalers).get(node.instance.scope, ())
            if _may_scale(scaler, node)
        )
    )
    return Replicas(least, most, scalers, own, loose)


def _nameless_scalers(graph: ResourceGraph) -> dict[str, list[Resource]]:
    """By stack, those that may be for anything: what a scalable target is called is what it is for."""
    found: dict[str, list[Resource]] = {}
    for scaler in graph.of_kind("autoscaler"):
        if scaler["name"].is_unknown and not graph.targets(scaler, Relation.SCALES):
            found.setdefault(scaler.instance.scope, []).append(scaler)
    return found


def _may_scale(scaler: Resource, node: Resource) -> bool:
    if scaler.instance.format is not node.instance.format or scaler.provider != node.provider:
        return False
    service = scaler["namespace"].text()
    return service is not None and _SERVICES.get(service) == node.kind


def _bounding(scalers: Iterable[Resource]) -> Iterable[Resource]:
    """A schedule changes the bounds for a time only."""
    return (scaler for scaler in scalers if scaler["policy_type"].equals("scheduled") is not Truth.YES)


def _stated(node: Resource, scalers: tuple[Resource, ...], own: Truth) -> Value:
    """The lower bound; where nothing moves the number, it stays where it starts."""
    least = _first(node, "min_count", "replicas", "desired_count")
    wanted = node["desired_count"].number()
    low = least.number()
    if wanted is not None and low is not None and wanted > low and not scalers and own is Truth.NO:
        return node["desired_count"]
    return least


def _first(node: Resource, *traits: str) -> Value:
    return next((node[trait] for trait in traits if not node[trait].is_absent), Value.absent(node.span))


def _outermost(values: list[Value], *, lowest: bool) -> Value:
    """The bound that counts; one that is not known may be any number."""
    unknown = next((value for value in values if value.number() is None), None)
    if unknown is not None:
        return unknown
    return sorted(values, key=lambda value: value.number() or 0, reverse=not lowest)[0]


def hosts_others(graph: ResourceGraph, node: Resource) -> bool:
    """Nodes come and go with the pods and tasks on them: those are counted, not the nodes."""
    if node.kind != "compute_group":
        return False
    if not node["platform"].is_absent or any(tag.startswith(_NODE_TAGS) for tag in node.tags):
        return True
    scalers = graph.sources(node, Relation.SCALES)
    hosted = graph.sources(node, Relation.PLACED_IN)
    return any(scaler.kind == "capacity_provider" for scaler in scalers) or any(
        other.kind in ("container_service", "cluster") for other in hosted
    )


def takes_requests(graph: ResourceGraph, node: Resource) -> bool:
    """Not so pods without a port that nothing leads to: they take work from a queue, or test others."""
    if node.provider != "kubernetes" or node.kind != "container_service" or node["ports"].is_unknown:
        return True
    return (
        bool(node["ports"].items()) or bool(graph.sources(node, Relation.ROUTES_TO)) or _selected(graph, node)
    )


def _selected(graph: ResourceGraph, node: Resource) -> bool:
    """A Service whose selector is written as a reference to the pods is for them."""
    return any(source.kind in _POOLS for source in graph.sources(node, Relation.DEPENDS_ON))


def machines_with(graph: ResourceGraph, node: Resource) -> tuple[Resource, ...]:
    """The machines that serve together with a single one: of its pool or its declaration, by key."""
    pools = graph.sources(node, Relation.ROUTES_TO)
    members = {other for pool in pools for other in graph.targets(pool, Relation.ROUTES_TO)}
    fleet = {other for other in members if other.kind == node.kind} | {node}
    fleet.update(graph.once(_by_declaration).get((node.kind, *_declaration(node)), ()))
    return tuple(sorted(fleet, key=lambda other: other.key))


def _declaration(node: Resource) -> tuple[str, str]:
    return node.instance.scope, node.instance.declaration


def _by_declaration(graph: ResourceGraph) -> dict[tuple[str, str, str], list[Resource]]:
    """By kind, stack and declaration."""
    found: dict[tuple[str, str, str], list[Resource]] = {}
    for node in graph:
        if node.instance.declaration:
            found.setdefault((node.kind, *_declaration(node)), []).append(node)
    return found
