"""Databases and their clusters."""

from __future__ import annotations

import re
from decimal import Decimal

from mlarchlint.analysis.cost_ledger import ONE, ZERO, Bounds, Ledger, countable
from mlarchlint.analysis.cost_traffic import requests
from mlarchlint.analysis.cost_usage import HOURS
from mlarchlint.model.truth import Truth

MILLION = Decimal(1_000_000)
AURORA_GIB = Decimal(100)
# https://learn.microsoft.com/azure/azure-sql/database/service-tiers-vcore
VCORES = re.compile(r"(?P<tier>gp(_s)?_gen5)_(?P<count>\d+)$")
QUERY_HOURS = Decimal(60)


def database(ledger: Ledger) -> None:
    kind = ledger.resource.type.lower()
    if "dynamodb" in kind:
        _dynamodb(ledger)
    elif ledger.provider == "aws":
        _rds(ledger)
    elif ledger.provider == "google":
        _cloud_sql(ledger, kind)
    else:
        _azure(ledger, kind)


def copies(ledger: Ledger) -> Decimal:
    """A standby in another zone costs as much as the first."""
    value = ledger.resource["ha"]
    if value.is_unknown:
        ledger.gap("standby", f"whether there is one is not known: {value.why}", value)
    return Decimal(2) if ledger.text("ha") in ("multi_zone", "same_zone") else ONE


def _rds(ledger: Ledger) -> None:
    """Instances and clusters of RDS, DocumentDB, Neptune and Redshift."""
    kind, engine = ledger.resource.type.lower(), ledger.text("engine").lower()
    if "global" in kind:
        return
    if "redshift" in kind:
        _redshift(ledger)
        return
    if not any(
        word in kind for word in ("db_instance", "dbinstance", "rds", "docdb", "neptune", "dbcluster")
    ):
        ledger.gap("database", f"the catalog has no price of {ledger.resource.type}")
        return
    cluster = "cluster" in kind and "instance" not in kind
    if cluster and (engine.startswith("aurora") or engine in ("docdb", "neptune")):
        _aurora_cluster(ledger, engine)
        return
    times = Decimal(3) if cluster else copies(ledger)
    _class(ledger, engine, times)
    _rds_storage(ledger, times)


def instance(ledger: Ledger) -> None:
    """A member of a cluster; the cluster has the storage."""
    engine = ledger.text("engine").lower() or _cluster_engine(ledger)
    if ledger.text("instance_type") == "db.serverless":
        ledger.note("its capacity is priced with its cluster")
        return
    if ledger.provider != "aws":
        ledger.gap("database", f"the catalog has no price of {ledger.resource.type}")
        return
    _class(ledger, engine, ONE)


def _cluster_engine(ledger: Ledger) -> str:
    for other in ledger.costing.graph.targets(ledger.resource):
        if other.kind == "database" and (engine := other["engine"].text()):
            return engine.lower()
    for word in ("docdb", "neptune"):
        if word in ledger.resource.type.lower():
            return word
    return ""


def _class(ledger: Ledger, engine: str, times: Decimal) -> None:
    name, at = ledger.text("instance_type"), ledger.resource["instance_type"]
    if not name:
        ledger.gap("database", f"its class is not known{': ' + at.why if at.why else ''}", at)
    elif not engine:
        ledger.gap("database", "its engine is not known", ledger.resource["engine"])
    elif engine in ("docdb", "neptune"):
        ledger.add(name, engine, name, HOURS * times, None, at=at)
    else:
        label = f"{name}, {'multi-zone' if times > 1 else 'single zone'}"
        ledger.add(label, "rds", f"{rds_engine(engine)}:{name}", HOURS * times, None, at=at)


