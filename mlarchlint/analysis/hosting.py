"""How many replicas the accelerators of the nodes allow, whatever the autoscaler says."""

from __future__ import annotations

from mlarchlint.analysis.machine_tables import accelerators
from mlarchlint.analysis.replicas import replicas_of
from mlarchlint.analysis.role_signals import is_accelerated
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.value import Value


@record(frozen=True, slots=True)
class Ceiling:
    """most: replicas that find the accelerators they ask for. how: the arithmetic. at: what bounds it."""

    most: int
    how: str
    at: Value


def ceiling_of(graph: ResourceGraph, node: Resource) -> Ceiling | None:
    """Over all node groups it may land on; None where one of the numbers is not known."""
    asked = node["requests.gpu"].number() or node["limits.gpu"].number()
    hosts = [host for host in graph.targets(node, Relation.PLACED_IN) if host.kind == "compute_group"]
    if node.kind != "container_service" or not asked or not hosts:
        return None
    total, parts = 0, []
    for host in hosts:
        each = accelerators_of(host)
        most = replicas_of(graph, host).most.number()
        if each is None or most is None:
            return None
        total += int(most) * (each // int(asked))
        parts.append(f"{most:g} nodes of {host.address} with {each} each")
    how = f"each replica asks for {asked:g} accelerator{'s' if asked > 1 else ''}, and there are at most {', '.join(parts)}"
    at = replicas_of(graph, hosts[0]).most
    return Ceiling(total, how, at)


def accelerators_of(host: Resource) -> int | None:
    """Of one node: as written, else as its machine type has them. None where that is not known."""
    if _shared(host):
        return None
    written = host["accelerator.count"]
    if not written.is_absent:
        count = written.number()
        return int(count) if count is not None else None
    types = [
        value for value in (host["instance_type"], *host["instance_types"].items()) if not value.is_absent
    ]
    known = {_cards(host.provider, value.text()) for value in types}
    return next(iter(known)) if len(known) == 1 else None


def _cards(provider: str, machine: str | None) -> int | None:
    """None also for a type whose family has cards and whose number is in no table."""
    count = accelerators(provider, machine) if machine else None
    return count if count or not is_accelerated(provider, machine or "") else None


def _shared(host: Resource) -> bool:
    """Several pods share a card: by time, or by partitions."""
    cards = host.instance.get("node_config").get("guest_accelerator").items()
    return any(
        not card.get(name).is_absent
        for card in cards
        for name in ("gpu_sharing_config", "gpu_partition_size")
    )
