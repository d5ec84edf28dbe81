"""What observes what: alarms, logs, traces, dashboards and monitors of a resource and of what stands before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlarchlint.model.graph import Edge, Relation, ResourceGraph
from mlarchlint.model.resource import Resource

# The relation, read from the side of what is observed, and whether the observer is its source.
_WAYS = ((Relation.MONITORS, True), (Relation.LOGS_TO, False), (Relation.TRACES_TO, False))
_FRONTS = ("load_balancer", "backend_pool", "api_gateway", "cdn", "listener")


@dataclass(frozen=True, slots=True)
class Observation:
    """observer: the alarm, sink or monitor. seen: what it looks at, the resource itself or one before it."""

    observer: Resource
    seen: Resource
    relation: Relation
    edge: Edge


def observations_of(graph: ResourceGraph, node: Resource) -> tuple[Observation, ...]:
    """Its own observers first, then those of its templates and scalers, then those of what requests pass."""
    near = [node, *graph.targets(node, Relation.USES), *graph.sources(node, Relation.SCALES)]
    before = graph.reach(node, Relation.ROUTES_TO, backwards=True)
    seen = dict.fromkeys([*near, *(front for front in before if front.kind in _FRONTS)])
    found = {(o.observer.key, o.relation): o for end in reversed(list(seen)) for o in _of(graph, end)}
    order = {end.key: place for place, end in enumerate(seen)}
    return tuple(sorted(found.values(), key=lambda o: (order[o.seen.key], o.observer.key, o.relation.value)))


def observed_by(graph: ResourceGraph, observer: Resource) -> tuple[Resource, ...]:
    """What an alarm, dashboard, monitor or sink looks at."""
    looked_at = graph.targets(observer, Relation.MONITORS)
    return tuple(dict.fromkeys([*looked_at, *graph.sources(observer, Relation.LOGS_TO, Relation.TRACES_TO)]))


def _of(graph: ResourceGraph, node: Resource) -> Iterator[Observation]:
    for relation, inwards in _WAYS:
        for edge in graph.edges_to(node, relation) if inwards else graph.edges_from(node, relation):
            yield Observation(graph[edge.source if inwards else edge.target], node, relation, edge)
    for edge in graph.edges_to(node, Relation.DEPENDS_ON):
        if graph[edge.source].kind == "dashboard":  # its body names what it shows
            yield Observation(graph[edge.source], node, Relation.DEPENDS_ON, edge)
