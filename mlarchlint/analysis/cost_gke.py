"""Node pools that are written inside a GKE cluster: its default pool, and its `node_pool` blocks."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mlarchlint.analysis.cost_groups import GKE_NODES, zones_of_cluster
from mlarchlint.analysis.cost_hours import SPOT
from mlarchlint.analysis.cost_ledger import ONE, ZERO, Bounds, Ledger, countable
from mlarchlint.analysis.cost_usage import HOURS
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

# https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/NodeConfig: defaults.
USUAL_MACHINE, USUAL_DISK, USUAL_GIB = "e2-medium", "pd-standard", Decimal(100)
LOCAL_SSD_GIB = Decimal(375)


def own_pools(ledger: Ledger) -> None:
    body = ledger.resource.instance
    if ledger.resource["auto_mode"].is_true() is Truth.YES or body.get("cluster_autoscaling").is_unknown:
        ledger.use("Autopilot vCPU", "gke", "autopilot-vcpu", "autopilot_vcpu_count")
        ledger.use("Autopilot memory", "gke", "autopilot-memory", "autopilot_memory_gb")
        ledger.use("Autopilot storage", "gke", "autopilot-storage", "autopilot_ephemeral_storage_gb")
        return
    zones = zones_of_cluster(ledger.resource)
    pools = body.get("node_pool").items()
    removed = body.get("remove_default_node_pool")
    removed_for_sure = removed.is_known and removed.raw is True
    started = countable(body.get("initial_node_count").number())
    used = ledger.used("nodes")
    said = used if used is not None else started
    if said is None and not pools and _has_default_pool(ledger):
        said = GKE_NODES
        ledger.note(f"it keeps its default pool: {said:f} nodes a zone are assumed")
    if not removed_for_sure and not removed.is_unknown and said is not None:
        nodes = Bounds(said * zones, said * zones)
        _pool(ledger, "default pool", _first(body.get("node_config")), nodes)
    for place, pool in enumerate(pools):
        least, most = _count(ledger, place, pool)
        own = len(pool.get("node_locations").items())
        times = Decimal(own) if own else zones
        nodes = Bounds(least * times, most * times)
        _pool(ledger, f"pool {place + 1}", _first(pool.get("node_config")), nodes)


def _has_default_pool(ledger: Ledger) -> bool:
    """Nothing says how many nodes it starts with, nor that its default pool is removed.

    A module may make pools of its own: only where there are none is its cluster like a plain one.
    """
    body = ledger.resource.instance
    if not body.get("initial_node_count").is_absent:
        return False
    return ledger.resource.type == "google_container_cluster" or _alone(ledger)


def _alone(ledger: Ledger) -> bool:
    """Whether the cluster has no pools of its own as resources."""
    graph = ledger.costing.graph
    return not any(
        one.kind == "compute_group"
        for one in (*graph.targets(ledger.resource), *graph.sources(ledger.resource))
    )


def _count(ledger: Ledger, place: int, pool: Value) -> tuple[Decimal, Decimal]:
    used = ledger.used(f"node_pool[{place}].nodes")
    if used is not None:
        return used, used
    for name in ("node_count", "initial_node_count"):
        count = countable(pool.get(name).number())
        scaling = pool.get("autoscaling").items()
        if scaling:
            least = countable(scaling[0].get("min_node_count").number())
            most = countable(scaling[0].get("max_node_count").number())
            if least is not None and most is not None:
                return least, max(least, most)
        if count is not None:
            return count, count
    ledger.note(f"{GKE_NODES:f} nodes a zone are assumed for pool {place + 1}")
    return GKE_NODES, GKE_NODES


def _first(value: Value) -> Value:
    found = value.items()
    return found[0] if found else Value.absent(value.span)


def _pool(ledger: Ledger, label: str, config: Value, nodes: Bounds) -> None:
    name = config.get("machine_type").text() or USUAL_MACHINE
    spot = any(config.get(word).is_known and config.get(word).raw is True for word in ("spot", "preemptible"))
    sustained = None if spot else ledger.row("gce-sustained", name)
    row = sustained or ledger.row(SPOT["google"] if spot else "gce", name)
    if row is None:
        ledger.missing(f"{label}, {name}", f"gce {name}", config.get("machine_type"))
    else:
        unit = ONE if row.unit == "month" else HOURS
        ledger.charge(f"{label}, {name}{', spot' if spot else ''}", row, nodes.low * unit, nodes.high * unit)
    size = countable(config.get("disk_size_gb").number()) or USUAL_GIB
    disk = config.get("disk_type").text() or USUAL_DISK
    ledger.add(f"{label}, disks", "disk", disk, size * nodes.low, size * nodes.high)
    local = countable(config.get("local_ssd_count").number()) or ZERO
    scratch = LOCAL_SSD_GIB * local
    ledger.add(f"{label}, local SSD", "disk", "local-ssd", scratch * nodes.low, scratch * nodes.high)
    for card in config.get("guest_accelerator").items():
        _cards(ledger, label, card.mapping(), nodes, spot)


def _cards(ledger: Ledger, label: str, card: Mapping[str, Any], nodes: Bounds, spot: bool) -> None:
    kind, number = card.get("type"), card.get("count")
    name = (kind.text() or "") if kind is not None else ""
    count = countable(number.number()) if number is not None else None
    if name and count:
        service = "gce-gpu-spot" if spot else "gce-gpu-sustained"
        low, high = (count * n * HOURS for n in (nodes.low, nodes.high))
        ledger.add(f"{label}, {name}", service, name, low, high)
