"""Bounds on the p95 latency that users of each region see, on the best way to a fleet.

docs/requirements.md has the formulae. Network times between metros are the published P95; the
model counts at its p95; every hop is an assumption that the report names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mlarchlint.analysis.capacity import Capacity
from mlarchlint.analysis.fleet import Fleet
from mlarchlint.analysis.geography import Metro, defaults, metro_of, metros, round_trip
from mlarchlint.analysis.latency_math import (
    NEW_CONNECTION_TRIPS,
    SATURATED,
    Delay,
    Sum,
    added,
    miss_quantile,
    quantile,
    waiting_ms,
)
from mlarchlint.analysis.needs import Needs, needs_of
from mlarchlint.analysis.serving_paths import ServingPath, dependencies
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.requirements import Requirements

# The only methods whose answers a CDN keeps.
CACHED_METHODS = ("GET", "HEAD")


@record(frozen=True, slots=True)
class UserLatency:
    """What users of one region see. region: as written. via: the path and the region that serves it.

    cold and warm: on a new connection and on one that is reused. why: what is missing for a figure.
    second: with a second region nearest to them (its name, and the sum on a new connection).
    """

    region: str
    via: ServingPath | None
    serving: str
    parts: tuple[Delay, ...]
    cold: Sum | None
    warm: Sum | None
    second: tuple[str, float] | None = None
    why: str = ""

    def within(self, target: float) -> Truth:
        """NO where even the lower bound is over the target, YES where the estimate is within it."""
        if self.cold is None:
            return Truth.MAYBE
        if self.cold.lower > target:
            return Truth.NO
        return Truth.YES if self.cold.estimate <= target else Truth.MAYBE

    def largest(self, target: float) -> Delay:
        """What takes most of the time; a queue only where the target could be met without it."""
        parts = self.parts
        if self.within(target) is Truth.NO:
            parts = tuple(part for part in parts if part.name != "queue")
        return max(parts, key=lambda part: part.p95)


def latencies_of(
    graph: ResourceGraph,
    paths: Sequence[ServingPath],
    capacities: Sequence[Capacity],
    requirements: Requirements,
) -> tuple[UserLatency, ...]:
    """One per region of users; of several paths the fastest one, where it is known."""
    by_fleet = {capacity.fleet.nodes: capacity for capacity in capacities if capacity.alone}
    found = []
    for user in requirements.items("users"):
        region = str(user.get("region", ""))
        ways = []
        for path in paths:
            fleets = [fleet for fleet in _answering(path) if _faces_users(path, fleet)]
            each = [
                _of_path(
                    graph, path, fleet, by_fleet.get(fleet.nodes), needs_of(requirements, fleet.nodes), region
                )
                for fleet in fleets
            ]
            # Records by weight send users anywhere, so that the slowest way counts.
            ways += [_chosen(each, max)] if each and _by_weight(path) else each
        if ways:
            found.append(_chosen(ways, min))
    return tuple(found)


def _chosen(ways: Sequence[UserLatency], pick: Callable[..., UserLatency]) -> UserLatency:
    """The fastest or the slowest; one that is not known, where there is one."""
    unknown = next((way for way in ways if way.cold is None), None)
    return unknown or pick(ways, key=lambda way: way.cold.estimate if way.cold else 0.0)


def _answering(path: ServingPath) -> tuple[Fleet, ...]:
    """Behind records that fail over, the first way alone while it is up."""
    roots = {chain.nodes[0] for chain in path.chains if chain.nodes}
    if len(roots) > 1 and all(root["policy"].text() == "failover" for root in roots):
        return path.chains[0].fleets
    return path.fleets


def _by_weight(path: ServingPath) -> bool:
    roots = {chain.nodes[0] for chain in path.chains if chain.nodes}
    return any(root["policy"].text() in ("weighted", "multivalue") for root in roots)


def _of_path(
    graph: ResourceGraph,
    path: ServingPath,
    fleet: Fleet,
    capacity: Capacity | None,
    needs: Needs,
    region: str,
) -> UserLatency:
    user, serving_name = metro_of(region), fleet.node["region"].text() or ""
    serving = metro_of(serving_name)
    model = _model(needs)
    why = ""
    if user is None:
        why = f"where {region} is"
    elif serving is None:
        why = fleet.node["region"].why or f"the region of {fleet.node.address}"
    elif model is None:
        why = "the model's time (`model.service_time_ms`)"
    if user is None or serving is None or model is None:
        return UserLatency(region, path, serving_name, (), None, None, None, why)
    behind = _behind(graph, path, fleet, capacity, needs, model)
    edge = at_edge(path, fleet)
    parts, cold, warm = _whole(user, serving, edge, behind, needs, hit_ratio(path, fleet, needs))
    nearest = _second(user, serving, fleet.node.provider, needs)
    second = None
    if nearest is not None:
        _, other, _ = _whole(user, nearest[1], edge, behind, needs, hit_ratio(path, fleet, needs))
        second = (nearest[0], other.lower)
    return UserLatency(region, path, serving_name, parts, cold, warm, second)


def _faces_users(path: ServingPath, fleet: Fleet) -> bool:
    """Requests come in through an entry, or the service has an address of its own."""
    chain = next(chain for chain in path.chains if fleet in chain.fleets)
    return bool(chain.nodes) or fleet.node.kind in (
        "model_endpoint",
        "serverless_container",
        "compute_instance",
    )


def hops(needs: Needs) -> Mapping[str, Delay]:
    """What steps add: as measured (`assume.latency_ms`), else as assumed."""
    stated = needs.get("assume.latency_ms")
    if not isinstance(stated, Mapping):
        return defaults()
    measured = {
        name: Delay(name.replace("_", " "), float(part["p50"]), float(part["p95"]), "`assume.latency_ms`")
        for name, part in stated.items()
    }
    return {**defaults(), **measured}


def _model(needs: Needs) -> Delay | None:
    p50, p95 = needs.number("model.service_time_ms.p50"), needs.number("model.service_time_ms.p95")
    if p95 is not None:
        return Delay("model", p50 if p50 is not None else p95, p95, "`model.service_time_ms`")
    return Delay("model", p50, p50, "`model.service_time_ms.p50`; its p95 is not stated") if p50 else None


def at_edge(path: ServingPath, fleet: Fleet) -> bool:
    """Connections end near the user: a CDN, an accelerator or a global load balancer stands in front."""
    chain = next(chain for chain in path.chains if fleet in chain.fleets)
    return any(_global(node) for node in chain.nodes)


def _global(node: Resource) -> bool:
    return (
        node.kind == "cdn"
        or "globalaccelerator" in node.type.lower()
        or node.type == "google_compute_global_forwarding_rule"
    )


def hit_ratio(path: ServingPath, fleet: Fleet, needs: Needs) -> float:
    """The share that a CDN answers itself: only where the method of the requests can be cached."""
    chain = next(chain for chain in path.chains if fleet in chain.fleets)
    method = needs.text("traffic.method")
    if method not in CACHED_METHODS or not any(node.kind == "cdn" for node in chain.nodes):
        return 0.0
    return needs.number("traffic.cacheable") or 0.0


def _behind(
    graph: ResourceGraph,
    path: ServingPath,
    fleet: Fleet,
    capacity: Capacity | None,
    needs: Needs,
    model: Delay,
) -> tuple[Delay, ...]:
    """From the load balancer on: hops, the wait, the model, what it looks up."""
    table = hops(needs)
    chain = next(chain for chain in path.chains if fleet in chain.fleets)
    parts = [table[node.kind] for node in chain.nodes if node.kind in ("load_balancer", "api_gateway")]
    if any(node.kind == "load_balancer" for node in chain.nodes):
        parts.append(table["same_zone" if fleet.zones.multi is Truth.NO else "cross_zone"])
    if fleet.node.kind in table:
        parts.append(table[fleet.node.kind])
    parts += _waiting(capacity, model)
    parts.append(model)
    hard, soft = dependencies(graph, fleet)
    kinds = dict.fromkeys(node.kind for node in (*hard, *(node for node, _ in soft if node.kind == "cache")))
    return (*parts, *(table[kind] for kind in kinds if kind in table and kind != "model_endpoint"))


def _waiting(capacity: Capacity | None, model: Delay) -> list[Delay]:
    use = capacity.use_at_peak if capacity is not None else None
    if use is None or capacity is None or not capacity.running:
        return []
    wait = waiting_ms(model.p50, capacity.running, min(use, SATURATED))
    return [Delay("queue", wait, 3 * wait, f"M/M/{capacity.running} at {use:.0%} use{_piling(use)}")]


def _piling(use: float) -> str:
    """From here on the queue has no useful length: the figure is the one at 95 %, and too low."""
    return ", saturated: requests pile up, and this is too low" if use >= SATURATED else ""


def _whole(
    user: Metro, serving: Metro, edge: bool, behind: Sequence[Delay], needs: Needs, hits: float
) -> tuple[tuple[Delay, ...], Sum, Sum]:
    """The parts on a new connection, their sum, and the sum on a connection that is reused."""
    table, way = hops(needs), round_trip(user, serving)
    to_origin = Delay(f"network to {serving.name}", way.ms, way.ms, way.how)
    connected = table["edge_rtt"].p95 if edge else way.ms
    handshake = NEW_CONNECTION_TRIPS * connected
    connect = Delay(
        "new connection (TCP, TLS 1.3)", handshake, handshake, f"2 round trips of {connected:g} ms"
    )
    near = [Delay("to the edge", connected, connected, table["edge_rtt"].how)] if edge else []
    rest = [*near, to_origin, *behind]
    # The way from the user's home to the metro is in no table; an edge has it in its figure.
    home = [] if edge else [table["last_mile"]]
    share = miss_quantile(hits)
    if share is None:
        only = (connect, *near)
        return only, added(only), added(near)
    bound = [Delay(part.name, _certain(part, share), 0.0) for part in rest]
    cold_bound = [Delay(connect.name, handshake, 0.0), *bound]
    parts = (connect, *home, *rest)
    return parts, added(parts, cold_bound), added((*home, *rest), bound)


def _certain(part: Delay, share: float) -> float:
    """What counts in the lower bound: the model at its quantile of the requests that reach it, no wait."""
    if part.name == "queue":
        return 0.0
    return quantile(part.p50, part.p95, share) if part.name == "model" else part.p50


def _second(user: Metro, serving: Metro, provider: str, needs: Needs) -> tuple[str, Metro] | None:
    """The provider's region nearest to the users, of those where data may be, if it is another one."""
    allowed = {str(name) for name in needs.items("data.residency.allowed_regions")}
    candidates: list[tuple[float, str, Metro]] = []
    for metro in metros().values():
        name = metro.region_of(provider)
        if name and (not allowed or name in allowed):
            candidates.append((round_trip(user, metro).ms, name, metro))
    if not candidates:
        return None
    ms, name, metro = min(candidates, key=lambda candidate: candidate[:2])
    return (name, metro) if ms < round_trip(user, serving).ms else None


