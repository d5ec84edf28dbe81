"""Where data is said to stay, when the code tells its place and when it does not."""

from __future__ import annotations

from pathlib import Path

from mlarchlint.judgements import judgements
from mlarchlint.model.truth import Truth
from tests.requirements.designs import design

NEEDS = "data: {residency: {allowed_regions: [us-east-1]}}"
BUCKETS = "".join(f'\nresource "aws_s3_bucket" "{name}" {{\n  bucket = "acme-{name}"\n}}\n' for name in "ab")
PROVIDER = '\nprovider "aws" {\n  region = "%s"\n}\n'


def residency(folder: Path, terraform: str) -> tuple[Truth, str]:
    [found] = [one for one in judgements(design(folder, terraform, NEEDS)) if one.rule == "MLA-DG001"]
    return found.met, found.missing


def test_data_stays_where_the_provider_says(tmp_path: Path) -> None:
    assert residency(tmp_path, BUCKETS + PROVIDER % "us-east-1") == (Truth.YES, "")
    assert residency(tmp_path, BUCKETS + PROVIDER % "eu-west-1")[0] is Truth.NO


def test_no_region_at_all_is_no_proof_that_data_stays(tmp_path: Path) -> None:
    missing = "aws_s3_bucket.a and 1 more: the code does not say in which region"
    assert residency(tmp_path, BUCKETS) == (Truth.MAYBE, missing)


def test_what_decides_for_many_is_missing_once(tmp_path: Path) -> None:
    provider = 'variable "region" {}\nprovider "aws" {\n  region = var.region\n}\n'
    missing = "aws_s3_bucket.a and 1 more: var.region has no value"
    assert residency(tmp_path, BUCKETS + provider) == (Truth.MAYBE, missing)
