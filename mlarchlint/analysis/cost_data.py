"""Dollars for findings about data: a further copy of it, reading it back, another place for it."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_advice import STORES
from mlarchlint.analysis.cost_usage import TRAINING_RUNS
from mlarchlint.model.estimate import PriceRow, ResourceEstimate
from mlarchlint.prices import Catalog

# The class of each provider's object storage that datasets in use belong in.
HOT = {"aws": ("s3", "standard"), "google": ("gcs", "standard"), "azure": ("blob", "hot-lrs")}
FILE_SYSTEMS = frozenset({"efs", "filestore", "files"})
RUNS = TRAINING_RUNS


def cost_of_copy(found: ResourceEstimate) -> Decimal:
    """At most so much a month for all that is stored, once more."""
    return sum((i.monthly.high for i in found.items if _stored(i.row.service, i.unit)), Decimal(0))


def reading_costs(found: ResourceEstimate, provider: str, catalog: Catalog) -> tuple[Decimal, Decimal] | None:
    """(reading all of it once, what its class saves a month), at most; None where a price is lacking."""
    read, saved = Decimal(0), Decimal(0)
    known = False
    for item in found.items:
        if not _stored(item.row.service, item.unit):
            continue
        row, sku = item.row, item.row.sku.partition("@")[0]
        fee = catalog.price(provider, row.region, row.service, f"{sku}-retrieval")
        hot = catalog.price(provider, row.region, row.service, _hot(row.service, sku))
        if fee is None or hot is None:
            return None
        known = True
        read += item.quantity_high * fee.price
        saved += item.quantity_high * (hot.price - row.price)
    return (read, saved) if known else None


def saved_by_object_store(
    found: ResourceEstimate, provider: str, catalog: Catalog
) -> tuple[Decimal, Decimal] | None:
    """(GiB, at most so much a month) if what a file system holds lay in object storage; None without a price."""
    size = saved = Decimal(0)
    for item in found.items:
        if item.row.service not in FILE_SYSTEMS or item.unit != "GiB-month":
            continue
        new = catalog.price(provider, item.row.region, *HOT[provider])
        if new is None:
            return None
        size += item.quantity_high
        saved += item.quantity_high * (item.row.price - new.price)
    return (size, saved) if saved > 0 else None


def between_regions(provider: str, region: str, catalog: Catalog) -> PriceRow | None:
    """A GiB out of one region into another of the same provider."""
    return catalog.price(provider, region, "egress", "inter-region")


def _stored(service: str, unit: str) -> bool:
    return service in STORES and unit == "GiB-month"


def _hot(service: str, sku: str) -> str:
    """`cool-zrs` of a storage account is `hot-zrs` while it is in use."""
    if service != "blob":
        return "standard"
    for cold in ("cool-", "cold-", "archive-"):
        if cold in sku:
            return sku.replace(cold, "hot-")
    return sku
