"""What may be wrong with an update, and what can be said of any fleet that is updated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

_POOLS = ("backend_pool", "load_balancer")


@record(frozen=True, slots=True)
class Fault:
    """attribute: which part of the update. at: the value that decides it. certain: False if an input decides.

    downtime: requests go unanswered; False for a risk that leaves the service up. grave: it takes the
    whole service away. missing: the kinds that would mend it, which unread code may hold.
    """

    attribute: str
    at: Value
    claim: str
    fix: str
    certain: bool = True
    downtime: bool = True
    grave: bool = True
    missing: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class Update:
    """manner: how it is done, in words (`rolling: ...`, `canary: ...`); empty if it is done in no such way.

    at: the value that says so. faults: what stands in the way. notes: evidence beside it, each with its value.
    away: how many replicas a step may take, where it goes in steps that are known.
    """

    manner: str
    at: Value
    faults: tuple[Fault, ...] = ()
    notes: tuple[tuple[str, Value], ...] = ()
    away: Decimal | None = None

    def also(self, *faults: Fault) -> Update:
        return replace(self, faults=(*self.faults, *faults))

    def noting(self, *notes: tuple[str, Value]) -> Update:
        return replace(self, notes=(*self.notes, *notes))


def unknown(value: Value, fix: str) -> Update:
    """An input decides how it is updated."""
    claim = f"how it is updated is not known: {value.why}"
    return Update("", value, (Fault("strategy", value, claim, fix, certain=False),))


def whole(node: Resource) -> Value:
    """The place of what is written nowhere: the resource itself."""
    return Value.known(node.address, node.span)


def pools_of(graph: ResourceGraph, node: Resource) -> list[Resource]:
    return [pool for pool in graph.sources(node, Relation.ROUTES_TO) if pool.kind in _POOLS]


def cut_off(graph: ResourceGraph, node: Resource, request_s: float | None) -> Iterator[Fault]:
    """Replicas leave with requests under way, as each update makes them do."""
    fix = "let requests end: draining for as long as one may take, and time to stop"
    for pool in pools_of(graph, node):
        claim = _short(
            pool["drain_s"], request_s, f"{pool.address} does not drain", f"{pool.address} drains for"
        )
        if claim:
            yield Fault("drain_s", pool["drain_s"], claim, fix, grave=False)
    stop = node["termination_grace_s"]
    claim = _short(stop, request_s, "replicas get no time to stop", "replicas get")
    if claim:
        yield Fault("termination_grace_s", stop, claim, fix, grave=False)


def _short(given: Value, request_s: float | None, none: str, some: str) -> str:
    seconds = given.number()
    if seconds is None or (seconds > 0 and (request_s is None or request_s <= seconds)):
        return ""
    if seconds == 0:
        return f"an update cuts off requests under way: {none}"
    return f"an update cuts off requests under way: {some} {seconds:g} s, and a request takes {request_s:g} s"


def leaving(graph: ResourceGraph, node: Resource) -> Iterator[tuple[str, Value]]:
    """What lets requests end, where it is known."""
    for pool in pools_of(graph, node):
        seconds = pool["drain_s"].number()
        if seconds:
            yield f"{pool.address} drains for {seconds:g} s", pool["drain_s"]
    seconds = node["termination_grace_s"].number()
    if seconds and not node["termination_grace_s"].default:
        yield f"{seconds:g} s to stop", node["termination_grace_s"]


def readiness(asked: Value, claim: str, fix: str) -> Fault | None:
    """Nothing says when a new replica answers, so that the update goes on without it."""
    match asked.is_true():
        case Truth.NO:
            return Fault("readiness", asked, claim, fix)
        case Truth.MAYBE:
            return Fault(
                "readiness",
                asked,
                f"whether an update waits for new replicas to answer is not known: {asked.why}",
                fix,
                certain=False,
            )
    return None
