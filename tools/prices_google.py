"""Google Cloud: every machine type and region with spot and commitments, disks, buckets, network."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from prices_rows import Catalog, Row, cents_of, decimal

SOURCE, DATE = "gcosts", "2026-07-30"
CUSTOM = {"customCpuPricePerHour": ("vcpu", "hour"), "customMemoryPricePerHourPerGb": ("memory", "GiB-hour")}
MULTI = {"us-multi": "us", "europe-multi": "eu", "asia-multi": "asia"}
EGRESS_TIERS = {"0-1": "", "1-10": "@1024", "10n": "@10240"}
DISKS = {
    "balanced": "pd-balanced", "balanced-replicated": "regional-pd-balanced", "extreme": "pd-extreme",
    "hdd": "pd-standard", "hdd-replicated": "regional-pd-standard", "ssd": "pd-ssd",
    "ssd-replicated": "regional-pd-ssd", "hyperdisk-extreme": "hyperdisk-extreme", "local": "local-ssd",
    "snapshot": "snapshot",
}  # fmt: skip


def read(catalog: Catalog, source: Path) -> None:
    with (source / "gcp" / "pricing.gcosts-2026-07-30.yml").open() as text:
        data = yaml.load(text, Loader=yaml.CSafeLoader)
    instances(catalog, data["compute"]["instance"])
    disks(catalog, data["compute"]["storage"])
    network(catalog, data["compute"]["network"])
    buckets(catalog, data["storage"])
    gpus(catalog, source / "gcp")


def add(catalog: Catalog, region: str, service: str, sku: str, unit: str, price: object) -> None:
    catalog.add(Row("google", region, service, sku, unit, decimal(price), SOURCE, DATE))


def instances(catalog: Catalog, types: dict[str, Any]) -> None:
    for name, entry in types.items():
        for region, cost in entry.get("cost", {}).items():
            if "hour" not in cost:
                continue
            add(catalog, region, "gce", name, "hour", cost["hour"])
            if "hour_spot" in cost:
                add(catalog, region, "gce-spot", name, "hour", cost["hour_spot"])
            if "month" in cost and decimal(cost["month"]) < decimal(cost["hour"]) * 729:
                add(catalog, region, "gce-sustained", name, "month", cost["month"])
            for term in ("1y", "3y"):
                if f"month_{term}" in cost:
                    add(catalog, region, f"gce-commit-{term}", name, "month", cost[f"month_{term}"])


def disks(catalog: Catalog, kinds: dict[str, Any]) -> None:
    for kind, sku in DISKS.items():
        for region, cost in kinds[kind]["cost"].items():
            add(catalog, region, "disk", sku, "GiB-month", cost["month"])


def network(catalog: Catalog, parts: dict[str, Any]) -> None:
    for region, cost in parts["ip"]["vm"]["cost"].items():
        add(catalog, region, "ip", "in-use", "hour", cost["hour"])
    for region, cost in parts["ip"]["unused"]["cost"].items():
        add(catalog, region, "ip", "unused", "hour", cost["hour"])
    for region, cost in parts["nat"]["gateway"]["cost"].items():
        add(catalog, region, "nat", "gateway", "hour", cost["hour"])
    for region, cost in parts["nat"]["data"]["cost"].items():
        add(catalog, region, "nat", "data", "GiB", cost["month"])
    for region, cost in parts["vpn"]["tunnel"]["cost"].items():
        add(catalog, region, "vpn", "tunnel", "hour", cost["hour"])
    for tier, regions in parts["traffic"]["egress"]["internet"]["cost"].items():
        for region, cost in regions.items():
            add(catalog, region, "egress", "internet" + EGRESS_TIERS[tier], "GiB", cost["month"])


def buckets(catalog: Catalog, storage: dict[str, Any]) -> None:
    for part, suffix, unit in (("bucket", "", "GiB-month"), ("retrieval", "-retrieval", "GiB")):
        for name, entry in storage[part].items():
            kind = name.partition("-")[0].replace("archiv", "archive").replace("dra", "durable-reduced")
            for region, cost in entry["cost"].items():
                add(catalog, MULTI.get(region, region), "gcs", kind + suffix, unit, cost["month"])


def gpus(catalog: Catalog, folder: Path) -> None:
    """GPUs of N1 machines and custom machine types: the autoscaler's table, which knows no region."""
    tables = {"gpuPrices": "gce-gpu", "preemptibleGpuPrices": "gce-gpu-spot"}
    with (folder / "gce-price-info.autoscaler-2026-06-23.tsv").open() as lines:
        for line in csv.DictReader(lines, delimiter="\t"):
            custom = CUSTOM.get(line["table"])
            if custom:
                amount, sku = decimal(line["value_or_ratio"]), f"{line['key']}-{custom[0]}"
                catalog.add(
                    Row(
                        "google",
                        "global",
                        "gce-custom",
                        sku,
                        custom[1],
                        amount,
                        "autoscaler-gce",
                        "2026-06-23",
                    )
                )
            service = tables.get(line["table"])
            price = Decimal(line["value_or_ratio"]) if service else Decimal(0)
            if service and price:
                row = Row(
                    "google",
                    "global",
                    service,
                    line["key"],
                    "hour",
                    cents_of(price),
                    "autoscaler-gce",
                    "2026-06-23",
                )
                catalog.add(row)
