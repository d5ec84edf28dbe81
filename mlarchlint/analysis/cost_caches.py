"""Caches and search."""

from __future__ import annotations

from mlarchlint.analysis.cost_ledger import ONE, ZERO, Ledger
from mlarchlint.analysis.cost_usage import HOURS
from mlarchlint.model.truth import Truth

# https://cloud.google.com/memorystore/docs/redis/pricing: capacity tiers by GiB.
MEMORYSTORE = ((4, "m1"), (10, "m2"), (35, "m3"), (100, "m4"), (300, "m5"))


def cache(ledger: Ledger) -> None:
    if ledger.provider == "google":
        _memorystore(ledger)
        return
    name = ledger.text("instance_type")
    if ledger.provider == "azure":
        tier, units = ledger.text("tier"), ledger.number("capacity.units")
        sku = (name or tier).lower()
        if tier and len(name) == 1 and units is not None:
            sku = f"{tier}_{name}{units:f}".lower()  # a Standard cache of family C and capacity 3
        row = ledger.row("redis", sku)
        if row is None:
            ledger.missing("cache", f"redis {sku}", ledger.resource["instance_type"])
            return
        ledger.charge(f"cache, {sku}", row, ONE if row.unit == "month" else HOURS)
        return
    kind = ledger.resource.type.lower()
    if ledger.resource["serverless"].is_true() is Truth.YES or "memorydb" in kind or "dax" in kind:
        ledger.gap("cache", f"the catalog has no price of {ledger.resource.type}")
        return
    if not name:
        ledger.gap("cache", "its node type is not known", ledger.resource["instance_type"])
        return
    engine = (ledger.text("engine") or "redis").lower()
    nodes = ledger.number("nodes")
    if nodes is None:
        shards = ledger.number("shards") or ONE
        nodes = shards * (ONE + (ledger.number("replicas_per_shard") or ledger.number("replicas") or ZERO))
    kept = ledger.used("snapshot_storage_size_gb")
    if kept:
        ledger.add("backups", "elasticache-storage", "backup", kept)
    at = ledger.resource["instance_type"]
    ledger.add(f"{nodes:f} x {name}", "elasticache", f"{engine}:{name}", HOURS * nodes, None, at=at)


def _memorystore(ledger: Ledger) -> None:
    size = ledger.number("storage_gib") or ledger.number("capacity.units")
    if "redis_instance" not in ledger.resource.type:
        ledger.gap("cache", f"the catalog has no price of {ledger.resource.type}")
        return
    if size is None:
        ledger.gap("cache", "its memory is not known", ledger.resource["storage_gib"])
        return
    tier = next((name for limit, name in MEMORYSTORE if size <= limit), "m5")
    standby = ledger.text("ha") in ("multi_zone", "same_zone") or "standard" in ledger.text("tier").lower()
    kind = "standard" if standby else "basic"
    ledger.add(f"{size:f} GiB, {kind} {tier.upper()}", "memorystore", f"{kind}-{tier}", size)


def search(ledger: Ledger) -> None:
    """OpenSearch and AI Search."""
    name = ledger.text("instance_type")
    if "bedrockagent" in ledger.resource.type:
        return
    if ledger.provider == "aws" and name:
        nodes = ledger.number("nodes") or ONE
        sku = name.replace(".elasticsearch", ".search")
        ledger.add(
            f"{nodes:f} x {name}", "opensearch", sku, nodes * HOURS, at=ledger.resource["instance_type"]
        )
        size = ledger.number("storage_gib")
        if size:
            kind = (ledger.text("storage_type") or "gp2").lower()
            ledger.add(f"storage, {kind}", "opensearch-storage", kind, size * nodes)
    elif ledger.provider == "azure" and ledger.text("tier"):
        units = (ledger.number("replicas") or ONE) * (ledger.number("shards") or ONE)
        ledger.add("search units", "search", ledger.text("tier").lower(), units * HOURS)
    else:
        ledger.gap("search", f"the catalog has no price of {ledger.resource.type}")
