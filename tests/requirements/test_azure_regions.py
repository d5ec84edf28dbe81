"""Regions of Azure without availability zones, and their pairs."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.analysis.azure_regions import other_region, pair_of, region_without_zones
from mlarchlint.analysis.geography import metro_of
from mlarchlint.model.truth import Truth
from mlarchlint.notes import notes
from tests.requirements.designs import design

CACHE = """
resource "azurerm_redis_cache" "features" {
  name     = "features"
  location = "%s"
  capacity = 1
  family   = "P"
  sku_name = "Premium"
  zones    = ["1", "2"]
}
"""

MACHINE = """
resource "azurerm_linux_virtual_machine" "model" {
  name                  = "model"
  location              = "westeurope"
  resource_group_name   = "ml"
  size                  = "Standard_D4s_v5"
  network_interface_ids = ["/subscriptions/0/resourceGroups/ml/providers/Microsoft.Network/networkInterfaces/model"]
}
"""


@pytest.mark.parametrize(("location", "spread"), [("UK West", Truth.NO), ("uksouth", Truth.YES)])
def test_zones_that_a_region_has_not_are_none(tmp_path: Path, location: str, spread: Truth) -> None:
    made = design(tmp_path, CACHE % location, "slo: {availability: 99.9}")
    assert made.zones(made.graph["azurerm_redis_cache.features"]).multi is spread


def test_its_pair_is_proposed_only_where_that_has_zones() -> None:
    assert other_region("ukwest") == "a region that has them, such as its pair uksouth"
    assert other_region("westindia") == "a region that has them"


def test_other_clouds_have_zones_everywhere(tmp_path: Path) -> None:
    bucket = 'provider "aws" {\n  region = "us-west-1"\n}\n\nresource "aws_s3_bucket" "a" {}\n'
    assert region_without_zones(design(tmp_path, bucket, "users: []").graph["aws_s3_bucket.a"]) is None


def test_pairs_are_by_any_spelling_and_not_always_mutual() -> None:
    assert pair_of("West Europe") == "northeurope"
    assert (pair_of("westus3"), pair_of("eastus"), pair_of("polandcentral")) == ("eastus", "westus", None)
    assert metro_of("eastus") is not None


def test_a_candidate_without_zones_is_said_to_have_none(tmp_path: Path) -> None:
    needs = "data: {residency: {allowed_regions: [ukwest, uksouth]}}"
    found = {note.text.split(":")[0]: note.details for note in notes(design(tmp_path, MACHINE, needs))}
    assert "it has no availability zones" in found["the same design in ukwest"]
    assert "it has no availability zones" not in found["the same design in uksouth"]
