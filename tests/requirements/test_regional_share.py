"""Load over fleets of several regions."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlarchlint.model.truth import Truth
from tests.requirements.designs import design

FLEETS = """
provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "ireland"
  region = "eu-west-1"
}

resource "aws_sagemaker_endpoint_configuration" "here" {
  production_variants {
    variant_name           = "main"
    model_name             = "ranker"
    instance_type          = "ml.c5.large"
    initial_instance_count = %d
  }
}

resource "aws_sagemaker_endpoint" "here" {
  endpoint_config_name = aws_sagemaker_endpoint_configuration.here.name
}

resource "aws_sagemaker_endpoint_configuration" "there" {
  provider = aws.ireland

  production_variants {
    variant_name           = "main"
    model_name             = "ranker"
    instance_type          = "ml.c5.large"
    initial_instance_count = %d
  }
}

resource "aws_sagemaker_endpoint" "there" {
  provider             = aws.ireland
  endpoint_config_name = aws_sagemaker_endpoint_configuration.there.name
}
"""
NEEDS = """
traffic: {peak_rps: 100}
model: {throughput_rps: 25}
users: [{region: us-east, share: 0.5}, {region: london, share: 0.3}, {region: frankfurt, share: 0.2}]
"""


def test_users_are_served_by_the_nearest_region(tmp_path: Path) -> None:
    users = NEEDS.replace("share: 0.5", "share: 0.6").replace("share: 0.2", "share: 0.1")
    here, there = design(tmp_path, FLEETS % (4, 3), users).capacities
    assert (here.origin_peak, there.origin_peak) == pytest.approx((60, 40))
    assert (here.needed, there.needed) == (4, 3)
    assert here.enough is there.enough is Truth.YES
    assert "60% fall on this region" in here.load.how


def test_with_a_region_lost_the_other_carries_all(tmp_path: Path) -> None:
    needs = NEEDS + "resilience: {survive_region_loss: true}"
    here, there = design(tmp_path, FLEETS % (4, 6), needs).capacities
    assert (here.origin_peak, there.origin_peak) == pytest.approx((100, 100))
    assert (here.enough, there.enough) == (Truth.NO, Truth.YES)


def test_without_the_place_of_all_users_nothing_is_known_of_each_fleet(tmp_path: Path) -> None:
    for users in ("", "users: [{region: london}, {region: atlantis}]"):
        needs = "traffic: {peak_rps: 100}\nmodel: {throughput_rps: 25}\n" + users
        assert not any(one.alone for one in design(tmp_path, FLEETS % (4, 4), needs).capacities)


@given(st.integers(1, 99))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_parts_are_the_whole_and_survival_asks_for_no_less(tmp_path: Path, percent: int) -> None:
    users = f"users: [{{region: us-east, share: {percent / 100}}}, {{region: london, share: {1 - percent / 100:.2f}}}]"
    needs = "traffic: {peak_rps: 100}\nmodel: {throughput_rps: 25}\n" + users
    plain = design(tmp_path, FLEETS % (4, 4), needs).capacities
    survive = design(
        tmp_path, FLEETS % (4, 4), needs + "\nresilience: {survive_region_loss: true}"
    ).capacities
    assert sum(one.origin_peak for one in plain) == pytest.approx(100)
    assert all(after.origin_peak >= before.origin_peak for before, after in zip(plain, survive, strict=True))


def test_behind_a_failover_each_region_carries_all(tmp_path: Path) -> None:
    record = """
resource "aws_route53_record" "api" {
  zone_id        = "Z1"
  name           = "api.example.com"
  type           = "CNAME"
  ttl            = 60
  records        = ["here.example.com"]
  set_identifier = "here"

  failover_routing_policy {
    type = "PRIMARY"
  }
}
"""
    found = design(tmp_path, FLEETS % (4, 6) + record, NEEDS).capacities
    assert [one.origin_peak for one in found] == [100, 100]
