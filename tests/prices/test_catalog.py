from __future__ import annotations

import re
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from mlarchlint.prices import FOLDER, Catalog

SHARDS = sorted(path for cloud in ("aws", "google", "azure") for path in (FOLDER / cloud).glob("*.tsv"))
SPECS = sorted((FOLDER / "specs").glob("*.tsv"))
UNITS = frozenset({
    "hour", "month", "day", "run", "GiB-month", "GiB", "GB", "TB", "TiB", "MiB", "GB-second", "GHz-second",
    "GiB-second", "vCPU-second", "GiB-hour", "ACU-hour", "IOPS-month", "MiBps-month", "1k requests",
    "10k requests", "50k requests", "1M requests", "100 operations", "1k objects", "1k images", "10k tags",
    "1M records", "1M minutes", "100k objects", "GB-hour", "vCPU-hour", "second",
})  # fmt: skip


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog()


def rows(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]


def test_there_are_prices_of_every_cloud_and_many_regions() -> None:
    names = {(path.parent.name, path.stem) for path in SHARDS}
    for place in (("aws", "us-east-1"), ("aws", "eu-west-1"), ("google", "us-central1"), ("azure", "eastus")):
        assert place in names
    assert len(names) > 130


@pytest.mark.parametrize("path", SHARDS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_row_is_complete_and_in_order(path: Path) -> None:
    sources = yaml.safe_load((FOLDER / "sources.yaml").read_text(encoding="utf-8"))
    lines = path.read_bytes().split(b"\n")
    assert lines[0] == b"service\tsku\tunit\tprice\tsource\tas_of"
    assert lines[-1] == b""
    assert lines[1:-1] == sorted(lines[1:-1])
    seen = set()
    for service, sku, unit, price, source, as_of in rows(path):
        assert unit in UNITS, (service, sku, unit)
        assert re.fullmatch(r"\d+(\.\d+)?", price), (service, sku, price)
        assert source in sources
        assert date.fromisoformat(as_of) <= date(2026, 11, 23)
        assert (service, sku) not in seen
        seen.add((service, sku))


def test_every_source_names_origin_licence_and_date() -> None:
    sources = yaml.safe_load((FOLDER / "sources.yaml").read_text(encoding="utf-8"))
    for name, source in sources.items():
        assert set(source) == {"kind", "origin", "date", "licence", "covers"}, name
        assert isinstance(source["date"], date)
    named = {row[4] for path in SHARDS for row in rows(path)} | {
        row[-1] for path in SPECS for row in rows(path)
    }
    relations = {row[-1] for row in rows(FOLDER / "relations.tsv")}
    assert named | relations == set(sources), "every source is used, and every used one explained"


def test_the_catalog_stays_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*.tsv")) < 25 * 1024 * 1024


@pytest.mark.parametrize(
    ("provider", "region", "service", "sku", "price"),
    [
        ("aws", "us-east-1", "ec2", "t3.medium", "0.0416"),
        ("aws", "us-east-1", "ec2", "p4d.24xlarge", "21.9576"),
        ("aws", "us-east-1", "ec2", "p5.48xlarge", "55.04"),
        ("aws", "us-east-1", "lb", "alb", "0.0225"),
        ("aws", "us-east-1", "s3", "standard", "0.023"),
        ("aws", "us-east-1", "efs", "standard", "0.3"),
        ("aws", "us-east-1", "fsx-lustre", "persistent-2-ssd-125", "0.145"),
        ("aws", "us-east-1", "sagemaker", "ml.g5.2xlarge", "1.515"),
        ("aws", "us-east-1", "elasticache", "redis:cache.r7g.large", "0.219"),
        ("aws", "us-east-1", "opensearch", "m6g.large.search", "0.128"),
        ("google", "us-central1", "gce", "a2-highgpu-1g", "3.673385"),
        ("google", "us-central1", "disk", "pd-balanced", "0.1"),
        ("google", "us-central1", "gcs", "standard", "0.02"),
        ("google", "us", "gcs", "standard", "0.026"),
        ("google", "europe-west4", "gce-gpu", "nvidia-tesla-t4", "0.35"),
        ("azure", "eastus", "vm", "Standard_NC24ads_A100_v4", "3.673"),
        ("azure", "eastus", "blob", "hot-lrs", "0.0208"),
        ("azure", "westeurope", "logs", "ingest", "2.99"),
        ("aws", "eu-west-1", "ebs", "gp3", "0.088"),
        ("aws", "eu-west-2", "lb", "alb", "0.02646"),
        ("aws", "ap-southeast-1", "egress", "internet", "0.12"),
        ("aws", "eu-central-1", "rds", "postgres:db.t4g.medium", "0.074"),
        ("azure", "westeurope", "container-apps", "vcpu", "0.000034"),
        ("azure", "westeurope", "front-door", "standard-base", "35"),
        ("azure", "westeurope", "acr", "standard", "0.6666"),
        ("google", "europe-west3", "cloudsql", "vcpu", "0.0496"),
        ("google", "europe-west3", "cloud-run", "vcpu", "0.0000336"),
        ("google", "europe-west1", "waf", "acl", "5"),
    ],
)  # fmt: skip
def test_known_prices(
    catalog: Catalog, provider: str, region: str, service: str, sku: str, price: str
) -> None:
    row = catalog.price(provider, region, service, sku)
    assert row is not None
    assert row.price == Decimal(price)


def test_what_no_source_gives_is_none(catalog: Catalog) -> None:
    assert catalog.price("aws", "us-east-1", "ec2", "m99.large") is None
    assert catalog.price("aws", "us-east-1", "sagemaker", "ml.p5.48xlarge") is None
    assert catalog.price("google", "us-central1", "filestore", "enterprise") is None
    assert catalog.price("nowhere", "us-east-1", "ec2", "t3.medium") is None


def test_a_relation_names_itself_and_never_wins_over_a_price(catalog: Catalog) -> None:
    derived = catalog.price("google", "us-central1", "vertex", "n1-standard-4")
    assert derived is not None
    assert (derived.price, derived.source) == (Decimal("0.21849885"), "relation-vertex")
    own = catalog.price("aws", "us-east-1", "sagemaker", "ml.m5.xlarge")
    assert own is not None
    assert (own.price, own.source) == (Decimal("0.23"), "fmbench")


def test_relations_of_managed_machines_stay_close_to_the_prices_that_are_known(catalog: Catalog) -> None:
    for row in catalog.skus("aws", "us-east-1", "sagemaker"):
        derived = catalog._derived("aws", "us-east-1", "sagemaker", row.sku)
        if derived is not None and row.sku != "ml.inf2.xlarge":
            assert abs(derived.price - row.price) / row.price < Decimal("0.01"), row.sku


def test_tiers_come_in_order(catalog: Catalog) -> None:
    found = catalog.tiers("aws", "us-east-1", "egress", "internet")
    assert [(start, row.price) for start, row in found] == [
        (0, Decimal("0.09")),
        (10240, Decimal("0.085")),
        (51200, Decimal("0.07")),
        (153600, Decimal("0.05")),
    ]


@pytest.mark.parametrize("name", ["../specs/aws", "us-east-1\tx", "", "a\nb", "..", "us-east-1/../x", "Ü"])
def test_names_from_scanned_code_reach_no_other_file(catalog: Catalog, name: str) -> None:
    assert catalog.price("aws", name, "ec2", "t3.medium") is None
    assert catalog.price("aws", "us-east-1", "ec2", name) is None
    assert catalog.spec("aws", name) is None


def test_specifications_tell_accelerators_burst_and_retirement(catalog: Catalog) -> None:
    small, old = catalog.spec("aws", "t3.medium"), catalog.spec("aws", "p3.2xlarge")
    google, azure = catalog.spec("google", "a2-highgpu-1g"), catalog.spec("azure", "standard_nc4as_t4_v3")
    assert small is not None
    assert old is not None
    assert google is not None
    assert azure is not None
    assert (small.vcpu, small.memory_gib, small.burstable, small.retired) == (2, 4, True, False)
    assert (old.accelerator, old.accelerator_count, old.retired) == ("v100", 1, True)
    assert (google.accelerator, google.accelerator_memory_gib, google.memory_gib) == ("a100", 40, 85)
    assert (azure.accelerator, azure.vcpu, azure.memory_gib) == ("t4", 4, 28)


def test_specifications_are_complete_lines() -> None:
    for path in SPECS:
        header = path.read_text(encoding="utf-8").splitlines()[0].split("\t")
        names = set()
        for row in rows(path):
            assert len(row) == len(header)
            assert row[0] not in names
            names.add(row[0])


def test_a_lookup_takes_milliseconds() -> None:
    catalog = Catalog()
    start = time.perf_counter()
    catalog.price("aws", "us-east-1", "ec2", "t3.medium")
    first = time.perf_counter() - start
    start = time.perf_counter()
    for _ in range(100):
        catalog.price("aws", "us-east-1", "ec2", "z1d.xlarge")
    assert first < 0.05
    assert (time.perf_counter() - start) / 100 < 0.005
