"""Dollars for findings about money: what runs steadily, what is stored, what a change would save."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_generations import DISKS, saved_by
from mlarchlint.analysis.cost_hours import MANAGED, ON_DEMAND
from mlarchlint.analysis.cost_usage import HOURS
from mlarchlint.model.estimate import CostItem, Money, ResourceEstimate
from mlarchlint.prices import Catalog

MACHINES = frozenset({*ON_DEMAND.values(), *MANAGED.values(), "gce-sustained"})
COMMITTABLE = frozenset({*ON_DEMAND.values(), "sagemaker", "gce-sustained"})
STORES = frozenset({"s3", "gcs", "blob", "efs"})
# Where data goes that is seldom read, and comes back at once when it is.
COLDER = {
    ("s3", "standard"): "standard-ia",
    ("gcs", "standard"): "nearline",
    ("efs", "standard"): "standard-ia",
    ("efs", "onezone"): "onezone-ia",
}


def machine_items(found: ResourceEstimate) -> list[CostItem]:
    return [item for item in found.items if item.row.service in MACHINES]


def steady_on_demand(found: ResourceEstimate) -> Decimal:
    """The part of a month's cost that machines on demand have in any case."""
    return sum((i.monthly.low for i in found.items if i.row.service in COMMITTABLE), Decimal(0))


def stored_gib(found: ResourceEstimate) -> Money:
    """GiB, from low to high."""
    total = Money()
    for item in found.items:
        if item.row.service in STORES and item.unit == "GiB-month":
            total = total + Money(item.quantity_low, item.quantity_high)
    return total


def saved_by_tiering(found: ResourceEstimate, provider: str, catalog: Catalog) -> tuple[str, Decimal] | None:
    """(the colder class, at most so much a month) if everything stored moved to it."""
    saved, colder = Decimal(0), ""
    for item in found.items:
        row = item.row
        if row.service not in STORES or item.unit != "GiB-month":
            continue
        sku = row.sku.partition("@")[0]
        target = COLDER.get((row.service, sku)) or (
            sku.replace("hot-", "cool-") if sku.startswith("hot-") else ""
        )
        new = catalog.price(provider, row.region, row.service, target) if target else None
        if new is not None:
            colder = target
            saved += item.quantity_high * (row.price - new.price)
    return (colder, saved) if saved > 0 else None


def saved_by_successor(
    found: ResourceEstimate, provider: str, old: str, new: str, catalog: Catalog
) -> Money | None:
    """A month's saving if machines of one type were of another; None where a price is lacking."""
    total, known = Money(), False
    prefix = "ml." if old.startswith("ml.") else ""
    for item in machine_items(found):
        if item.row.sku != old:
            continue
        row = catalog.price(provider, item.row.region, item.row.service, prefix + new)
        price = row.price if row is not None else None
        if price is None and item.row.service == "gce-sustained":  # not every family has such a price
            hourly = catalog.price(provider, item.row.region, "gce", new)
            price = hourly.price * HOURS if hourly is not None else None
        if price is None:
            return None
        saving, known = item.row.price - price, True
        total = total + Money(item.quantity_low * saving, item.quantity_high * saving)
    return total if known else None


def saved_by_disk(found: ResourceEstimate, old: str, catalog: Catalog) -> Money | None:
    """A month's saving if disks of a type were of the one that took its place."""
    total, known = Money(), False
    for item in found.items:
        if item.row.service == "ebs" and item.row.sku == old:
            saving = saved_by(catalog, "aws", item.row.region, "ebs", (old, DISKS[old]), Decimal(1))
            if saving is None:
                return None
            known = True
            total = total + Money(item.quantity_low * saving, item.quantity_high * saving)
    return total if known else None


# A machine of four processors that serves small models, by what bills it.
PROCESSORS = {
    "ec2": "c6i.xlarge",
    "sagemaker": "ml.c5.xlarge",
    "gce": "n2-standard-4",
    "gce-sustained": "n2-standard-4",
    "vertex": "n2-standard-4",
    "vm": "Standard_F4s_v2",
    "azure-ml": "Standard_F4s_v2",
}
CARD_SERVICES = frozenset({"gce-gpu", "gce-gpu-sustained", "vertex-gpu"})


def saved_by_processors(found: ResourceEstimate, provider: str, catalog: Catalog) -> tuple[str, Money] | None:
    """(a machine without accelerators, what it saves a month); None where a price is lacking."""
    name, total = "", Money()
    for item in machine_items(found):
        name = PROCESSORS[item.row.service]
        row = catalog.price(provider, item.row.region, item.row.service, name)
        if row is None:
            return None
        saving = item.row.price - row.price
        total = total + Money(item.quantity_low * saving, item.quantity_high * saving)
    for item in found.items:
        if item.row.service in CARD_SERVICES:
            total = total + item.monthly
    return (name, total) if name and total.high >= 1 else None
