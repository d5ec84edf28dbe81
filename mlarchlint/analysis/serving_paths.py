"""The ways on which requests reach a serving fleet, and what it asks on the way."""

from __future__ import annotations

from collections.abc import Iterator

from mlarchlint.analysis.access import stores_of
from mlarchlint.analysis.fleet import Fleet
from mlarchlint.analysis.overrides import matches
from mlarchlint.analysis.roles import data_role
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.truth import Truth
from mlarchlint.requirements import Requirements

_ON_THE_WAY = ("dns_record", "cdn", "load_balancer", "api_gateway")
_HARD = ("database", "feature_store", "vector_index", "file_share", "model_endpoint")
_SOFT = {
    "cache": "without it requests are slower, not lost",
    "object_store": "read at the start, not on each request",
    "stream": "written beside the answer",
    "queue": "written beside the answer",
    "secret": "read at the start",
    "experiment_tracker": "not asked on requests",
    "model_registry": "read at the start",
    "cluster": "running pods do not need the control plane; scaling and replacement do",
    "egress": "answers do not leave through it",
}
_ANALYTICAL = ("bigquery", "redshift", "synapse", "kusto", "timestream")
_LOADED = ("model", "artifacts", "checkpoints", "dataset", "logs", "state")
_ASKS = (Relation.USES, Relation.READS, Relation.DEPENDS_ON, Relation.ROUTES_TO)
_MOST_CHAINS = 16
_ROUTERS = ("globalaccelerator", "traffic_manager", "trafficmanager")


@record(frozen=True, slots=True)
class Chain:
    """From the entry (first) to what stands nearest to the fleet."""

    nodes: tuple[Resource, ...]
    fleets: tuple[Fleet, ...]


@record(frozen=True, slots=True)
class ServingPath:
    """chains: alternatives; the first one counts alone where nothing switches between them.

    switch: NO if there is one chain or nothing notices a dead one, MAYBE if that is not known.
    """

    name: str
    chains: tuple[Chain, ...]
    switch: Truth

    @property
    def fleets(self) -> tuple[Fleet, ...]:
        return tuple({fleet.nodes: fleet for chain in self.chains for fleet in chain.fleets}.values())

    @property
    def entry(self) -> Resource:
        first = self.chains[0]
        return first.nodes[0] if first.nodes else first.fleets[0].node


def serving_paths(graph: ResourceGraph, fleets: tuple[Fleet, ...]) -> tuple[ServingPath, ...]:
    """One per entry; entries that are one name of the DNS, or one router, are alternatives."""
    grouped: dict[str, list[Chain]] = {}
    splits: dict[str, Resource] = {}
    for together in _behind_one_backend(graph, fleets):
        for nodes, split in _chains(graph, together):
            name = _group(nodes)
            if not name and split is not None:
                name = "/".join((nodes[0].key, split.key))
                splits[name] = split
            grouped.setdefault(name or "/".join((*(n.key for n in nodes), together[0].node.key)), []).append(
                Chain(nodes, together)
            )
    return tuple(_path(chains, splits.get(name)) for name, chains in grouped.items())


def _behind_one_backend(graph: ResourceGraph, fleets: tuple[Fleet, ...]) -> Iterator[tuple[Fleet, ...]]:
    """Fleets that one backend spreads its requests over stand in for each other."""
    taken: set[tuple[Resource, ...]] = set()
    inner = {key for fleet in fleets for key in _asked_fleets(graph, fleet)}
    order = {fleet.node.key: place for place, fleet in enumerate(fleets)}
    for fleet in fleets:
        if fleet.nodes in taken or fleet.node.key in inner:
            continue
        pools = [
            pool for pool in graph.sources(fleet.node, Relation.ROUTES_TO) if pool.kind == "backend_pool"
        ]
        behind = {target.key for pool in pools for target in graph.targets(pool, Relation.ROUTES_TO)}
        places = {order[key] for key in (fleet.node.key, *behind) if key in order}
        together = tuple(fleets[place] for place in sorted(places))
        taken.update(other.nodes for other in together)
        yield together


