"""RDS, Aurora, DocumentDB, Neptune and Redshift."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_ledger import ONE, ZERO, Bounds, Ledger, countable
from mlarchlint.analysis.cost_usage import HOURS
from mlarchlint.model.graph import Relation
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth

MILLION = 1_000_000
SECONDS = HOURS * 3600
AURORA_GIB = Decimal(100)
QUERY_HOURS = Decimal(60)
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html: the least sizes.
LEAST_GIB, LEAST_IO1_GIB, LEAST_IO1_IOPS = Decimal(20), Decimal(100), Decimal(1000)
# https://aws.amazon.com/rds/performance-insights/pricing/: a week of history is free.
FREE_DAYS = Decimal(7)
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support-versions.html: major versions
# whose standard support has ended; they pay by vCPU unless the lifecycle setting forbids it.
EXTENDED = {
    "mysql": regex(r"5\.7(\.|$)"),
    "postgres": regex(r"(11|12)(\.|$)"),
    "aurora-mysql": regex(r"5\.7(\.|$)"),
    "aurora-postgresql": regex(r"(11|12)(\.|$)"),
}


def rds(ledger: Ledger) -> None:
    """Instances and clusters; the members of a cluster are resources of their own."""
    kind, engine = ledger.resource.type.lower(), ledger.text("engine").lower()
    if "global" in kind:
        return
    if "redshift" in kind:
        redshift(ledger)
        return
    engine = engine or next((word for word in ("docdb", "neptune") if word in kind), "")
    if not any(
        word in kind for word in ("db_instance", "dbinstance", "rds", "docdb", "neptune", "dbcluster")
    ):
        ledger.gap("database", f"the catalog has no price of {ledger.resource.type}")
        return
    cluster = "cluster" in kind and "instance" not in kind
    if cluster and (engine.startswith("aurora") or engine in ("docdb", "neptune")):
        _cluster(ledger, engine)
        return
    if not engine:
        source = _source(ledger)
        engine = (source["engine"].text() or "").lower() if source is not None else ""
    times = Decimal(3) if cluster else copies(ledger)
    _class(ledger, engine, times)
    _storage(ledger, times)


def copies(ledger: Ledger) -> Decimal:
    """A standby in another zone costs as much as the first."""
    value = ledger.resource["ha"]
    if value.is_unknown:
        ledger.gap("standby", f"whether there is one is not known: {value.why}", value)
    return Decimal(2) if ledger.text("ha") in ("multi_zone", "same_zone") else ONE


def member(ledger: Ledger) -> None:
    """A member of a cluster; the cluster has the storage."""
    if ledger.provider != "aws":
        ledger.gap("database", f"the catalog has no price of {ledger.resource.type}")
        return
    cluster = _cluster_of(ledger)
    engine = ledger.text("engine").lower() or _engine_of(ledger, cluster)
    if ledger.text("instance_type") == "db.serverless":
        _capacity(ledger, cluster if cluster is not None else ledger.resource)
        return
    _class(ledger, engine, ONE)
    if engine in ("docdb", "neptune"):
        ledger.use("storage", engine, "storage", "data_storage_gb")
        ledger.use("I/O requests", engine, "io", "monthly_io_requests", per=MILLION)


def _cluster_of(ledger: Ledger) -> Resource | None:
    graph = ledger.costing.graph
    near = (*graph.targets(ledger.resource), *graph.sources(ledger.resource))
    return next((one for one in near if one.kind == "database"), None)


def _source(ledger: Ledger) -> Resource | None:
    """What a replica is made from."""
    graph = ledger.costing.graph
    near = (
        *graph.targets(ledger.resource),
        *graph.sources(ledger.resource, Relation.REPLICATES_TO),
    )
    return next((one for one in near if one.kind == "database"), None)


def _engine_of(ledger: Ledger, cluster: Resource | None) -> str:
    if cluster is not None and (engine := cluster["engine"].text()):
        return engine.lower()
    kind = ledger.resource.type.lower()
    return next((word for word in ("docdb", "neptune") if word in kind), "")


def _class(ledger: Ledger, engine: str, times: Decimal) -> None:
    name, at = ledger.text("instance_type"), ledger.resource["instance_type"]
    if not name:
        ledger.gap("database", f"its class is not known{': ' + at.why if at.why else ''}", at)
        return
    if not engine:
        ledger.gap("database", "its engine is not known", ledger.resource["engine"])
        return
    service = engine if engine in ("docdb", "neptune") else "rds"
    own = (ledger.resource.instance.get("license_model").text() or "").startswith("bring")
    sku = name if service == engine else f"{rds_engine(engine)}{'-byol' if own else ''}:{name}"
    label = name if service == engine else f"{name}, {'multi-zone' if times > 1 else 'single zone'}"
    term, row = str(ledger.stated("reserved_instance_term") or ""), None
    if term:
        unpaid = str(ledger.stated("reserved_instance_payment_option") or "no_upfront") == "no_upfront"
        row = ledger.row("rds-reserved", sku) if unpaid and term in ("1_year", "1yr") else None
    if term and row is not None:
        ledger.charge(f"{label}, reserved", row, HOURS * times)
    elif term:
        ledger.gap(f"{name}, reserved", "the catalog has no price of this reservation")
        ledger.add(label, service, sku, ZERO, HOURS * times, "on demand at most: it is reserved", at=at)
    else:
        ledger.add(label, service, sku, HOURS * times, None, at=at)
    spec = ledger.costing.catalog.spec("aws", name.removeprefix("db."))
    credits = ledger.used("monthly_cpu_credit_hrs")
    if credits:
        vcpus = ledger.used("vcpu_count") or (spec.vcpu if spec else None) or Decimal(2)
        if service == "docdb":
            vcpus = ONE
        aurora = "-aurora" if engine.startswith("aurora") else ""
        ledger.add("CPU credits", service, f"cpu-credits{aurora}", credits * vcpus)
    if service == "rds" and spec is not None and spec.vcpu:
        _extended_support(ledger, rds_engine(engine), spec.vcpu * times)
        days = countable(ledger.resource.instance.get("performance_insights_retention_period").number())
        if days is not None and days > FREE_DAYS:
            family = name.removeprefix("db.").partition(".")[0]
            ledger.add("Performance Insights, kept long", "rds", f"performance-insights:{family}", spec.vcpu)


def _extended_support(ledger: Ledger, engine: str, vcpus: Decimal) -> None:
    """From the price of the first year to that of the third: which year it is depends on the calendar."""
    version = ledger.text("engine_version") or ledger.text("version")
    version = version or ledger.resource.instance.get("engine_version").text() or ""
    pattern = EXTENDED.get(engine)
    lifecycle = ledger.resource.instance.get("engine_lifecycle_support").text() or ""
    if pattern is None or not pattern.match(version) or "disabled" in lifecycle:
        return
    first, third = (ledger.row("rds", f"extended-support-year-{year}") for year in (1, 3))
    if first is None:
        ledger.missing("extended support", "rds extended support")
        return
    most = third.price / first.price if third is not None else ONE
    why = f"version {version} is out of standard support: the first year's price to the third's"
    ledger.charge("extended support", first, vcpus * HOURS, vcpus * HOURS * most, (why,))


def rds_engine(engine: str) -> str:
    for name in ("aurora-postgresql", "aurora-mysql", "postgres", "mysql", "mariadb"):
        if engine.startswith(name):
            return name
    return "aurora-mysql" if engine == "aurora" else engine


def _cluster(ledger: Ledger, engine: str) -> None:
    """Storage, requests and backups; the instances are resources of their own."""
    graph = ledger.costing.graph
    members = [
        one
        for one in (*graph.targets(ledger.resource), *graph.sources(ledger.resource))
        if one.kind == "database_instance"
    ]
    if not any(one["instance_type"].text() == "db.serverless" for one in members):
        _capacity(ledger, ledger.resource)
    service, sku = ("rds-storage", "aurora") if engine.startswith("aurora") else (engine, "storage")
    if ledger.text("storage_type").lower() == "aurora-iopt1":
        sku = "aurora-iopt1"
    size, said = ledger.volume("storage_gb", "data_storage_gb", default=AURORA_GIB, what="GiB")
    ledger.add("storage", service, sku, size.low, size.high, *said)
    prefix = "aurora-" if engine.startswith("aurora") else ""
    a_second = (ledger.used("write_requests_per_sec") or ZERO) + (
        ledger.used("read_requests_per_sec") or ZERO
    )
    if sku != "aurora-iopt1":
        ledger.add("I/O requests", service, f"{prefix}io", a_second * SECONDS / MILLION)
    ledger.use("I/O requests", service, f"{prefix}io", "monthly_io_requests", per=MILLION)
    days = ledger.number("backup_days") or countable(
        ledger.resource.instance.get("backup_retention_period").number()
    )
    kept = ledger.used("backup_snapshot_size_gb")
    if kept and days and days > 1:  # the first day is free
        ledger.add("backups", service, f"{prefix}backup", kept * (days - 1))
    if (ledger.used("backup_storage_gb") or ZERO) and (days is None or days > 1 or engine == "docdb"):
        ledger.use("backups", service, f"{prefix}backup", "backup_storage_gb")
    if not prefix:
        return
    ledger.use("snapshot export", service, "snapshot-export", "snapshot_export_size_gb")
    changes = [ledger.used(name) for name in ("average_statements_per_hr", "change_records_per_statement")]
    window = ledger.used("backtrack_window_hrs")
    if engine in ("aurora", "aurora-mysql") and window and changes[0] and changes[1]:
        records = changes[0] * changes[1] * HOURS * window / MILLION
        ledger.add("backtrack", service, "backtrack", records)


def _capacity(ledger: Ledger, bounds: Resource) -> None:
    """Serverless capacity units: as used, or between the bounds of the cluster."""
    mode = (ledger.resource.instance.get("engine_mode").text() or "").lower()
    sku = "aurora-serverless-v1" if mode == "serverless" else "aurora-serverless-v2"
    used = ledger.used("capacity_units_per_hr")
    if used is not None:
        ledger.add("Aurora capacity units", "rds", sku, used * HOURS)
        return
    least, most = (countable(bounds[f"{end}_capacity"].number()) for end in ("min", "max"))
    if most is not None:
        ledger.add("Aurora capacity units", "rds", sku, min(least or ZERO, most) * HOURS, most * HOURS)
    elif ledger.resource.kind == "database_instance" or mode == "serverless":
        ledger.gap("capacity", "how many capacity units it uses is not known", bounds["max_capacity"])


def redshift(ledger: Ledger) -> None:
    if "namespace" in ledger.resource.type.lower():
        return
    if ledger.resource["serverless"].is_true() is Truth.YES:
        units = ledger.number("min_capacity") or Decimal(128)
        hours, said = ledger.volume("monthly_hours", default=QUERY_HOURS, what="hours of queries")
        low, high = units * hours.low, units * hours.high
        ledger.add(f"{units:f} RPU", "redshift", "serverless-rpu", low, high, *said)
        return
    name, nodes = ledger.text("instance_type"), ledger.number("nodes") or ONE
    at = ledger.resource["instance_type"]
    if name:
        ledger.add(f"{nodes:f} x {name}", "redshift", name, HOURS * nodes, None, at=at)
    else:
        ledger.gap("warehouse", "its node type is not known", at)
    # Further clusters for bursts cost what the first one does, by the second.
    burst = ledger.used("excess_concurrency_scaling_secs")
    if name and burst:
        ledger.add("concurrency scaling", "redshift", name, burst / 3600 * nodes)
    ledger.use("Spectrum", "redshift", "spectrum", "spectrum_data_scanned_tb")
    ledger.use("backups", "redshift", "backup", "backup_storage_gb")
    managed = ledger.used("managed_storage_gb")
    if managed:
        ledger.add("managed storage", "redshift", "managed-storage", managed)


def _storage(ledger: Ledger, times: Decimal) -> None:
    size, at = ledger.number("storage_gib"), ledger.resource["storage_gib"]
    if size is None and at.is_unknown:
        ledger.gap("database storage", f"its size is not known: {at.why}", at)
        return
    iops = ledger.number("iops")
    kind = (ledger.text("storage_type") or ("io1" if iops else "gp2")).lower()
    if size is None:
        source = _source(ledger)
        size = countable(source["storage_gib"].number()) if source is not None else None
        ledger.note(f"the size of what it is made from, else {LEAST_GIB:f} GiB, is assumed")
        size = size or LEAST_GIB
    if kind in ("io1", "io2"):
        size, iops = max(size, LEAST_IO1_GIB), max(iops or ZERO, LEAST_IO1_IOPS)
    ledger.add(f"storage, {kind}", "rds-storage", kind, size * times)
    operations = Bounds(ZERO, ZERO)
    if kind == "standard" and (asked := ledger.used("monthly_standard_io_requests")):
        operations = Bounds(asked, asked)
    ledger.add("I/O requests", "rds-storage", "standard-io", operations.low / MILLION)
    aurora = "aurora-" if ledger.text("engine").lower().startswith("aurora") else ""
    ledger.use("further backups", "rds-storage", f"{aurora}backup", "additional_backup_storage_gb")
    # gp3 brings 3,000 IOPS, from 400 GiB on 12,000.
    included = Decimal(12_000 if size >= 400 else 3000)
    if kind == "gp3" and iops and iops > included:
        ledger.add(f"IOPS over {included:,.0f}", "rds-storage", "gp3-iops", (iops - included) * times)
    if kind in ("io1", "io2") and iops:
        ledger.add("provisioned IOPS", "rds-storage", f"{kind}-iops", iops * times)
