"""Databases of Azure: SQL, MySQL, PostgreSQL and Cosmos DB."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_ledger import ZERO, Ledger, countable
from mlarchlint.analysis.cost_rds import copies
from mlarchlint.analysis.cost_usage import HOURS
from mlarchlint.model.regex import regex

# https://learn.microsoft.com/azure/azure-sql/database/service-tiers-vcore
VCORES = regex(r"(?P<tier>(gp|bc|hs)(_s)?_(gen5|m|dc))_(?P<count>\d+)$")
# https://learn.microsoft.com/azure/mysql/flexible-server/concepts-service-tiers-storage: IOPS within the price.
# https://learn.microsoft.com/azure/azure-sql/database/resource-limits-vcore-single-databases
LEAST_GIB, USUAL_GIB = Decimal(5), Decimal(32)
MYSQL_IOPS = Decimal(360)
# https://learn.microsoft.com/azure/azure-sql/managed-instance/resource-limits: GiB within the price.
INSTANCE_GIB = Decimal(32)
DWU = regex(r"dw(\d+)c$")


def azure(ledger: Ledger) -> None:
    kind = ledger.resource.type.lower()
    name = (ledger.text("instance_type") or ledger.text("tier")).lower()
    if "cosmos" in kind:
        cosmos(ledger)
    elif "mssql_database" in kind:
        _sql(ledger, name)
    elif "mssql_managed_instance" in kind:
        _managed_instance(ledger)
    elif "synapse_sql_pool" in kind:
        _synapse(ledger)
    elif "mysql_flexible" in kind and name:
        _flexible(ledger, "mysql", name)
        iops = countable(_block(ledger, "storage", "iops"))
        if iops is not None and iops > MYSQL_IOPS:
            ledger.add(f"IOPS over {MYSQL_IOPS:f}", "mysql", "iops", iops - MYSQL_IOPS)
    elif "postgresql_flexible" in kind and name:
        _flexible(ledger, "postgres", name)
    else:
        service = "postgres" if "postgres" in kind else "sql" if "sql" in kind and "mysql" not in kind else ""
        if not service or not name or service == "sql":
            ledger.gap("database", f"the catalog has no price of {ledger.resource.type}")
            return
        ledger.add(name, service, name, HOURS * copies(ledger), None, at=ledger.resource["instance_type"])


def _block(ledger: Ledger, block: str, name: str) -> Decimal | None:
    found = ledger.resource.instance.get(block).items()
    return found[0].get(name).number() if found else None


def _flexible(ledger: Ledger, service: str, name: str) -> None:
    """A standby costs as much as the first machine, and keeps a second copy of the data."""
    times = copies(ledger)
    ledger.add(name, service, name, HOURS * times, None, at=ledger.resource["instance_type"])
    size = ledger.number("storage_gib")
    if size is not None:
        ledger.add("storage", service, "storage", size * times)
    ledger.use("further backups", service, "backup", "additional_backup_storage_gb")


def _sql(ledger: Ledger, name: str) -> None:
    found = VCORES.match(name)
    if name.startswith("elasticpool") or not ledger.resource.instance.get("elastic_pool_id").is_absent:
        ledger.note("runs in its elastic pool, which is priced on its own")
        return
    if found is not None:
        _vcores(ledger, found["tier"], Decimal(found["count"]))
    elif name:
        ledger.add(name, "sql", name, HOURS, None, at=ledger.resource["instance_type"])
    else:
        ledger.gap("database", "its SKU is not known", ledger.resource["instance_type"])
    ledger.use("further storage", "sql", "dtu-storage", "extra_data_storage_gb")
    copy = (ledger.resource.instance.get("storage_account_type").text() or "Geo").lower()
    suffix = {"local": "lrs", "zone": "zrs"}.get(copy, "ra-grs")
    ledger.use("long-term retention", "sql", f"retention-{suffix}", "long_term_retention_storage_gb")
    ledger.use("point-in-time backups", "sql", f"pitr-{suffix}", "backup_storage_gb")


def _vcores(ledger: Ledger, tier: str, count: Decimal) -> None:
    """Provisioned cores with their licence, or serverless ones between the least and all."""
    zones = ledger.resource.instance.get("zone_redundant")
    redundant = zones.is_known and zones.raw is True
    if "_s_" in tier:
        used = ledger.used("monthly_vcore_hours")
        least = min(ledger.number("min_capacity") or ZERO, count) * HOURS
        low, high = (used, used) if used is not None else (least, count * HOURS)
        said = "paused to always on" if not least else "the least to all of its cores"
        ledger.add(
            "serverless vCores", "sql", f"{tier}_vcore", low, high, *(() if used is not None else (said,))
        )
    else:
        ledger.add(f"{count:f} vCores", "sql", f"{tier}_vcore", count * HOURS)
        if redundant and tier.startswith("gp"):
            ledger.add("zone redundancy", "sql", f"{tier}_zone", count * HOURS)
        replicas = countable(ledger.resource.instance.get("read_replica_count").number())
        if replicas:
            ledger.add(f"{replicas:f} replicas", "sql", f"{tier}_vcore", replicas * count * HOURS)
        if (ledger.resource.instance.get("license_type").text() or "").lower() != "baseprice":
            # Business Critical pays for the Enterprise licence, the other tiers for Standard.
            edition = "licence-vcore-bc" if tier.startswith("bc") else "licence-vcore"
            ledger.add("SQL licence", "sql", edition, count * HOURS)
    size = ledger.number("storage_gib") or countable(ledger.resource.instance.get("max_size_gb").number())
    sku = f"{tier[:2]}-storage{'-zone' if redundant and tier.startswith('gp') else ''}"
    if size is None:
        ledger.add("storage", "sql", sku, LEAST_GIB, USUAL_GIB, f"{LEAST_GIB} to {USUAL_GIB} GiB are assumed")
    else:
        ledger.add("storage", "sql", sku, size)


def _managed_instance(ledger: Ledger) -> None:
    """Cores with their licence; the first 32 GiB are in the price."""
    body = ledger.resource.instance
    sku, cores = (body.get("sku_name").text() or "").lower(), countable(body.get("vcores").number())
    if not sku or cores is None:
        ledger.gap("database", "its SKU or its number of cores is not known", body.get("sku_name"))
        return
    ledger.add(f"{cores:f} vCores", "sql", f"mi-{sku}_vcore", cores * HOURS, None, at=body.get("sku_name"))
    if (body.get("license_type").text() or "").lower() != "baseprice":
        ledger.add("SQL licence", "sql", "mi-licence-vcore", cores * HOURS)
    size = countable(body.get("storage_size_in_gb").number())
    if size is not None:
        ledger.add("storage", "sql", "mi-storage", max(ZERO, size - INSTANCE_GIB))
    ledger.use("point-in-time backups", "sql", "mi-backup", "backup_storage_gb")
    ledger.use("long-term retention", "sql", "mi-retention", "long_term_retention_storage_gb")


def _synapse(ledger: Ledger) -> None:
    """A dedicated pool: units by the hour, in blocks of a hundred, and what a usage file says is stored."""
    name = (ledger.resource.instance.get("sku_name").text() or "").lower()
    found = DWU.match(name)
    if found is None:
        ledger.gap("database", "its SKU is not known", ledger.resource.instance.get("sku_name"))
        return
    ledger.add(name.upper(), "synapse", "dw100c", HOURS * int(found[1]) / 100)
    ledger.use("storage", "synapse", "storage", "storage_tb")
    if ledger.stated("disaster_recovery_enabled") is not False:
        ledger.use("copies in another region", "synapse", "recovery", "storage_tb")


def cosmos(ledger: Ledger) -> None:
    """Databases and containers have request units and data; the account has neither."""
    if "account" in ledger.resource.type.lower():
        return
    units = ledger.number("capacity.units") or countable(ledger.resource.instance.get("throughput").number())
    scaled = countable(_block(ledger, "autoscale_settings", "max_throughput"))
    serverless = ledger.used("monthly_serverless_request_units")
    if serverless:
        ledger.add("request units", "cosmos", "serverless", serverless / 1_000_000)
    elif scaled is not None:
        share = ledger.used("max_request_units_utilization_percentage")
        low = scaled * (share / 100 if share is not None else Decimal("0.1"))
        high = low if share is not None else scaled
        said = () if share is not None else ("a tenth to all of the request units",)
        ledger.add(
            "autoscaled throughput",
            "cosmos",
            "ru-100-autoscale",
            low / 100 * HOURS,
            high / 100 * HOURS,
            *said,
        )
    elif units is not None:
        ledger.add("throughput", "cosmos", "ru-100", units / 100 * HOURS)
    elif ledger.resource["capacity.units"].is_unknown:
        ledger.gap("throughput", "its request units are not known")
    used = ledger.used("storage_gb")
    if used:
        ledger.add("data", "cosmos", "storage", used)
