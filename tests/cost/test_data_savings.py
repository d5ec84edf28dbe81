"""The dollars of the rules on data and idle capacity, worked out by hand from the catalog."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from mlarchlint.analysis.cost_data import between_regions, cost_of_copy, reading_costs
from mlarchlint.model.estimate import CostItem, ResourceEstimate
from mlarchlint.prices import embedded
from tests.test_fixtures import FIXTURES, scanned

EXPECTED = [
    # 1,000 GiB x 0.023
    ("MLA-CO009/terraform-aws", "aws_s3_bucket.dataset", "rewriting up to 1,000 GiB adds $23 a month each time"),
    # 1,000 GiB x (0.30 - 0.023)
    ("MLA-CO011/terraform-aws", "aws_efs_file_system.dataset", "saves up to $277 a month for 1,000 GiB"),
    # 2,048 GiB x (0.20 - 0.02)
    ("MLA-CO011/terraform-google", "google_filestore_instance.dataset", "saves up to $369 a month for 2,048 GiB"),
    # 1,000 GiB x 4 runs x 0.02
    ("MLA-CO012/terraform-aws", "aws_batch_job_definition.train", "between the regions 4 times costs $80 a month"),
    # 1,000 GiB x 4 runs x 0.05, against 1,000 x (0.02 - 0.0012)
    ("MLA-DG005/terraform-google", "google_storage_bucket.dataset", "costs up to $200, where the class saves $19"),
    # 1,000 GiB x (0.023 - 0.0125)
    ("MLA-DG005/terraform-aws", "aws_s3_bucket.history", "standard-ia saves up to $10 a month"),
    # 2 machines x 730 hours x 0.23
    ("MLA-CO015/terraform-aws", "aws_sagemaker_endpoint_configuration.ranker", "at least $336 a month"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "address", "claim"), EXPECTED, ids=lambda value: str(value)[:40])
def test_a_figure_is_that_of_the_catalog(case: str, address: str, claim: str) -> None:
    folder = FIXTURES / Path(case)
    found = scanned(folder, case.partition("/")[0]).findings
    messages = [finding.message for finding in found if finding.subject.address == address]
    assert any(claim in message for message in messages), messages


def stored(service: str, sku: str, gib: int) -> ResourceEstimate:
    row = embedded().price("google", "us-central1", service, sku)
    assert row is not None
    item = CostItem("storage", Decimal(0), Decimal(gib), "GiB-month", row)
    return ResourceEstimate("bucket", (item,))


def test_a_class_that_is_read_without_a_fee_has_no_reading_costs() -> None:
    found = stored("gcs", "standard", 100)
    assert cost_of_copy(found) == Decimal(2)
    assert reading_costs(found, "google", embedded()) is None


def test_the_price_between_regions_is_known_where_the_catalog_has_it() -> None:
    row = between_regions("aws", "us-west-2", embedded())
    assert row is not None
    assert row.price == Decimal("0.02")
    assert between_regions("google", "us-central1", embedded()) is None