def _asked_fleets(graph: ResourceGraph, fleet: Fleet) -> Iterator[str]:
    """Model endpoints that another serving workload asks are its dependencies, not paths of their own."""
    for node in fleet.nodes:
        for target in graph.targets(node, *_ASKS):
            if target.kind == "model_endpoint" and target is not node:
                yield target.key


def _group(nodes: tuple[Resource, ...]) -> str:
    if not nodes:
        return ""
    root = nodes[0]
    name = root["name"].text()
    if root.kind == "dns_record" and name and root["policy"].one_of("simple") is not Truth.YES:
        return f"{root.instance.scope}:{name.rstrip('.')}"
    if any(part in root.type.lower() for part in _ROUTERS):
        return root.key
    return ""


def _chains(
    graph: ResourceGraph, together: tuple[Fleet, ...]
) -> tuple[tuple[tuple[Resource, ...], Resource | None], ...]:
    """Every way from an entry down to the fleet, in the things that count, and the pool on it that has others."""
    found: dict[tuple[Resource, ...], Resource | None] = {}
    start = together[0].node

    def climb(
        node: Resource, below: tuple[Resource, ...], seen: frozenset[str], split: Resource | None
    ) -> None:
        above = [source for source in _upstream(graph, node) if source.key not in seen]
        if not above or len(found) >= _MOST_CHAINS:
            found.setdefault(below, split)
        for source in above:
            chain = (source, *below) if source.kind in _ON_THE_WAY else below
            climb(source, chain, seen | {source.key}, source if _spreads(graph, source) else split)

    climb(start, (), frozenset({start.key}), None)
    whole = tuple((chain, split) for chain, split in found.items() if chain)
    # A backend without an entry of its own beside one that has one is no second way in.
    return whole or (((), None),)


def _spreads(graph: ResourceGraph, node: Resource) -> bool:
    """A pool of what has a fleet of its own behind it each: origins of a CDN in several regions."""
    if node.kind != "backend_pool":
        return False
    entries: set[str] = set()
    for member in graph.targets(node, Relation.ROUTES_TO):
        behind = graph.targets(member, Relation.ROUTES_TO) if member.kind == "address" else (member,)
        entries.update(entry.key for entry in behind if entry.kind in _ON_THE_WAY)
    return len(entries) > 1


def _upstream(graph: ResourceGraph, node: Resource) -> tuple[Resource, ...]:
    sources = graph.sources(node, Relation.ROUTES_TO, Relation.RESOLVES_TO)
    return tuple(source for source in sources if source.instance.mode is Mode.MANAGED)


def _path(chains: list[Chain], split: Resource | None) -> ServingPath:
    first = chains[0]
    name = first.nodes[0].address if first.nodes else first.fleets[0].name
    roots = dict.fromkeys(chain.nodes[0] for chain in chains if chain.nodes)
    if len(chains) == 1:
        return ServingPath(name, (first,), Truth.NO)
    if len(roots) == 1:
        # A router checks what it routes to; a pool does if it is told to.
        switch = split["health_check.enabled"].is_true() if split is not None else Truth.YES
        return ServingPath(name, tuple(chains), switch)
    chains.sort(key=lambda chain: not _primary(chain.nodes[0]))
    switch = Truth.any(_checked(root) for root in roots)
    record = chains[0].nodes[0]["name"].text() or name
    return ServingPath(record, tuple(chains), switch)


def _primary(record: Resource) -> bool:
    text = str(record.instance.get("failover_routing_policy").plain()) + str(
        record.instance.get("Failover").plain()
    )
    return "PRIMARY" in text