def nearest_region(
    node: Resource, users: Sequence[Mapping[str, object]], allowed: frozenset[str]
) -> tuple[str, float, float] | None:
    """The provider's region that is nearest to all users, its mean round trip, and that of the node's own."""
    here = metro_of(node["region"].text() or "")
    weights = _weights(users)
    if here is None or not weights:
        return None
    own = _mean_trip(weights, here)
    found = [
        (_mean_trip(weights, metro), name)
        for metro in metros().values()
        if (name := metro.region_of(node.provider)) and (not allowed or name in allowed)
    ]
    best = min(found, default=(own, ""))
    return (best[1], best[0], own) if best[1] else None


def mean_round_trip(users: Sequence[Mapping[str, object]], region: str) -> float | None:
    """Of all users to a region, by their shares, in ms; None where a place is not known."""
    here, weights = metro_of(region), _weights(users)
    return _mean_trip(weights, here) if here is not None and weights else None


def _weights(users: Sequence[Mapping[str, object]]) -> list[tuple[Metro, float]]:
    """Where users are, with their shares; none where the place of some is not known."""
    homes = [(metro_of(str(user.get("region", ""))), user.get("share")) for user in users]
    found = [(home, float(str(share)) if share is not None else 1.0) for home, share in homes if home]
    return found if len(found) == len(homes) else []


def _mean_trip(users: Sequence[tuple[Metro, float]], serving: Metro) -> float:
    total = sum(weight for _, weight in users)
    return sum(weight * round_trip(home, serving).ms for home, weight in users) / total if total else 0.0
