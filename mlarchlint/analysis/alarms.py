"""What alarms tell of a workload: latency, errors, health, saturation, and whether somebody is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Mode, Resource

# What a metric, a filter, a query or the name of an alert is about, where no entry says it.
_CLASSES = {
    "latency": r"latenc|response_?time|duration|first_?token|time_to_|p9[059]|slow",
    "errors": r"error|5xx|4xx|fail|response_code|status=~|status!~|unsuccess|reject|exception|slo|burn_?rate|budget",
    "health": r"health|uptime|absent|\bup\b|down|unavailab|not_?ready|replicas|crash|restart|availab",
    "saturation": r"cpu|memory|gpu|disk|utili[sz]ation|queue|pending|backlog|throttl|saturat|kv_cache|oom",
    "traffic": r"request_?count|invocations|request_rate",
}
_PATTERNS = {name: regex(words, re.IGNORECASE) for name, words in _CLASSES.items()}
_SAYING = ("metric", "query", "alerts", "name", "description")
_SLO = regex(r"slo$|servicelevelobjective|application_signals", re.IGNORECASE)
UNREAD = "unread"


def classes_of(alarm: Resource) -> frozenset[str]:
    """What an alarm is about; `unread` where an input decides it."""
    said = alarm["metric_class"].text()
    known = {said} if said in (*_PATTERNS, "cost", "drift") else set()
    if known and alarm["alerts"].is_absent:
        return frozenset(known)
    texts = list(_texts(alarm))
    found = {
        name for name, pattern in _PATTERNS.items() if any(pattern.search(text) for text in texts)
    } | known
    unread = any(alarm[trait].is_unknown for trait in ("metric", "query", "alerts", "metric_class"))
    return frozenset(found | ({UNREAD} if unread or not found else set()))


def alarms_on(graph: ResourceGraph, node: Resource) -> tuple[Resource, ...]:
    """Those on it and on what stands with it on the way of its requests, and those that name nothing in the code."""
    watched = graph.once(_watched)
    if not watched.alarms:
        return ()
    way = {node, *graph.reach(node, Relation.ROUTES_TO, Relation.RESOLVES_TO, backwards=True)}
    way |= set(graph.reach(node, Relation.ROUTES_TO))
    way |= set(graph.sources(node, Relation.CONTAINS)) | set(
        graph.targets(node, Relation.USES, Relation.PLACED_IN)
    )
    places = {place for other in way for place in watched.by_target.get(other.key, ())}
    places.update(watched.untied.get(node.instance.scope, ()))
    if node.provider == "kubernetes":
        places.update(watched.untied_in_clusters)
    return tuple(watched.alarms[place] for place in sorted(places))


@record(frozen=True, slots=True)
class _Watched:
    """The alarms of the design, and their places among them by what they watch; by stack those that do not say."""

    alarms: tuple[Resource, ...]
    by_target: Mapping[str, list[int]]
    untied: Mapping[str, list[int]]
    untied_in_clusters: list[int]


def _watched(graph: ResourceGraph) -> _Watched:
    alarms = graph.once(alarms_in)
    by_target: dict[str, list[int]] = {}
    untied: dict[str, list[int]] = {}
    in_clusters: list[int] = []
    for place, alarm in enumerate(alarms):
        seen = graph.targets(alarm, Relation.MONITORS)
        for target in seen:
            by_target.setdefault(target.key, []).append(place)
        if all(other.kind == "alarm" for other in seen):
            untied.setdefault(alarm.instance.scope, []).append(place)
            if alarm.provider == "kubernetes":
                in_clusters.append(place)
    return _Watched(alarms, by_target, untied, in_clusters)


def alarms_in(graph: ResourceGraph) -> tuple[Resource, ...]:
    return tuple(
        other
        for other in graph
        if (other.kind == "alarm" or _is_objective(other.type)) and other.instance.mode is not Mode.DATA
    )


@lru_cache(maxsize=1024)
def _is_objective(type_name: str) -> bool:
    return _SLO.search(type_name) is not None


def _texts(alarm: Resource) -> Iterable[str]:
    yield alarm.type
    for trait in _SAYING:
        for value in alarm[trait].walk():
            if text := value.clue():
                yield text
