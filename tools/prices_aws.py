"""AWS: EC2, its spot and reserved prices, the price list's readable meters, managed instances."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from prices_regions import BY_NAME, BY_SLUG
from prices_rows import Catalog, Row, cents_of, decimal

RDS_ENGINES = {
    "MySQL": "mysql", "PostgreSQL": "postgres", "MariaDB": "mariadb",
    "Aurora MySQL": "aurora-mysql", "Aurora PostgreSQL": "aurora-postgresql",
}  # fmt: skip


def read(catalog: Catalog, source: Path) -> None:
    ec2(catalog, source / "aws")
    reserved(catalog, source / "aws")
    capacity_blocks(catalog, source / "aws")
    spot(catalog, source / "aws")
    meters(catalog, source / "aws")
    managed(catalog, source / "aws", "elasticache-instances.2025-04-24.json", "elasticache", "leaner-2025-04")
    managed(catalog, source / "aws", "opensearch-instances.2025-04-24.json", "opensearch", "leaner-2025-04")
    rds(catalog, source / "aws")
    sagemaker(catalog, source / "aws")


def ec2(catalog: Catalog, folder: Path) -> None:
    with (folder / "ec2-ondemand-linux-us-east-1.karpenter-2026-07-20.csv").open() as lines:
        for line in csv.DictReader(lines):
            price = decimal(line["usd_per_hour"])
            row = Row(
                "aws", "us-east-1", "ec2", line["instance_type"], "hour", price, "karpenter-aws", "2026-07-20"
            )
            catalog.add(row)
    with (folder / "ec2-ondemand-linux-all-regions.aws-price-2025-11-04.csv").open() as lines:
        for line in csv.DictReader(lines):
            region = BY_SLUG.get(line["region"])
            if region is None:
                continue  # Local and Wavelength Zones: no source here knows their codes
            price = decimal(line["usd_per_hour"])
            catalog.add(
                Row("aws", region, "ec2", line["instance_type"], "hour", price, "aws-price", "2025-11-04")
            )


def reserved(catalog: Catalog, folder: Path) -> None:
    types = json.loads((folder / "ec2-gpu-ondemand-reserved.tsaol-2026-01-21.json").read_text())
    for entry in types:
        for region, price in entry["pricing"].items():
            if price.get("reserved"):
                amount = decimal(price["reserved"])
                row = Row(
                    "aws", region, "ec2-reserved", entry["apiName"], "hour", amount, "tsaol", "2026-01-21"
                )
                catalog.add(row)


def capacity_blocks(catalog: Catalog, folder: Path) -> None:
    data = json.loads((folder / "capacity-blocks-pricing.2026-07-22.json").read_text())
    for name, entry in data["instance_types"].items():
        for price in entry["pricing"]:
            code = re.match(r"[a-z]{2}(-gov)?-[a-z]+-\d", price["region_code"])
            if code and "local zone" not in price["region"].lower():
                amount = decimal(price["hourly_rate_usd"])
                row = Row(
                    "aws",
                    code.group(),
                    "ec2-capacity-block",
                    name,
                    "hour",
                    amount,
                    "capacity-blocks",
                    "2026-07-22",
                )
                catalog.add(row)


def spot(catalog: Catalog, folder: Path) -> None:
    """Spot Advisor gives a saving in percent: the price is our product with the on-demand row."""
    advisor = json.loads((folder / "spot-advisor-data.2025-06-28.json").read_text())["spot_advisor"]
    for region, systems in advisor.items():
        for instance_type, advice in systems.get("Linux", {}).items():
            on_demand = catalog.price("aws", region, "ec2", instance_type)
            if on_demand is not None:
                price = cents_of(on_demand * (100 - Decimal(advice["s"])) / 100)
                catalog.add(
                    Row("aws", region, "ec2-spot", instance_type, "hour", price, "spot-advisor", "2025-06-28")
                )


def meters(catalog: Catalog, folder: Path) -> None:
    """The calculator feed: readable meters only, through the table `prices_meters.tsv`."""
    wanted = {(service, meter): rest for service, meter, *rest in meter_table()}
    with (folder / "aws-price-list-readable.2025.tsv").open() as lines:
        for line in csv.DictReader(lines, delimiter="\t"):
            target = wanted.get((line["service"], line["meter"]))
            region = BY_NAME.get(line["region_name"])
            if target is None or region is None:
                continue
            service, sku, unit, factor = target
            price = cents_of(decimal(line["usd"]) * Decimal(factor), 12)
            catalog.add(Row("aws", region, service, sku, unit, price, "aws-price", line["publication_date"]))
    cloudfront(catalog, folder)
    lustre(catalog, folder)
    nodes(catalog, folder)


def meter_table() -> Iterator[list[str]]:
    with (Path(__file__).parent / "prices_meters.tsv").open() as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                yield line.rstrip("\n").split("\t")


CDN_TIERS = {
    "First 10 TB": "", "Next 40 TB": "@10240", "next 100 TB": "@51200", "Next 350 TB": "@153600",
    "next 524 TB": "@512000", "Next 4 PB": "@1048576", "Over 5 PB": "@5242880",
}  # fmt: skip


def cloudfront(catalog: Catalog, folder: Path) -> None:
    """CloudFront is priced by the place of the edge, not by a region."""
    transfer = re.compile(r"Regional DT from (.+) to Internet (.+)$")
    requests = re.compile(r"Request (HTTPS?) Methods from (.+)$")
    with (folder / "aws-price-list-readable.2025.tsv").open() as lines:
        for line in csv.DictReader(lines, delimiter="\t"):
            if line["service"] != "cloudfront":
                continue
            if (found := transfer.match(line["meter"])) and found[2] in CDN_TIERS:
                sku, unit, factor = f"{place(found[1])}-data{CDN_TIERS[found[2]]}", "GB", 1
            elif found := requests.match(line["meter"]):
                sku, unit, factor = f"{place(found[2])}-{found[1].lower()}", "10k requests", 10000
            else:
                continue
            price = cents_of(decimal(line["usd"]) * factor, 12)
            date = line["publication_date"]
            catalog.add(Row("aws", "global", "cloudfront", sku, unit, price, "aws-price", date))


def place(name: str) -> str:
    return name.lower().replace(" ", "-")


# The feed names no throughput tier; prices rise with it, and 0.145 = 125 MB/s/TiB is confirmed
# for Persistent 2, so the order of the prices gives the tiers.
LUSTRE = {
    "SSD new": (
        "persistent-2-ssd-125",
        "persistent-2-ssd-250",
        "persistent-2-ssd-500",
        "persistent-2-ssd-1000",
    ),
    "SSD old": ("persistent-1-ssd-50", "persistent-1-ssd-100", "persistent-1-ssd-200"),
}


def lustre(catalog: Catalog, folder: Path) -> None:
    found: dict[tuple[str, str], set[Decimal]] = {}
    dates: dict[str, str] = {}
    with (folder / "aws-price-list-readable.2025.tsv").open() as lines:
        for line in csv.DictReader(lines, delimiter="\t"):
            region = BY_NAME.get(line["region_name"])
            if line["service"] == "fsx" and region and line["meter"] in LUSTRE:
                found.setdefault((region, line["meter"]), set()).add(decimal(line["usd"]))
                dates[region] = line["publication_date"]
    for (region, meter), prices in found.items():
        tiers = LUSTRE[meter]
        if len(prices) == len(tiers):
            for sku, price in zip(tiers, sorted(prices), strict=True):
                row = Row(
                    "aws",
                    region,
                    "fsx-lustre",
                    sku,
                    "GiB-month",
                    price,
                    "aws-price-lustre-order",
                    dates[region],
                )
                catalog.add(row)


NODES = (
    ("msk", re.compile(r"RunBroker ((?:m5|m7g|t3)\.\w+)$"), "msk", "kafka."),
    ("redshift", re.compile(r"((?:ra3|dc2) \w+) OnDemand Compute Instance"), "redshift", ""),
)


def nodes(catalog: Catalog, folder: Path) -> None:
    with (folder / "aws-price-list-readable.2025.tsv").open() as lines:
        for line in csv.DictReader(lines, delimiter="\t"):
            region = BY_NAME.get(line["region_name"])
            for feed, pattern, service, prefix in NODES:
                if region and line["service"] == feed and (found := pattern.match(line["meter"])):
                    sku = prefix + found[1].replace(" ", ".")
                    price, date = decimal(line["usd"]), line["publication_date"]
                    catalog.add(Row("aws", region, service, sku, "hour", price, "aws-price", date))


def managed(catalog: Catalog, folder: Path, file: str, service: str, source: str) -> None:
    for entry in json.loads((folder / file).read_text()):
        for region, engines in entry["pricing"].items():
            by_engine = engines if service == "elasticache" else {"": engines}
            for engine, price in by_engine.items():
                sku = (engine.lower() + ":" if engine else "") + entry["instance_type"]
                add_managed(catalog, region, service, sku, price, source)


def add_managed(
    catalog: Catalog, region: str, service: str, sku: str, price: dict[str, Any], source: str
) -> None:
    date = "2025-04-24"
    if price.get("ondemand"):
        catalog.add(Row("aws", region, service, sku, "hour", decimal(price["ondemand"]), source, date))
    for term, name in (("yrTerm1Standard.noUpfront", "1y"), ("yrTerm3Standard.noUpfront", "3y")):
        amount = price.get("reserved", {}).get(term)
        if amount:
            row = Row("aws", region, f"{service}-reserved-{name}", sku, "hour", decimal(amount), source, date)
            catalog.add(row)


def rds(catalog: Catalog, folder: Path) -> None:
    for entry in json.loads((folder / "rds-instances.2021-08-03.json").read_text()):
        for region, engines in entry["pricing"].items():
            for engine, price in engines.items():
                name = RDS_ENGINES.get(engine)
                if name and price.get("ondemand"):
                    sku = f"{name}:{entry['instance_type']}"
                    amount = decimal(price["ondemand"])
                    catalog.add(Row("aws", region, "rds", sku, "hour", amount, "vantage-rds", "2021-08-03"))


# From before the 2025 cut of the EC2 prices they follow, so known to be wrong.
STALE_SAGEMAKER = frozenset({"ml.p4d.24xlarge", "ml.p5.48xlarge"})


def sagemaker(catalog: Catalog, folder: Path) -> None:
    pattern = re.compile(r"^    (ml\.[\w.]+): ([\d.]+)\s*$")
    for line in (folder / "fmbench-pricing_fallback.yml").read_text().splitlines():
        found = pattern.match(line)
        if found and found[1] not in STALE_SAGEMAKER:
            price = decimal(found[2])
            catalog.add(
                Row("aws", "us-east-1", "sagemaker", found[1], "hour", price, "fmbench", "2025-01-26")
            )
