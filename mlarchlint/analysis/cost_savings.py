"""What another way to buy the same machines would save: for findings that speak of dollars."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from mlarchlint.analysis.cost_hours import COMMITTED, MANAGED, ON_DEMAND, SPOT
from mlarchlint.analysis.cost_ledger import countable
from mlarchlint.analysis.cost_sizes import smaller
from mlarchlint.analysis.cost_usage import HOURS, TRAINING_RUNS, Needs, decimal_of
from mlarchlint.model.estimate import CostItem, Money, PriceRow, ResourceEstimate
from mlarchlint.prices import Catalog


def saved_by_spot(found: ResourceEstimate, catalog: Catalog) -> Money | None:
    """A month's saving if all on-demand machines were spot; None where a spot price is not known."""
    return _saved(found, [(cloud, SPOT[cloud]) for cloud in SPOT], catalog)


def saved_by_commitment(found: ResourceEstimate, catalog: Catalog, term: str = "1y") -> Money | None:
    """A month's saving under a commitment of `1y` or `3y`; None where no such price is known."""
    services = [(cloud, service) for (cloud, years), service in COMMITTED.items() if years == term]
    return _saved(found, services, catalog)


def cost_of_run(found: ResourceEstimate, needs: Needs) -> Money:
    """At most what one run of a training job or cluster costs: the month without its steady part, by its runs."""
    runs = found.runs or countable(decimal_of(_wanted(needs, "training", "runs_per_month"))) or TRAINING_RUNS
    money = found.monthly
    return Money(Decimal(0), (money.high - money.low) / runs)


def saved_by_smaller(found: ResourceEstimate, provider: str, catalog: Catalog) -> Money | None:
    """A month's saving with the next smaller size of each machine; None where one has none or no price."""
    total = Money()
    known = False
    for item in found.items:
        managed = item.row.service in MANAGED.values()
        if not _cloud_on_demand(item) and not managed:
            continue
        spec = smaller(catalog, provider, item.row.sku)
        prefix = "ml." if item.row.sku.startswith("ml.") else ""
        row = spec and catalog.price(provider, item.row.region, item.row.service, prefix + spec.name)
        if not row:
            return None
        known = True
        saving = item.row.price - row.price
        total = total + Money(item.quantity_low * saving, item.quantity_high * saving)
    return total if known else None


def _wanted(needs: Needs, *steps: str) -> Any:
    found: Any = needs.get(".".join(steps))
    if found is None:
        found = needs
        for step in steps:
            found = found.get(step) if hasattr(found, "get") else None
    return found


def _saved(found: ResourceEstimate, services: Iterable[tuple[str, str]], catalog: Catalog) -> Money | None:
    cheaper = dict(services)
    low = high = Decimal(0)
    known = False
    for item in found.items:
        cloud = _cloud_on_demand(item)
        if not cloud:
            continue
        row = catalog.price(cloud, item.row.region, cheaper.get(cloud, ""), item.row.sku)
        if row is None:
            return None
        known = True
        saving = hourly(item.row) - hourly(row)
        hours = HOURS if item.row.unit == "month" else Decimal(1)
        low += item.quantity_low * hours * saving
        high += item.quantity_high * hours * saving
    return Money(low, high) if known else None


def _cloud_on_demand(item: CostItem) -> str:
    if item.row.service == "gce-sustained":
        return "google"
    return next((cloud for cloud, service in ON_DEMAND.items() if item.row.service == service), "")


def hourly(row: PriceRow) -> Decimal:
    return row.price / HOURS if row.unit == "month" else row.price
