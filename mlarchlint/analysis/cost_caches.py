"""Caches and search."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_ledger import ONE, ZERO, Ledger, countable
from mlarchlint.analysis.cost_usage import HOURS
from mlarchlint.model.graph import Relation
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
        count = _azure_nodes(ledger, sku)
        label = f"{count:f} nodes of {sku}" if count > 1 else f"cache, {sku}"
        ledger.charge(label, row, count * (ONE if row.unit == "month" else HOURS))
        return
    kind = ledger.resource.type.lower()
    if ledger.resource["serverless"].is_true() is Truth.YES or "memorydb" in kind or "dax" in kind:
        ledger.gap("cache", f"the catalog has no price of {ledger.resource.type}")
        return
    if not name:
        ledger.gap("cache", "its node type is not known", ledger.resource["instance_type"])
        return
    engine = (ledger.text("engine") or "redis").lower()
    said = ledger.number("nodes")
    if said is not None:
        nodes = most = said
    else:
        nodes, most = (_shards(ledger, end) * (ONE + _replicas(ledger, end)) for end in ("min", "max"))
    kept = ledger.used("snapshot_storage_size_gb")
    if kept:
        ledger.add("backups", "elasticache-storage", "backup", kept)
    at = ledger.resource["instance_type"]
    term = {"1_year": "1y", "3_year": "3y"}.get(str(ledger.stated("reserved_instance_term") or ""), "")
    unpaid = str(ledger.stated("reserved_instance_payment_option") or "no_upfront") == "no_upfront"
    service = f"elasticache-reserved-{term}" if term and unpaid else "elasticache"
    if term and not unpaid:
        ledger.gap("reservation", "the catalog has prices of reservations without payment ahead only")
        why = "on demand at most: it is reserved"
        ledger.add(f"{nodes:f} x {name}", "elasticache", f"{engine}:{name}", ZERO, HOURS * most, why, at=at)
        return
    ledger.add(f"{nodes:f} x {name}", service, f"{engine}:{name}", HOURS * nodes, HOURS * most, at=at)


def _shards(ledger: Ledger, end: str) -> Decimal:
    return _scaled(ledger, "nodegroups", end) or ledger.number("shards") or ONE


def _replicas(ledger: Ledger, end: str) -> Decimal:
    scaled = _scaled(ledger, "replicas", end)
    return scaled or ledger.number("replicas_per_shard") or ledger.number("replicas") or ZERO


def _scaled(ledger: Ledger, what: str, end: str) -> Decimal | None:
    """What a scaler keeps at least (`min`) or allows (`max`), whatever the cache says."""
    for scaler in ledger.costing.graph.sources(ledger.resource, Relation.SCALES):
        if (scaler["dimension"].text() or "").lower().endswith(what):
            return countable(scaler[end].number())
    return None


def _azure_nodes(ledger: Ledger, sku: str) -> Decimal:
    """Prices are of one node: Standard has two, Premium two or more for each shard, Managed Redis two."""
    if sku.startswith("basic"):
        return ONE
    body = ledger.resource.instance
    if "managed_redis" in ledger.resource.type:
        available = body.get("high_availability_enabled")
        return ONE if available.is_known and available.raw is False else Decimal(2)
    replicas = next(
        (
            found
            for name in ("replicas_per_primary", "replicas_per_master")
            if (found := countable(body.get(name).number()))
        ),
        ONE,
    )
    shards = max(ONE, countable(body.get("shard_count").number()) or ONE)
    return shards * (ONE + replicas) if sku.startswith("premium") else Decimal(2)


def _memorystore(ledger: Ledger) -> None:
    size = ledger.number("storage_gib") or ledger.number("capacity.units")
    if "redis_cluster" in ledger.resource.type:
        body = ledger.resource.instance
        kind = (body.get("node_type").text() or "REDIS_HIGHMEM_MEDIUM").lower().removeprefix("redis_")
        shards = countable(body.get("shard_count").number()) or ONE
        nodes = shards * (ONE + (countable(body.get("replica_count").number()) or ZERO))
        sku = f"cluster-{kind.replace('_', '-')}"
        ledger.add(f"{nodes:f} nodes, {kind}", "memorystore", sku, nodes * HOURS)
        ledger.use("backups", "memorystore", "cluster-backup", "backup_storage_gb")
        return
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
    if ledger.provider == "aws" and (name or "domain" in ledger.resource.type.lower()):
        _opensearch(ledger, name)
    elif ledger.provider == "azure" and ledger.text("tier"):
        units = (ledger.number("replicas") or ONE) * (ledger.number("shards") or ONE)
        ledger.add("search units", "search", ledger.text("tier").lower(), units * HOURS)
        images = ledger.used("monthly_images_extracted")
        if images:
            ledger.tiered("images", "search", "images", images, images, per=1000)
    else:
        ledger.gap("search", f"the catalog has no price of {ledger.resource.type}")


def _opensearch(ledger: Ledger, name: str) -> None:
    """Data nodes, dedicated masters and warm nodes, with their disks."""
    at = ledger.resource["instance_type"]
    config = next(
        (found[0] for block in CONFIGS if (found := ledger.resource.instance.get(block).items())), None
    )
    if not name:
        if at.is_unknown:
            ledger.gap("search", f"its instance type is not known: {at.why}", at)
            return
        name = "m4.large.search"
        ledger.note("no instance type is given: m4.large.search, the provider's default")
    nodes = ledger.number("nodes") or ONE
    _search_nodes(ledger, "data", name, nodes)
    size = ledger.number("storage_gib")
    if size:
        kind = (ledger.text("storage_type") or "gp2").lower()
        ledger.add(f"storage, {kind}", "opensearch-storage", kind, size * nodes)
        block = ledger.resource.instance.get("ebs_options").items()
        iops = countable(block[0].get("iops").number()) if block else None
        if iops and kind == "io1":
            ledger.add("IOPS", "opensearch-storage", "io1-iops", iops * nodes)
    if config is None:
        return
    for flag, type_name, count_name in DEDICATED:
        if config.get(flag).is_known and config.get(flag).raw is True:
            kind = config.get(type_name).text() or ""
            _search_nodes(
                ledger, flag.partition("_")[0], kind, countable(config.get(count_name).number()) or ONE
            )


CONFIGS = ("cluster_config", "ClusterConfig")
DEDICATED = (
    ("dedicated_master_enabled", "dedicated_master_type", "dedicated_master_count"),
    ("warm_enabled", "warm_type", "warm_count"),
    ("DedicatedMasterEnabled", "DedicatedMasterType", "DedicatedMasterCount"),
    ("WarmEnabled", "WarmType", "WarmCount"),
)


def _search_nodes(ledger: Ledger, what: str, name: str, nodes: Decimal) -> None:
    sku = name.replace(".elasticsearch", ".search")
    ledger.add(f"{nodes:f} {what.lower()} nodes, {name}", "opensearch", sku, nodes * HOURS)
