"""Serving fleets: what answers requests together, how many instances there are, and in which zones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from mlarchlint.analysis.replicas import machines_with, replicas_of
from mlarchlint.analysis.zones import ZoneSpan, zones_of
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value
from mlarchlint.model.workload import RoleOf

SERVING_KINDS = (
    "compute_group", "compute_instance", "container_service", "serverless_container", "serverless_function",
    "model_endpoint",
)  # fmt: skip
_LEAST_CONFIDENCE = 0.6


@record(frozen=True, slots=True)
class Count:
    """least and most: how many instances run; None where the code does not say (`why`).

    at, at_most: the values that say it.
    """

    least: int | None
    most: int | None
    at: Value
    at_most: Value
    why: str = ""


@record(frozen=True, slots=True)
class Fleet:
    """nodes: one group, or the single machines that share a backend. managed: no zones of its own.

    placed: instances by zone where single machines name theirs, else empty.
    replaced: whether an instance that hangs is replaced without a person.
    """

    nodes: tuple[Resource, ...]
    count: Count
    zones: ZoneSpan
    managed: bool
    replaced: Truth
    placed: tuple[int, ...] = ()

    @property
    def node(self) -> Resource:
        return self.nodes[0]

    @property
    def name(self) -> str:
        return (
            self.node.address
            if len(self.nodes) == 1
            else f"{self.node.address} and {len(self.nodes) - 1} more"
        )


def fleets_of(graph: ResourceGraph, roles: Mapping[str, RoleOf]) -> tuple[Fleet, ...]:
    """The serving fleets in graph order; machines that only host serving pods are not counted again."""
    found: list[Fleet] = []
    taken: set[str] = set()
    for node in graph.of_kind(*SERVING_KINDS):
        if node.key in taken or not _serves(node, roles) or _hosts(graph, node, roles):
            continue
        nodes = _together(graph, node, roles) if node.kind == "compute_instance" else (node,)
        taken.update(other.key for other in nodes)
        fleet = _fleet(graph, nodes)
        if fleet.count.most != 0:  # switched off
            found.append(fleet)
    return tuple(found)


def _serves(node: Resource, roles: Mapping[str, RoleOf]) -> bool:
    role = roles.get(node.key)
    deployed = node.part_of is None and node.instance.mode is Mode.MANAGED
    return deployed and role is not None and role.role == "inference" and role.confidence >= _LEAST_CONFIDENCE


def _hosts(graph: ResourceGraph, node: Resource, roles: Mapping[str, RoleOf]) -> bool:
    if node.kind not in ("compute_group", "compute_instance"):
        return False
    guests = graph.sources(node, Relation.PLACED_IN)
    return any(guest.kind == "container_service" and _serves(guest, roles) for guest in guests)


def _together(graph: ResourceGraph, node: Resource, roles: Mapping[str, RoleOf]) -> tuple[Resource, ...]:
    """Machines behind the same backend, or of the same declaration."""
    return tuple(
        other
        for other in machines_with(graph, node)
        if other.kind == "compute_instance" and (other is node or _serves(other, roles))
    )


def _fleet(graph: ResourceGraph, nodes: tuple[Resource, ...]) -> Fleet:
    node = nodes[0]
    managed = node.kind in ("serverless_container", "serverless_function") or (
        node.kind == "model_endpoint" and node["serverless"].is_true() is Truth.YES
    )
    if node.kind == "compute_instance":
        zones, placed = _machines(graph, nodes)
        open_number = any(other.instance.symbolic for other in nodes)
        why = f"how many {node.address} there are is not known" if open_number else ""
        count = Count(
            1 if open_number else len(nodes),
            None if open_number else len(nodes),
            zones.deciding,
            zones.deciding,
            why,
        )
        return Fleet(nodes, count, zones, managed, Truth.NO, placed)
    return Fleet(nodes, count_of(graph, node), _spread(graph, node), managed, _replaced(graph, node))


def _machines(graph: ResourceGraph, nodes: tuple[Resource, ...]) -> tuple[ZoneSpan, tuple[int, ...]]:
    spans = [zones_of(graph, node) for node in nodes]
    named = Counter(span.names[0] for span in spans if len(span.names) == 1)
    first = next((span for span in spans if not span.names), spans[0])
    if sum(named.values()) == len(nodes):
        names = tuple(sorted(named))
        return ZoneSpan(names, len(names), len(names), spans[0].deciding), tuple(
            named[name] for name in names
        )
    least = max(len(named), 1)
    return ZoneSpan(tuple(sorted(named)), least, len(nodes), first.deciding, first.why), ()


def _spread(graph: ResourceGraph, node: Resource) -> ZoneSpan:
    """Pods that are spread over zones run in two or more, where their nodes do."""
    span = zones_of(graph, node)
    spreads = node["spread_zones"]
    if node.provider == "kubernetes" and span.multi is Truth.MAYBE and spreads.is_true() is Truth.YES:
        return ZoneSpan(span.names, 2, span.most, spreads, "")
    return span


def count_of(graph: ResourceGraph, node: Resource) -> Count:
    """How many instances run: the autoscaler's bounds, then the group's own."""
    replicas = replicas_of(graph, node)
    least, most = replicas.least, replicas.most
    if node.kind == "serverless_function":
        least, most = _executions(node, least, most)
    why = next((value.why for value in (least, most) if value.is_unknown), "")
    if least.is_absent and most.is_absent:
        why = f"{node.address} does not say how many instances run"
    at = most if least.is_absent else least
    return Count(_whole(least), _whole(most), at, at if most.is_absent else most, why)


def _executions(node: Resource, least: Value, most: Value) -> tuple[Value, Value]:
    """How many requests a function answers at once: those kept warm, and its share of the account's."""
    warm, reserved = node["provisioned_concurrency"], node["reserved_concurrency"]
    number = reserved.number()
    if number is not None and number < 0:  # Terraform's word for no share of its own
        reserved = Value.absent(node.span)
    return warm if least.is_absent and not warm.default else least, reserved if most.is_absent else most


def _whole(value: Value) -> int | None:
    number = value.number()
    return int(number) if number is not None else None


def _replaced(graph: ResourceGraph, node: Resource) -> Truth:
    """An instance whose model server hangs is found by a health check and replaced."""
    if node.kind == "model_endpoint":
        return Truth.YES
    if node.kind == "container_service":
        return node["probes.liveness"].is_true() | node["health_check.enabled"].is_true()
    source, enabled = node["health_check.source"], node["health_check.enabled"]
    checked = Truth.any(
        pool["health_check.enabled"].is_true() for pool in graph.sources(node, Relation.ROUTES_TO)
    )
    if not source.is_absent:
        return source.equals("lb") & checked
    return enabled.is_true()
