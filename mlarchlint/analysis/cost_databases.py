"""Databases: which pricer a type has, DynamoDB, and those of Google."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_azure_data import azure
from mlarchlint.analysis.cost_ledger import ZERO, Bounds, Ledger, countable
from mlarchlint.analysis.cost_rds import copies, member, rds, rds_engine
from mlarchlint.analysis.cost_traffic import requests
from mlarchlint.analysis.cost_usage import HOURS
from mlarchlint.model.graph import Relation
from mlarchlint.model.regex import regex
from mlarchlint.model.truth import Truth

__all__ = ["database", "instance", "rds_engine"]

MILLION = 1_000_000
# https://cloud.google.com/sql/docs/mysql/instance-settings: GiB of memory for each vCPU.
CLOUD_SQL = regex(r"db-(n1-)?(?P<family>standard|highmem|lightweight)-(?P<vcpu>\d+)$")
EDITIONS = ("ENTERPRISE", "ENTERPRISE_PLUS")
# Enterprise Plus: eight GiB for each vCPU.
CLOUD_SQL_PLUS = regex(r"(?i)db-perf-optimized-n-(?P<vcpu>\d+)$")
PLUS_MEMORY_GIB = Decimal(8)
MEMORY_GIB = {"standard": Decimal("3.75"), "highmem": Decimal("6.5")}
LEAST_MEMORY_GIB = Decimal("3.75")


def database(ledger: Ledger) -> None:
    kind = ledger.resource.type.lower()
    if "dynamodb" in kind or "simpletable" in kind:
        _dynamodb(ledger)
    elif ledger.provider == "aws":
        rds(ledger)
    elif ledger.provider == "google":
        _google(ledger, kind)
    else:
        azure(ledger)


def instance(ledger: Ledger) -> None:
    member(ledger)


# -- DynamoDB --------------------------------------------------------------------------------


def _dynamodb(ledger: Ledger) -> None:
    size, said = ledger.volume("storage_gb", default=Decimal(25), what="GiB")
    ledger.add("table storage", "dynamodb", "storage", size.low, size.high, *said)
    ledger.use("point-in-time backups", "dynamodb", "pitr", "pitr_backup_storage_gb")
    ledger.use("backups", "dynamodb", "backup", "on_demand_backup_storage_gb")
    ledger.use("restored data", "dynamodb", "restore", "monthly_data_restored_gb")
    reads = ("monthly_streams_read_request_units",)
    ledger.use("reads of the stream", "dynamodb", "stream-read", *reads, per=MILLION)
    mode = f"{ledger.text('billing_mode')} {ledger.text('capacity.mode')}".lower()
    simple = ledger.resource.instance.get("ProvisionedThroughput")
    if simple.is_set() is not Truth.NO and "simpletable" in ledger.resource.type.lower():
        ledger.gap("provisioned capacity", "the units of a simple table are not read", simple)
        return
    if "provisioned" in mode:
        _provisioned(ledger)
        return
    served = requests(ledger)
    stated = [ledger.used(f"monthly_{way}_request_units") for way in ("read", "write")]
    read = served if stated[0] is None else Bounds(stated[0], stated[0])
    write = Bounds(ZERO, ZERO) if stated[1] is None else Bounds(stated[1], stated[1])
    ledger.add("read requests", "dynamodb", "read-on-demand", read.low / MILLION, read.high / MILLION)
    ledger.add("write requests", "dynamodb", "write-on-demand", write.low / MILLION, write.high / MILLION)
    for place in _replicas(ledger):
        row = ledger.row("dynamodb", "write-on-demand", place)
        if row is not None:
            ledger.charge(f"writes of the replica in {place}", row, write.low / MILLION, write.high / MILLION)


def _provisioned(ledger: Ledger) -> None:
    units = ledger.number("capacity.units") or ledger.number("min_capacity")
    # The traits carry the reads; the writes stand beside them in the code.
    writes = countable(ledger.resource.instance.get("write_capacity").number())
    if units is not None and writes is None:
        writes = units
        ledger.note("as many write units as read units are assumed")
    read = _scaled(ledger, "ReadCapacityUnits", units)
    write = _scaled(ledger, "WriteCapacityUnits", writes)
    if read is None or write is None:
        ledger.gap("provisioned capacity", "how many units is not known")
        return
    ledger.add("read capacity", "dynamodb", "read-capacity", read.low * HOURS, read.high * HOURS)
    ledger.add("write capacity", "dynamodb", "write-capacity", write.low * HOURS, write.high * HOURS)
    for place in _replicas(ledger):
        row = ledger.row("dynamodb", "write-capacity", place)
        if row is None:
            ledger.gap("replica", f"the catalog has no price of write capacity in {place}")
        else:
            ledger.charge(f"writes of the replica in {place}", row, write.low * HOURS, write.high * HOURS)


def _scaled(ledger: Ledger, dimension: str, units: Decimal | None) -> Bounds | None:
    """Between the bounds of the scaler of this dimension, or as its usage says."""
    for scaler in ledger.costing.graph.sources(ledger.resource, Relation.SCALES):
        if dimension not in (scaler.instance.get("scalable_dimension").text() or ""):
            continue
        said = countable(_number(ledger.costing.usage.of(scaler, None).get("capacity")))
        low, high = countable(scaler["min"].number()), countable(scaler["max"].number())
        if said is not None:
            return Bounds(said, said)
        if low is not None:
            return Bounds(low, max(low, high or low))
    return None if units is None else Bounds(units, units)


def _number(found: object) -> Decimal | None:
    return Decimal(str(found)) if isinstance(found, (int, float)) and not isinstance(found, bool) else None


def _replicas(ledger: Ledger) -> list[str]:
    places = [one.get("region_name").text() for one in ledger.resource.instance.get("replica").items()]
    return [place for place in places if place]


# -- Google ----------------------------------------------------------------------------------


def _google(ledger: Ledger, kind: str) -> None:
    if "bigquery" in kind:
        ledger.use("queries", "bigquery", "queries", "monthly_queries_tb")
        return
    if "sql" not in kind:
        ledger.gap("database", f"the catalog has no prices of {ledger.resource.type}")
        return
    tier = ledger.text("tier")
    name = ledger.text("instance_type") or ("" if tier.upper() in EDITIONS else tier)
    _cloud_sql_machine(ledger, name, copies(ledger))
    _cloud_sql_storage(ledger, copies(ledger))
    ledger.use("backups", "cloudsql", "backup", "backup_storage_gb")
    if not _private_only(ledger) and ledger.row("cloudsql", "ip-unused") is not None:
        ledger.add("public address, while the instance is stopped", "cloudsql", "ip-unused", ZERO, HOURS)


def _private_only(ledger: Ledger) -> bool:
    for settings in ledger.resource.instance.get("settings").items():
        for block in settings.get("ip_configuration").items():
            enabled = block.get("ipv4_enabled")
            return enabled.is_known and enabled.raw is False
    return False


def _cloud_sql_machine(ledger: Ledger, name: str, times: Decimal) -> None:
    at = ledger.resource["instance_type"]
    if not name:
        ledger.gap("database", "its tier is not known", at)
        return
    mysql = "mysql" in ledger.text("engine").lower() or "mysql" in ledger.text("engine_version").lower()
    shared = name in ("db-f1-micro", "db-g1-small")
    if (mysql or shared) and _by_machine(ledger, name, times):
        return
    plus = CLOUD_SQL_PLUS.match(name)
    if plus is not None:
        cpus = Decimal(plus["vcpu"])
        ledger.add(f"{name}, vCPU", "cloudsql", "plus-vcpu", cpus * HOURS * times)
        ledger.add(f"{name}, memory", "cloudsql", "plus-memory", cpus * PLUS_MEMORY_GIB * times)
        return
    shape = _shape(name)
    if shape is None:
        ledger.add(name, "cloudsql", name, HOURS * times, None, at=at)
        return
    cpus, gib = shape
    ledger.add(f"{name}, vCPU", "cloudsql", "vcpu", cpus * HOURS * times)
    ledger.add(f"{name}, memory", "cloudsql", "memory", gib * times)


def _by_machine(ledger: Ledger, name: str, times: Decimal) -> bool:
    """MySQL on named machines has their price; one for two zones where it is known."""
    pair = ledger.row("cloudsql", f"{name}-ha") if times > 1 else None
    row = pair or ledger.row("cloudsql", name)
    if row is None:
        return False
    ledger.charge(name, row, HOURS if pair is not None else HOURS * times)
    return True


def _shape(name: str) -> tuple[Decimal, Decimal] | None:
    """(vCPU, GiB) of `db-custom-4-15360` and `db-n1-standard-4`."""
    custom = name.removeprefix("db-custom-").split("-") if name.startswith("db-custom-") else []
    if len(custom) == 2 and all(part.isdigit() for part in custom):
        return Decimal(custom[0]), Decimal(custom[1]) / 1024
    found = CLOUD_SQL.match(name)
    if found is None:
        return None
    cpus = Decimal(found["vcpu"])
    # A lightweight preset has the least memory, whatever its processors.
    gib = MEMORY_GIB.get(found["family"])
    return cpus, cpus * gib if gib is not None else LEAST_MEMORY_GIB


def _cloud_sql_storage(ledger: Ledger, times: Decimal) -> None:
    size = ledger.number("storage_gib")
    if size is None:
        size = Decimal(10)
        ledger.note("10 GiB of storage are assumed")
    disk = "hdd" if "hdd" in ledger.text("storage_type").lower() else "ssd"
    ledger.add(f"{disk.upper()} storage", "cloudsql", disk, size * times)
