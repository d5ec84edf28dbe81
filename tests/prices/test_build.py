"""The builder on sources of our own making: order in the sources does not show in the bytes."""

from __future__ import annotations

import json
import random
import sys
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import prices_aws
import prices_azure
import prices_google
import prices_services
from prices_rows import Catalog, Row

EC2 = ["b.large,0.2", "a.large,0.1", "c.large,0.30"]
REGIONS = [
    "eu-west-1,a.large,0.11",
    "us-east-1,a.large,0.99",
    "eu-(milan),b.large,0.25",
    "us-west-(phoenix),a.large,0.2",
]


def write_sources(folder: Path, seed: int) -> Path:
    """The same facts in another order for each seed."""
    mixed = random.Random(seed)

    def shuffled(lines: list[str]) -> str:
        return "\n".join(mixed.sample(lines, len(lines))) + "\n"

    def put(name: str, text: str) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    put(
        "aws/ec2-ondemand-linux-us-east-1.karpenter-2026-07-20.csv",
        "instance_type,usd_per_hour\n" + shuffled(EC2),
    )
    put(
        "aws/ec2-ondemand-linux-all-regions.aws-price-2025-11-04.csv",
        "region,instance_type,usd_per_hour\n" + shuffled(REGIONS),
    )
    advice = {"a.large": {"s": 66, "r": 0}, "b.large": {"s": 33, "r": 1}, "gone.large": {"s": 10, "r": 1}}
    put(
        "aws/spot-advisor-data.2025-06-28.json",
        json.dumps({"spot_advisor": {"us-east-1": {"Linux": dict(mixed.sample(list(advice.items()), 3))}}}),
    )
    put(
        "azure/vm-ondemand-linux-all-regions.karpenter-azure-2026-06-18.csv",
        "region,vm_size,usd_per_hour\n" + shuffled(["eastus,Standard_B1s,0.0104", "eastus,Standard_A,1"]),
    )
    return folder


def build(source: Path, out: Path) -> dict[str, bytes]:
    catalog = Catalog()
    prices_aws.ec2(catalog, source / "aws")
    prices_aws.spot(catalog, source / "aws")
    prices_azure.machines(catalog, source / "azure")
    catalog.write(out)
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*.tsv"))}


def test_the_same_facts_give_the_same_bytes(tmp_path: Path) -> None:
    first = build(write_sources(tmp_path / "one", 1), tmp_path / "out1")
    second = build(write_sources(tmp_path / "two", 2), tmp_path / "out2")
    assert first == second
    assert set(first) == {"aws/eu-south-1.tsv", "aws/eu-west-1.tsv", "aws/us-east-1.tsv", "azure/eastus.tsv"}


def test_the_better_source_wins_and_spot_is_computed(tmp_path: Path) -> None:
    shard = build(write_sources(tmp_path / "one", 3), tmp_path / "out")["aws/us-east-1.tsv"].decode()
    assert shard == (
        "service\tsku\tunit\tprice\tsource\tas_of\n"
        "ec2\ta.large\thour\t0.1\tkarpenter-aws\t2026-07-20\n"
        "ec2\tb.large\thour\t0.2\tkarpenter-aws\t2026-07-20\n"
        "ec2\tc.large\thour\t0.3\tkarpenter-aws\t2026-07-20\n"
        "ec2-spot\ta.large\thour\t0.034\tspot-advisor\t2025-06-28\n"
        "ec2-spot\tb.large\thour\t0.134\tspot-advisor\t2025-06-28\n"
    )


def test_google_prices_by_region_and_purchase(tmp_path: Path) -> None:
    cost = {"hour": 0.19, "hour_spot": 0.06, "month": 97.0, "month_1y": 87.0, "month_3y": 62.0}
    flat = {"hour": 0.1, "month": 73.0}
    types = {"n1-x": {"cost": {"us-central1": cost}}, "e2-x": {"cost": {"us-central1": flat}}, "none": {}}
    catalog = Catalog()
    prices_google.instances(catalog, yaml.safe_load(yaml.safe_dump(types)))
    found = {(row.service, row.sku): row.price for row in catalog.rows.values()}
    assert found == {
        ("gce", "n1-x"): Decimal("0.19"),
        ("gce-spot", "n1-x"): Decimal("0.06"),
        ("gce-sustained", "n1-x"): Decimal("97"),
        ("gce-commit-1y", "n1-x"): Decimal("87"),
        ("gce-commit-3y", "n1-x"): Decimal("62"),
        ("gce", "e2-x"): Decimal("0.1"),
    }


def test_disagreement_is_recorded() -> None:
    catalog = Catalog()
    one = Row("aws", "us-east-1", "ec2", "a", "hour", Decimal("1"), "x", "2026-01-01")
    other = Row("aws", "us-east-1", "ec2", "a", "hour", Decimal("2"), "y", "2025-01-01")
    catalog.add(one)
    catalog.add(other)
    assert list(catalog.rows.values()) == [one]
    assert catalog.conflicts == [(one, other)]


def test_a_single_price_without_evidence_stops_the_build() -> None:
    goldens = {("aws", "lb_test", "Network load balancer"): [(Decimal("0.0225068"), "2024-07-01")]}
    found = prices_services.confirmed(
        goldens, "aws", "lb_test: Network load balancer", Decimal("0.0225"), "x:1"
    )
    assert found == "2024-07-01"
    with pytest.raises(ValueError, match=r"x:1.*has the price 0\.03"):
        prices_services.confirmed(goldens, "aws", "lb_test: Network load balancer", Decimal("0.03"), "x:1")
