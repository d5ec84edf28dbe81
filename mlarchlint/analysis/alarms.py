"""What alarms tell of a workload: latency, errors, health, saturation, and whether somebody is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Mode, Resource

# What a metric, a filter, a query or the name of an alert is about, where no entry says it.
_CLASSES = {
    "latency": r"latenc|response_?time|duration|first_?token|time_to_|p9[059]|slow",
    "errors": r"error|5xx|4xx|fail|response_code|status=~|status!~|unsuccess|reject|exception|slo|burn_?rate|budget",
    "health": r"health|uptime|absent|\bup\b|down|unavailab|not_?ready|replicas|crash|restart|availab",
    "saturation": r"cpu|memory|gpu|disk|utili[sz]ation|queue|pending|backlog|throttl|saturat|kv_cache|oom",
    "traffic": r"request_?count|invocations|request_rate",
}
_PATTERNS = {name: re.compile(words, re.IGNORECASE) for name, words in _CLASSES.items()}
_SAYING = ("metric", "query", "alerts", "name", "description")
_SLO = re.compile(r"slo$|servicelevelobjective|application_signals", re.IGNORECASE)
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


def alarms_on(
    graph: ResourceGraph, node: Resource, alarms: Sequence[Resource] | None = None
) -> tuple[Resource, ...]:
    """alarms: of `alarms_in`, where many nodes are asked of. Those on it and on what stands with it on the way of its requests, and those that name nothing in the code."""
    alarms = alarms_in(graph) if alarms is None else alarms
    if not alarms:
        return ()
    way = {node, *graph.reach(node, Relation.ROUTES_TO, Relation.RESOLVES_TO, backwards=True)}
    way |= set(graph.reach(node, Relation.ROUTES_TO))
    way |= set(graph.sources(node, Relation.CONTAINS)) | set(
        graph.targets(node, Relation.USES, Relation.PLACED_IN)
    )
    return tuple(
        alarm
        for alarm in alarms
        if (seen := set(graph.targets(alarm, Relation.MONITORS))) & way
        or (_near(alarm, node) and all(other.kind == "alarm" for other in seen))
    )


def alarms_in(graph: ResourceGraph) -> tuple[Resource, ...]:
    return tuple(
        other
        for other in graph
        if (other.kind == "alarm" or _SLO.search(other.type)) and other.instance.mode is not Mode.DATA
    )


def _near(alarm: Resource, node: Resource) -> bool:
    return alarm.instance.scope == node.instance.scope or alarm.provider == node.provider == "kubernetes"


def _texts(alarm: Resource) -> Iterable[str]:
    yield alarm.type
    for trait in _SAYING:
        for value in alarm[trait].walk():
            if text := value.clue():
                yield text