def _aurora_cluster(ledger: Ledger, engine: str) -> None:
    """Storage, and serverless capacity; the instances are resources of their own."""
    least, most = ledger.number("min_capacity"), ledger.number("max_capacity")
    if most is not None:
        low = min(least or ZERO, most) * HOURS
        ledger.add("Aurora capacity units", "rds", "aurora-serverless-v2", low, most * HOURS)
    used = ledger.used("storage_gb")
    low, high = (used, used) if used is not None else (ZERO, AURORA_GIB)
    said = () if used is not None else (f"none to {AURORA_GIB:f} GiB are assumed",)
    if engine == "docdb":
        ledger.add("storage", "docdb", "storage", low, high, *said)
    elif engine == "neptune":
        ledger.gap("storage", "the catalog has no price of Neptune storage")
    else:
        ledger.add("Aurora storage", "rds-storage", "aurora", low, high, *said)


def _redshift(ledger: Ledger) -> None:
    if "namespace" in ledger.resource.type.lower():
        return
    if ledger.resource["serverless"].is_true() is Truth.YES:
        units = ledger.number("min_capacity") or Decimal(128)
        used = ledger.used("monthly_hours")
        low, high = (used, used) if used is not None else (ZERO, QUERY_HOURS)
        said = () if used is not None else (f"none to {QUERY_HOURS:f} hours of queries are assumed",)
        ledger.add(f"{units:f} RPU", "redshift", "serverless-rpu", units * low, units * high, *said)
        return
    name, nodes = ledger.text("instance_type"), ledger.number("nodes") or ONE
    at = ledger.resource["instance_type"]
    if name:
        ledger.add(f"{nodes:f} x {name}", "redshift", name, HOURS * nodes, None, at=at)
    else:
        ledger.gap("warehouse", "its node type is not known", at)


def rds_engine(engine: str) -> str:
    for name in ("aurora-postgresql", "aurora-mysql", "postgres", "mysql", "mariadb"):
        if engine.startswith(name):
            return name
    return "aurora-mysql" if engine == "aurora" else engine


def _rds_storage(ledger: Ledger, times: Decimal) -> None:
    size = ledger.number("storage_gib")
    if size is None:
        ledger.gap("database storage", "its size is not known", ledger.resource["storage_gib"])
        return
    iops = ledger.number("iops")
    kind = (ledger.text("storage_type") or ("io1" if iops else "gp2")).lower()
    ledger.add(f"storage, {kind}", "rds-storage", kind, size * times)
    backup = ledger.used("additional_backup_storage_gb")
    if backup:
        ledger.add("further backups", "rds-storage", "backup", backup)
    # gp3 brings 3,000 IOPS, from 400 GiB on 12,000.
    included = Decimal(12_000 if size >= 400 else 3000)
    if kind == "gp3" and iops and iops > included:
        ledger.add(f"IOPS over {included:,.0f}", "rds-storage", "gp3-iops", (iops - included) * times)
    if kind in ("io1", "io2") and iops:
        ledger.add("provisioned IOPS", "rds-storage", f"{kind}-iops", iops * times)


def _dynamodb(ledger: Ledger) -> None:
    used = ledger.used("storage_gb")
    low, high = (used, used) if used is not None else (ZERO, Decimal(25))
    said = () if used is not None else ("none to 25 GiB are assumed",)
    ledger.add("table storage", "dynamodb", "storage", low, high, *said)
    restorable = ledger.used("pitr_backup_storage_gb")
    if restorable:
        ledger.add("point-in-time backups", "dynamodb", "pitr", restorable)
    mode = f"{ledger.text('billing_mode')} {ledger.text('capacity.mode')}".lower()
    if "provisioned" in mode:
        units = ledger.number("capacity.units") or ledger.number("min_capacity")
        if units is None:
            ledger.gap("provisioned capacity", "how many units is not known")
            return
        # The traits carry the reads; the writes stand beside them in the code.
        writes = countable(ledger.resource.instance.get("write_capacity").number())
        if writes is None:
            writes = units
            ledger.note("as many write units as read units are assumed")
        ledger.add("read capacity", "dynamodb", "read-capacity", units * HOURS)
        ledger.add("write capacity", "dynamodb", "write-capacity", writes * HOURS)
        return
    served = requests(ledger)
    reads = ledger.used("monthly_read_request_units")
    writes = ledger.used("monthly_write_request_units")
    read = Bounds(reads, reads) if reads is not None else served
    write = Bounds(writes, writes) if writes is not None else Bounds(ZERO, ZERO)
    ledger.add("read requests", "dynamodb", "read-on-demand", read.low / MILLION, read.high / MILLION)
    ledger.add("write requests", "dynamodb", "write-on-demand", write.low / MILLION, write.high / MILLION)