def _checked(record: Resource) -> Truth:
    """A dead target is noticed: by a health check, or by the health of what an alias names."""
    alias = record.instance.get("alias").items()
    evaluated = alias[0].get("evaluate_target_health").is_true() if alias else Truth.NO
    target = record.instance.get("AliasTarget").get("EvaluateTargetHealth").is_true()
    return record["health_checked"].is_true() | evaluated | target


def guards_of(graph: ResourceGraph, nodes: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """Firewalls that every request passes, also those that guard the backends of an entry."""
    found: dict[Resource, None] = {}
    for node in nodes:
        behind = (
            node,
            *(near for near in graph.reach(node, Relation.ROUTES_TO) if near.kind == "backend_pool"),
        )
        for one in behind:
            found.update(
                dict.fromkeys(guard for guard in graph.sources(one, Relation.PROTECTS) if guard.kind == "waf")
            )
    return tuple(found)


@record(frozen=True, slots=True)
class Criticality:
    """What is stated of single dependencies: address globs of what answers do without, and of what they need."""

    soft: tuple[str, ...] = ()
    hard: tuple[str, ...] = ()

    def of(self, node: Resource) -> str:
        """soft, hard, or empty where nothing is stated."""
        if any(matches(node, {"address": glob}) for glob in self.hard):
            return "hard"
        return "soft" if any(matches(node, {"address": glob}) for glob in self.soft) else ""


def criticality_of(requirements: Requirements) -> Criticality:
    """`assume.soft` and `assume.hard`."""
    soft, hard = (tuple(map(str, requirements.items(f"assume.{name}"))) for name in ("soft", "hard"))
    return Criticality(soft, hard)


def dependencies(
    graph: ResourceGraph, fleet: Fleet, stated: Criticality | None = None
) -> tuple[tuple[Resource, ...], tuple[tuple[Resource, str], ...]]:
    """What an answer needs, and what it does not (with the reason)."""
    hard: dict[Resource, None] = {}
    soft: dict[Resource, str] = {}
    for node in fleet.nodes:
        near = (*stores_of(graph, node), *graph.targets(node, *_ASKS))
        for other in (*near, *graph.targets(node, Relation.PLACED_IN), *_control_planes(graph, node)):
            if other in fleet.nodes or other.part_of is not None or other.instance.mode is not Mode.MANAGED:
                continue
            beside, said = _beside(other), stated.of(other) if stated else ""
            if said == "hard":
                hard[other] = None
            elif said == "soft":
                soft[other] = "answers do without it (`assume.soft`)"
            elif other.kind in _HARD and not beside:
                hard[other] = None
            elif other.kind in _HARD:
                soft[other] = beside
            elif other.kind in _SOFT:
                soft[other] = _SOFT[other.kind]
        for gate in _egress(graph, node):
            soft[gate] = _SOFT["egress"]
    return tuple(hard), tuple(soft.items())


def _control_planes(graph: ResourceGraph, node: Resource) -> Iterator[Resource]:
    """Of the node groups that it runs on."""
    for host in (node, *graph.targets(node, Relation.PLACED_IN)):
        if host.kind == "compute_group":
            yield from (owner for owner in graph.sources(host, Relation.CONTAINS) if owner.kind == "cluster")


def _beside(node: Resource) -> str:
    """Why a store of a kind that answers mostly need is not asked on each request; empty if it is."""
    if node.kind == "feature_store" and node["online"].is_true() is Truth.NO:
        return "it has no online store"
    if any(name in node.type.lower() for name in _ANALYTICAL):
        return "an analytical store, not asked on each request"
    return "read at the start, not on each request" if data_role(node) in _LOADED else ""


def _egress(graph: ResourceGraph, node: Resource) -> Iterator[Resource]:
    for subnet in graph.targets(node, Relation.PLACED_IN):
        for table in graph.targets(subnet, Relation.ROUTES_TO):
            for gate in graph.targets(table, Relation.ROUTES_TO):
                if gate.kind == "egress" and "nat" in gate.type.lower():
                    yield gate
