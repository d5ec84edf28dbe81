"""Regions of Azure: their pairs, and which have no availability zones (data/azure_regions.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mlarchlint.data import table
from mlarchlint.measures import region as plain_region
from mlarchlint.model.resource import Resource


def pair_of(region: str) -> str | None:
    """Where the second copy of what is geo-redundant lies."""
    found: Mapping[str, str] = _table()["pairs"]
    return found.get(plain_region(region))


def region_without_zones(node: Resource) -> str | None:
    """Its region, where that has no availability zones at all."""
    region = node["region"].text() if node.provider == "azure" else None
    return region if region and is_without_zones(region) else None


def is_without_zones(region: str) -> bool:
    return plain_region(region) in _table()["without_zones"]


def other_region(region: str) -> str:
    """What to do about it, in words: its pair may have zones."""
    pair = pair_of(region)
    has = pair is not None and not is_without_zones(pair)
    return f"a region that has them, such as its pair {pair}" if has else "a region that has them"


def read_on() -> str:
    """The date of the table."""
    return str(_table()["read"])


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    data: Mapping[str, Any] = table("azure_regions.yaml")
    return data
