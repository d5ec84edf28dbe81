"""The same design in other regions of its provider: what it would cost there, and what is not sold there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from mlarchlint.analysis.cost_hours import MANAGED
from mlarchlint.analysis.geography import metro_of, metros, round_trip
from mlarchlint.analysis.machine_offers import PRICE_LISTS, unsold
from mlarchlint.analysis.service_offers import Lacking, lacking_service
from mlarchlint.model.estimate import CostItem, Estimate, Money
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.prices import GLOBAL, Catalog

PROVIDERS = ("aws", "google", "azure")
_MOST = 5
_MACHINES = (*PRICE_LISTS.values(), *MANAGED.values())
_WITH_MACHINES = ("compute_instance", "compute_group", "model_endpoint", "notebook", "training_cluster")


@record(frozen=True, slots=True)
class Offer:
    """here: what the items that have a price in both regions cost now. there: in the other region.

    unsold: (address, machine) that has a price here, none there, while other machines have. unpriced: what the catalog
    has no price of there; left_out: what all that costs now.
    """

    provider: str
    region: str
    here: Money
    there: Money
    unsold: tuple[tuple[str, str], ...]
    unpriced: tuple[str, ...]
    left_out: Money


@record(frozen=True, slots=True)
class NotSold:
    """A machine type that has no price in its region, while others of its service have, and other regions have it."""

    node: Resource
    machine: str
    region: str
    elsewhere: tuple[str, ...]


def home_of(graph: ResourceGraph, estimate: Estimate) -> tuple[str, str] | None:
    """(provider, region) where most of the money goes."""
    spent: dict[tuple[str, str], Decimal] = {}
    for key, found in estimate.resources.items():
        node = graph.get(key)
        for item in found.items if node is not None else ():
            if node is not None and item.row.region != GLOBAL and node.provider in PROVIDERS:
                place = node.provider, item.row.region
                spent[place] = spent.get(place, Decimal(0)) + item.monthly.high
    return max(spent, key=lambda place: (spent[place], place)) if spent else None


def candidates(
    provider: str,
    region: str,
    allowed: Sequence[str],
    users: Iterable[Mapping[str, object]],
    catalog: Catalog,
) -> tuple[str, ...]:
    """The allowed regions, else those nearest to the users; none where neither is written."""
    names: dict[str, None] = dict.fromkeys(allowed)
    if not allowed:
        for user in users:
            home = metro_of(str(user.get("region", "")))
            there = [
                (round_trip(home, m).ms, name)
                for m in metros().values()
                if home and (name := m.region_of(provider))
            ]
            names.update(dict.fromkeys(name for _, name in sorted(there)[:1]))
    return tuple(name for name in names if name != region and catalog.has_region(provider, name))[:_MOST]


def offer(
    graph: ResourceGraph, estimate: Estimate, home: tuple[str, str], region: str, catalog: Catalog
) -> Offer:
    here, there, left_out = Money(), Money(), Money()
    unsold_there: dict[tuple[str, str], None] = {}
    unpriced: dict[str, None] = {}
    for node, item in _items(graph, estimate, home):
        row = catalog.price(home[0], region, item.row.service, item.row.sku)
        if row is not None:
            here += item.monthly
            there += Money(item.quantity_low * row.price, item.quantity_high * row.price)
            continue
        left_out += item.monthly
        service = item.row.service
        known = any(True for _ in catalog.skus(home[0], region, service))
        if known and service in _MACHINES:
            unsold_there[node.address, item.row.sku] = None
        else:
            unpriced[f"{service} {item.row.sku}" if known else service] = None
    return Offer(home[0], region, here, there, tuple(unsold_there), tuple(unpriced), left_out)


def _items(
    graph: ResourceGraph, estimate: Estimate, home: tuple[str, str]
) -> Iterator[tuple[Resource, CostItem]]:
    for key, found in estimate.resources.items():
        node = graph.get(key)
        if node is None or node.provider not in (home[0], "kubernetes"):
            continue
        for item in found.items:
            if item.row.region in (home[1], GLOBAL):
                yield node, item


def not_sold(graph: ResourceGraph, catalog: Catalog) -> Iterator[NotSold]:
    """Only where the region sells other types of the service: the catalog knows the service there."""
    for node in graph.of_kind(*_WITH_MACHINES):
        machine = node["instance_type"].text() or ""
        managed = MANAGED.get(node.provider, "") if machine.startswith("ml.") else ""
        found = unsold(node, machine, catalog, managed)
        if found is not None:
            yield NotSold(node, machine, found.region, found.elsewhere)


def services_lacking(
    graph: ResourceGraph, home: tuple[str, str] | None = None, region: str = ""
) -> list[tuple[Lacking, list[Resource]]]:
    """What the region of each lacks, or another region than its home; what all lists say first."""
    found: dict[Lacking, list[Resource]] = {}
    for node in graph:
        if home is not None and (node.provider != home[0] or node["region"].text() not in (home[1], None)):
            continue
        lacking = lacking_service(node, region)
        if lacking is not None:
            found.setdefault(lacking, []).append(node)
    return sorted(found.items(), key=lambda item: not item[0].by_all)