def _cloud_sql(ledger: Ledger, kind: str) -> None:
    if "sql" not in kind:
        ledger.gap("database", f"the catalog has no prices of {ledger.resource.type}")
        return
    name = ledger.text("instance_type") or ledger.text("tier")
    times = copies(ledger)
    custom = name.removeprefix("db-custom-").split("-") if name.startswith("db-custom-") else []
    if len(custom) == 2 and all(part.isdigit() for part in custom):
        cpus, gib = Decimal(custom[0]), Decimal(custom[1]) / 1024
        ledger.add(f"{name}, vCPU", "cloudsql", "vcpu", cpus * HOURS * times)
        ledger.add(f"{name}, memory", "cloudsql", "memory", gib * times)
    elif name:
        ledger.add(name, "cloudsql", name, HOURS * times, None, at=ledger.resource["instance_type"])
    else:
        ledger.gap("database", "its tier is not known", ledger.resource["instance_type"])
    size = ledger.number("storage_gib")
    if size is None:
        size = Decimal(10)
        ledger.note("10 GiB of storage are assumed")
    if "hdd" in ledger.text("storage_type").lower():
        ledger.gap(
            "HDD storage",
            "the catalog has no price of Cloud SQL HDD storage",
            ledger.resource["storage_type"],
        )
    else:
        ledger.add("SSD storage", "cloudsql", "ssd", size * times)
    backup = ledger.used("backup_storage_gb")
    if backup:
        ledger.add("backups", "cloudsql", "backup", backup)


def _azure(ledger: Ledger, kind: str) -> None:
    name = (ledger.text("instance_type") or ledger.text("tier")).lower()
    if "cosmos" in kind:
        units = ledger.number("capacity.units")
        if "account" in kind:
            return
        if units is None:
            ledger.gap("throughput", "its request units are not known")
            return
        ledger.add("throughput", "cosmos", "ru-100", units / 100 * HOURS)
        return
    if "mssql_database" in kind and (found := VCORES.match(name)):
        _sql_vcores(ledger, found["tier"], Decimal(found["count"]))
        return
    service = "postgres" if "postgres" in kind else "sql" if "sql" in kind and "mysql" not in kind else ""
    if not service or not name:
        ledger.gap("database", f"the catalog has no price of {ledger.resource.type}")
        return
    # Azure SQL has its replicas in the price; a standby of PostgreSQL costs as much as the first.
    times = ONE if service == "sql" else copies(ledger)
    ledger.add(name, service, name, HOURS * times, None, at=ledger.resource["instance_type"])
    size = ledger.number("storage_gib")
    if service == "postgres" and size is not None:
        ledger.add("storage", "postgres", "storage", size)


def _sql_vcores(ledger: Ledger, tier: str, count: Decimal) -> None:
    """Provisioned cores with their licence, or serverless ones between the least and all."""
    if "_s_" in tier:
        least = min(ledger.number("min_capacity") or ZERO, count) * HOURS
        said = "paused to always on" if not least else "the least to all of its cores"
        ledger.add("serverless vCores", "sql", f"{tier}_vcore", least, count * HOURS, said)
    else:
        ledger.add(f"{count:f} vCores", "sql", f"{tier}_vcore", count * HOURS)
        ledger.add("SQL licence", "sql", "licence-vcore", count * HOURS)
