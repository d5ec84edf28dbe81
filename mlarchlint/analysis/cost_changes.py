"""What would make a design cheaper and keep what it has to do, with dollars from the catalog.

The order is that of the usual advice (spot for what may be interrupted, commitments for what runs
steadily, sizes that fit); the figures are the catalog's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from mlarchlint.analysis.cost_advice import MACHINES, saved_by_successor, saved_by_tiering
from mlarchlint.analysis.cost_generations import older_machine
from mlarchlint.analysis.cost_hours import MANAGED, ON_DEMAND
from mlarchlint.analysis.cost_savings import saved_by_commitment, saved_by_smaller, saved_by_spot
from mlarchlint.analysis.cost_sizes import fits, smaller
from mlarchlint.analysis.roles import data_role
from mlarchlint.model.estimate import Estimate, Money, ResourceEstimate
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.workload import RoleOf
from mlarchlint.prices import Catalog
from mlarchlint.requirements import Requirements

INTERRUPTIBLE = ("training", "tuning", "inference-batch")
_MOST = 3
_LEAST = Decimal(1)  # dollars a month; less is no advice


@record(frozen=True, slots=True)
class Change:
    """name: of what is changed. rank: the place in the order of presentation. saving: dollars a month."""

    name: str
    rank: int
    words: str
    saving: Money


@record(frozen=True, slots=True)
class Plan:
    """The first changes that bring a figure down far enough, or as far as a few changes can."""

    changes: tuple[Change, ...]
    saved: Decimal


def changes_of(
    resource: Resource, found: ResourceEstimate, role: str | None, needs: Requirements, catalog: Catalog
) -> Iterator[Change]:
    """Every change that is open to a resource."""
    if role in INTERRUPTIBLE and may_be_interrupted(resource, needs):
        saved = saved_by_spot(found, catalog)
        if saved is not None and saved.high >= _LEAST:
            yield Change(found.key, 0, "spot capacity for {}", saved)
    if not needs.number("budget.commitments.coverage") and role not in INTERRUPTIBLE:
        saved = saved_by_commitment(found, catalog)
        if saved is not None and saved.low >= _LEAST:
            yield Change(found.key, 1, "a 1-year commitment for {}", Money(saved.low, saved.low))
    sizes = dict.fromkeys(
        one.name for name in _types(found) if (one := smaller(catalog, resource.provider, name)) is not None
        and fits(one, needs.number("model.size_gib"))
    )  # fmt: skip
    saved = saved_by_smaller(found, resource.provider, catalog) if sizes else None
    if saved is not None and saved.high >= _LEAST:
        yield Change(found.key, 2, f"{' and '.join(sizes)} for {{}} if the load allows", saved)
    yield from _newer(resource, found, catalog)
    yield from _lower_ceiling(found, role)
    yield from _colder(resource, found, catalog)
    yield from _beside_nat(resource, found)


def _newer(resource: Resource, found: ResourceEstimate, catalog: Catalog) -> Iterator[Change]:
    """What took the place of a previous generation."""
    for name in _types(found):
        older = older_machine(catalog, resource.provider, name, resource["accelerator.count"].is_known)
        if older is None or not older.successor:
            continue
        saved = saved_by_successor(found, resource.provider, name, older.successor, catalog)
        if saved is not None and saved.high >= _LEAST:
            yield Change(found.key, 3, f"{older.successor} for {{}}", saved)


def _lower_ceiling(found: ResourceEstimate, role: str | None) -> Iterator[Change]:
    """A group that may grow to more than twice its least size, held at twice of it."""
    if role in INTERRUPTIBLE or not found.monthly.low:
        return
    if any(item.quantity_low > item.quantity_high for item in found.items):
        return  # two types are possible: the figures differ by these, and not by a number of machines
    most = Decimal(2) * found.monthly.low
    if found.monthly.high - most >= _LEAST and any(item.row.service in MACHINES for item in found.items):
        saved = Money(Decimal(0), found.monthly.high - most)
        yield Change(found.key, 4, "a ceiling of twice the least size for {} if the load allows", saved)


def _colder(resource: Resource, found: ResourceEstimate, catalog: Catalog) -> Iterator[Change]:
    """What is old in a store without a lifecycle, at most."""
    if resource["lifecycle_rules"].more_than(0) is not Truth.NO or data_role(resource) == "model":
        return
    saved = saved_by_tiering(found, resource.provider, catalog)
    if saved is not None and saved[1] >= _LEAST:
        yield Change(found.key, 5, f"a lifecycle to {saved[0]} for {{}}", Money(Decimal(0), saved[1]))


def _beside_nat(resource: Resource, found: ResourceEstimate) -> Iterator[Change]:
    """Data of object stores needs no gateway that takes its price for each GiB."""
    if resource["kind"].text() != "nat" or resource.provider not in ("aws", "azure"):
        return
    data = [
        item.monthly for item in found.items if item.row.service == "nat" and item.row.sku.startswith("data")
    ]
    high = sum((money.high for money in data), Decimal(0))
    if high >= _LEAST:
        words = "an endpoint for object storage beside {}, at most"
        yield Change(found.key, 6, words, Money(sum((money.low for money in data), Decimal(0)), high))


def may_be_interrupted(resource: Resource, needs: Requirements) -> bool:
    """Nothing in the requirements or the code holds it on capacity of its own."""
    if needs.text("training.spot") == "forbidden" or needs.number("training.deadline_hours") is not None:
        return False
    reserved = resource["capacity_reserved"].is_true() is Truth.YES or resource["reservation"].is_known
    return not reserved


def _types(found: ResourceEstimate) -> Iterator[str]:
    services = {*ON_DEMAND.values(), *MANAGED.values(), "gce-sustained"}
    yield from dict.fromkeys(item.row.sku for item in found.items if item.row.service in services)


def cheapest_changes(
    graph: ResourceGraph,
    roles: Mapping[str, RoleOf],
    estimate: Estimate,
    needs: Requirements,
    catalog: Catalog,
    parts: Iterable[tuple[str, tuple[str, ...]]],
    excess: Decimal,
    low: bool,
) -> Plan:
    """parts: (name, keys of its instances). low: the low figure is what has to come down.

    Of each part the change that saves most; of those as few as bring the figure down, in the order of presentation.
    """

    def worth(change: Change) -> Decimal:
        return change.saving.low if low else change.saving.high

    best = []
    for name, keys in parts:
        open_to = _of_part(graph, roles, estimate, needs, catalog, name, keys)
        found = max(open_to, key=lambda one: (worth(one), -one.rank), default=None)
        if found is not None and worth(found) >= _LEAST:
            best.append(found)
    chosen: list[Change] = []
    for change in sorted(best, key=lambda one: (-worth(one), one.name)):
        if sum((worth(one) for one in chosen), Decimal(0)) < excess and len(chosen) < _MOST:
            chosen.append(change)
    chosen.sort(key=lambda one: (one.rank, -worth(one), one.name))
    return Plan(tuple(chosen), sum((worth(one) for one in chosen), Decimal(0)))


def _of_part(
    graph: ResourceGraph,
    roles: Mapping[str, RoleOf],
    estimate: Estimate,
    needs: Requirements,
    catalog: Catalog,
    name: str,
    keys: tuple[str, ...],
) -> list[Change]:
    """The changes of all instances of a declaration, added up."""
    found: dict[tuple[int, str], Money] = {}
    for key in keys:
        role = roles[key].role if key in roles else None
        for change in changes_of(graph[key], estimate.resources[key], role, needs, catalog):
            at = (change.rank, change.words)
            found[at] = found.get(at, Money()) + change.saving
    return [Change(name, rank, words, saving) for (rank, words), saving in found.items()]
