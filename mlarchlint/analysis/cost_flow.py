"""Which share of the design's requests each entry and each serverless part carries.

What stands first shares the requests with the others that stand first; what comes after gets what is
passed on to it. So a chain (CDN, balancer, function) carries each request once at each step, and two
services side by side do not both carry all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.workload import RoleOf

ENTRIES = ("cdn", "load_balancer", "api_gateway")
SERVERLESS = ("serverless_function", "serverless_container")
_WAYS = (Relation.ROUTES_TO, Relation.RESOLVES_TO)
_ANSWERED = ("redirect", "fixed")
NONE, ALL = Decimal(0), Decimal(1)


@record(frozen=True, slots=True)
class Share:
    """Of the design's requests, from low to high. why: said where it is not simply all."""

    low: Decimal
    high: Decimal
    why: str = ""


def shares_of(graph: ResourceGraph, roles: Mapping[str, RoleOf]) -> dict[str, Share]:
    """By resource key; what is not in it carries none of the stated requests."""
    carriers = [one for one in graph.of_kind(*ENTRIES, *SERVERLESS) if _is_real(one)]
    following = {one.key: _following(graph, one) for one in carriers}
    after = {key for keys in following.values() for key in keys}
    idle = {one.key: why for one in carriers if (why := carries_nothing(graph, one))}
    first = _first([one for one in carriers if one.key not in after and one.key not in idle], roles)
    found = {key: Share(NONE, NONE, why) for key, why in idle.items()}
    beside = ""
    if len(first) > 1:
        beside = f"one of {len(first)} entries: an equal share of the requests is assumed"
    for one in first:
        share = ALL / len(first)
        found[one.key] = Share(share, share, beside)
    _pass_on([one.key for one in first], following, found)
    for one in carriers:
        if one.key not in found and one.kind == "load_balancer" and one["scheme"].text() == "internal":
            found[one.key] = Share(NONE, ALL, "an inner balancer: none to all of the requests")
    return found


def carries_nothing(graph: ResourceGraph, entry: Resource) -> str:
    """Why no answer goes through an entry; empty if some does."""
    if entry.kind != "load_balancer":
        return ""
    listeners = [one for one in graph.targets(entry, Relation.ROUTES_TO) if one.kind == "listener"]
    if listeners and all(_only_redirects(graph, one) for one in listeners):
        return "it only redirects: the requests are counted where they are answered"
    twin = _secure_twin(graph, entry)
    return f"the traffic is counted at {twin.address}, which has the same address" if twin is not None else ""


def _only_redirects(graph: ResourceGraph, listener: Resource) -> bool:
    sent = (
        listener["action"].one_of(*_ANSWERED) is Truth.YES
        or listener["redirects_to_tls"].is_true() is Truth.YES
    )
    return sent and not any(one.kind == "backend_pool" for one in graph.reach(listener, Relation.ROUTES_TO))


def _secure_twin(graph: ResourceGraph, entry: Resource) -> Resource | None:
    """The rule for port 443 beside Google's rule for port 80 on one address."""
    if entry.provider != "google" or _ports(entry) != {"80"}:
        return None
    for address in graph.targets(entry, Relation.USES):
        for other in graph.sources(address, Relation.USES):
            if other.kind == "load_balancer" and "443" in _ports(other):
                return other
    return None


def _ports(resource: Resource) -> set[str]:
    return {str(port.raw) for port in resource["ports"].items() if port.is_known}


def _is_real(one: Resource) -> bool:
    return one.part_of is None and one.instance.mode is not Mode.DATA and one.provider != "kubernetes"


def _following(graph: ResourceGraph, start: Resource) -> tuple[str, ...]:
    """The next carriers on the way, through listeners, pools, routes and the like."""
    seen = {start.key}
    frontier = [start]
    found: dict[str, None] = {}
    while frontier:
        steps = [target for one in frontier for target in graph.targets(one, *_WAYS)]
        frontier = []
        for target in steps:
            if target.key in seen:
                continue
            seen.add(target.key)
            if target.kind in (*ENTRIES, *SERVERLESS):
                if _is_real(target):
                    found[target.key] = None
            else:
                frontier.append(target)
    return tuple(found)


def _first(candidates: list[Resource], roles: Mapping[str, RoleOf]) -> list[Resource]:
    """Where requests come in: what serves predictions; else entries without a role, from the internet before inner ones."""

    def role(one: Resource) -> str | None:
        found = roles.get(one.key)
        return found.role if found else None

    serving = [one for one in candidates if role(one) == "inference"]
    if not serving:
        serving = [one for one in candidates if one.kind in ENTRIES and role(one) in (None, "shared")]
    if not serving:
        serving = [one for one in candidates if one.kind in SERVERLESS and role(one) is None]
    outer = [one for one in serving if one["scheme"].text() != "internal"]
    return outer or serving


def _pass_on(
    starts: Iterable[str], following: Mapping[str, tuple[str, ...]], found: dict[str, Share]
) -> None:
    """Each step splits what it carries evenly. A loop is followed no further than around once."""
    reached = _reached(starts, following)
    waiting = dict.fromkeys(reached, 0)
    for key in reached:
        for other in following[key]:
            waiting[other] += 1
    ready = [key for key in reached if not waiting[key]]
    while ready:
        key = ready.pop()
        mine, others = found.get(key), following[key]
        for other in others:
            if mine is not None:
                found[other] = _added(found.get(other), mine, len(others))
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)


def _reached(starts: Iterable[str], following: Mapping[str, tuple[str, ...]]) -> list[str]:
    seen = dict.fromkeys(starts)
    frontier = list(seen)
    while frontier:
        frontier = [other for key in frontier for other in following[key] if other not in seen]
        seen.update(dict.fromkeys(frontier))
    return list(seen)


def _added(sofar: Share | None, mine: Share, ways: int) -> Share:
    before = sofar or Share(NONE, NONE)
    low, high = before.low + mine.low / ways, before.high + mine.high / ways
    if high == ALL:
        return Share(low, high)
    return Share(low, high, "requests are assumed to spread evenly over what they can reach")
