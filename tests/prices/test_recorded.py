"""Prices recorded by others, and those that follow from them, on tables of our own making."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import prices_alike
import prices_recorded
from prices_rows import Catalog, Row

DATE = "2026-01-01"


def row(cloud: str, region: str, service: str, sku: str, price: str, unit: str = "hour") -> Row:
    return Row(cloud, region, service, sku, unit, Decimal(price), "list", DATE)


def filled(*rows: Row) -> Catalog:
    catalog = Catalog()
    for one in rows:
        catalog.add(one)
    prices_alike.fill(catalog)
    return catalog


def test_a_line_stands_for_several_regions_and_a_family_for_its_sizes(tmp_path: Path) -> None:
    table = tmp_path / "table.tsv"
    table.write_text(
        "# a comment\n"
        "aws\teu-west-1,eu-west-3\tebs\tgp3\tGiB-month\t0.088\tpage\t2021-07-14\n"
        "azure\teastus\tpostgres\tgp-ddsv4-vcore\thour\t0.089\tlist\t2026-09-06\n"
    )
    catalog = Catalog()
    prices_recorded.read(catalog, table)
    assert catalog.price("aws", "eu-west-3", "ebs", "gp3") == Decimal("0.088")
    assert catalog.price("azure", "eastus", "postgres", "gp_standard_d4ds_v4") == Decimal("0.356")
    assert catalog.price("azure", "eastus", "postgres", "gp-ddsv4-vcore") is None


def test_a_line_with_a_field_too_few_stops_the_build(tmp_path: Path) -> None:
    table = tmp_path / "table.tsv"
    table.write_text("aws\teu-west-1\tebs\tgp3\t0.088\tpage\t2021-07-14\n")
    with pytest.raises(ValueError, match=r"table.tsv:1: 7 fields"):
        prices_recorded.read(Catalog(), table)


def test_cloud_sql_elsewhere_is_a_multiple_rounded_to_four_places() -> None:
    catalog = filled(
        row("google", "us-central1", "cloudsql", "vcpu", "0.0413"),
        row("google", "us-central1", "cloudsql", "memory", "5.11", "GiB-month"),
        row("google", "us-central1", "cloudsql", "plus-vcpu", "0.0537"),
        row("google", "us-west4", "cloudsql", "vcpu", "9"),
    )
    assert catalog.price("google", "europe-west3", "cloudsql", "vcpu") == Decimal("0.0496")
    assert catalog.price("google", "europe-west3", "cloudsql", "memory") == Decimal("0.0084") * 730
    assert catalog.price("google", "us-east4", "cloudsql", "plus-vcpu") == Decimal("0.0574")
    assert catalog.price("google", "us-west4", "cloudsql", "vcpu") == 9, "a price of its own stays"


def test_sizes_of_a_family_follow_the_one_that_is_known() -> None:
    catalog = filled(
        row("aws", "eu-west-1", "rds", "mysql:db.t4g.medium", "0.069"),
        row("aws", "eu-west-1", "rds", "mysql:db.t4g.large", "0.138"),
        row("aws", "eu-west-1", "rds", "oracle-ee:db.t4g.medium", "1"),
    )
    assert catalog.price("aws", "eu-west-1", "rds", "mysql:db.t4g.xlarge") == Decimal("0.276")
    assert catalog.rows["aws", "eu-west-1", "rds", "mysql:db.t4g.large"].source == "list"
    assert catalog.price("aws", "eu-west-1", "rds", "oracle-ee:db.t4g.large") is None
    assert catalog.price("aws", "eu-west-1", "rds", "mysql:db.t4g.micro") is None


def test_only_regions_that_share_the_first_price_share_the_later_ones() -> None:
    catalog = filled(
        row("azure", "eastus", "egress", "internet", "0.087", "GiB"),
        row("azure", "eastus", "egress", "internet@10335", "0.083", "GiB"),
        row("azure", "westeurope", "egress", "internet", "0.087", "GiB"),
        row("azure", "japaneast", "egress", "internet", "0.12", "GiB"),
    )
    assert catalog.price("azure", "westeurope", "egress", "internet@10335") == Decimal("0.083")
    assert catalog.price("azure", "japaneast", "egress", "internet@10335") is None


def test_idle_replicas_cost_what_memory_does() -> None:
    catalog = filled(row("azure", "eastus", "container-apps", "memory", "0.000003", "GiB-second"))
    found = catalog.rows["azure", "eastus", "container-apps", "vcpu-idle"]
    assert (found.price, found.unit) == (Decimal("0.000003"), "vCPU-second")


def test_what_is_uniform_is_so_in_commercial_regions_only() -> None:
    catalog = filled(row("aws", "us-east-1", "ecr", "storage", "0.1", "GiB-month"))
    assert catalog.price("aws", "ap-southeast-2", "ecr", "storage") == Decimal("0.1")
    assert catalog.price("aws", "us-gov-west-1", "ecr", "storage") is None
