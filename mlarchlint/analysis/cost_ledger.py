"""The account of one resource: items with their price rows, gaps and assumptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from mlarchlint.analysis.cost_flow import Share
from mlarchlint.analysis.cost_usage import Needs, decimal_of
from mlarchlint.analysis.overrides import matches
from mlarchlint.model.estimate import CostItem, Gap, PriceRow, ResourceEstimate
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value
from mlarchlint.model.workload import RoleOf
from mlarchlint.prices import GLOBAL, Catalog
from mlarchlint.usage import NO_USAGE, Usage

DEFAULT_REGIONS = {"aws": "us-east-1", "google": "us-central1", "azure": "eastus"}
ZERO = Decimal(0)
ONE = Decimal(1)


@record(frozen=True, slots=True)
class Costing:
    """What every resource is priced with.

    cloud: the provider that Kubernetes resources run on. nodes_scale: something in the clusters adds nodes.
    """

    graph: ResourceGraph
    roles: Mapping[str, RoleOf]
    needs: Needs
    catalog: Catalog
    usage: Usage = NO_USAGE
    cloud: str = "aws"
    cloud_region: str = ""
    shares: Mapping[str, Share] = field(default_factory=dict)
    nodes_scale: bool = False

    def wanted(self, path: str) -> Any:
        """What the requirements say, under the dotted name or step by step; None if nothing."""
        found: Any = self.needs.get(path)
        if found is None and "." in path:
            found = self.needs
            for step in path.split("."):
                found = found.get(step) if hasattr(found, "get") else None
        return found

    def need(self, path: str) -> Decimal | None:
        """A number of the requirements, or None."""
        return countable(decimal_of(self.wanted(path)))

    def role(self, resource: Resource) -> str | None:
        found = self.roles.get(resource.key)
        return found.role if found else None


@dataclass(slots=True)
class Bounds:
    low: Decimal
    high: Decimal


@dataclass(slots=True)
class Ledger:
    """Collects what one resource costs."""

    costing: Costing
    resource: Resource
    items: list[CostItem] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    runs: Decimal = ZERO
    _used: Mapping[str, Any] | None = None
    _region: str = ""

    # -- the resource ------------------------------------------------------------------------

    @property
    def provider(self) -> str:
        found = self.resource.provider
        return found if found in DEFAULT_REGIONS else self.costing.cloud

    @property
    def region(self) -> str:
        if not self._region:
            self._region = self._find_region()
        return self._region

    def _find_region(self) -> str:
        text = _of_its_cluster(self) or (self.resource["region"].text() or "").strip()
        if not text:
            zones = [zone.text() or "" for zone in self.resource["zones"].items()]
            text = region_of_zone(self.provider, zones[0]) if zones else ""
        if not text and self.resource.provider not in DEFAULT_REGIONS:
            text = self.costing.cloud_region
        if self.provider == "azure":
            text = text.lower().replace(" ", "")
        elif self.provider == "google":
            text = text.lower()
        default = DEFAULT_REGIONS[self.provider]
        if text == GLOBAL:
            self.note(f"it is global: the prices of {default} are taken")
            return default
        if text:
            return text
        self.note(f"the region is not known, {default} is assumed")
        return default

    def text(self, trait: str) -> str:
        return (self.resource[trait].text() or "").strip()

    def number(self, trait: str) -> Decimal | None:
        """What can be counted: a number below zero says nothing (`-1` often means `not set`)."""
        return countable(self.resource[trait].number())

    def bounds(self, trait: str) -> Bounds | None:
        """The number, or the least and the largest of its scenarios; None if neither is known."""
        value = self.resource[trait]
        number = countable(value.number())
        if number is not None:
            return Bounds(number, number)
        numbers = [found for _, one in value.scenarios if (found := countable(one.number())) is not None]
        if numbers and len(numbers) == len(value.scenarios):
            return Bounds(min(numbers), max(numbers))
        return None

    def workload_need(self, path: str) -> Any:
        """What the requirements say of the first workload that this resource matches."""
        for entry in self.costing.wanted("workloads") or ():
            if matches(self.resource, entry.get("match") or {}):
                found: Any = entry
                for step in path.split("."):
                    found = found.get(step) if isinstance(found, Mapping) else None
                return found
        return None

    def wanted(self, path: str) -> Any:
        """Of its workload, else of the design."""
        found = self.workload_need(path)
        return self.costing.wanted(path) if found is None else found

    def need(self, path: str) -> Decimal | None:
        return countable(decimal_of(self.wanted(path)))

    def used(self, *names: str) -> Decimal | None:
        """A figure of the usage file, by the first of these (dotted) names that is given."""
        for name in names:
            number = countable(decimal_of(self.stated(name)))
            if number is not None:
                return number
        return None

    def stated(self, name: str) -> Any:
        """What the usage file says under a (dotted) name: a figure, a word, a list or a section."""
        if self._used is None:
            self._used = self.costing.usage.of(self.resource, self.costing.role(self.resource))
        found: Any = self._used or None
        if found is None:
            return None
        for step in name.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
        return found

    def volume(self, *names: str, default: Decimal, what: str) -> tuple[Bounds, tuple[str, ...]]:
        """A stated amount, or none to the default with the assumption that says so."""
        used = self.used(*names)
        if used is not None:
            return Bounds(used, used), ()
        return Bounds(ZERO, default), (f"none to {default:f} {what} are assumed",)

    def use(self, name: str, service: str, sku: str, *keys: str, per: int = 1) -> None:
        """An item that only a usage file asks for: `per` of its units make one of the price row's."""
        used = self.used(*keys)
        if used:
            self.tiered(name, service, sku, used, used, per=per)

    # -- entries -----------------------------------------------------------------------------

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def gap(self, name: str, why: str, at: Value | None = None) -> None:
        span = at.span if at is not None and at.span.file else self.resource.span
        self.gaps.append(Gap(name, why, span))

    def row(self, service: str, sku: str, region: str = "") -> PriceRow | None:
        return self.costing.catalog.price(self.provider, region or self.region, service, sku)

    def charge(
        self,
        name: str,
        row: PriceRow,
        low: Decimal,
        high: Decimal | None = None,
        assumptions: Iterable[str] = (),
    ) -> None:
        """An item with a row at hand. Nothing at all is left out."""
        most = low if high is None else high
        if low or most:
            self.items.append(CostItem(name, low, most, row.unit, row, tuple(assumptions)))

    def add(
        self,
        name: str,
        service: str,
        sku: str,
        low: Decimal,
        high: Decimal | None = None,
        *assumptions: str,
        at: Value | None = None,
    ) -> bool:
        """An item by its SKU; a gap where the catalog has no price. Nothing of a thing needs none."""
        if not low and not high:
            return True
        row = self.row(service, sku)
        if row is None:
            self.missing(name, f"{service} {sku}", at)
            return False
        self.charge(name, row, low, high, assumptions)
        return True

    def missing(self, name: str, what: str, at: Value | None = None) -> None:
        catalog = self.costing.catalog
        if not catalog.has_region(self.provider, self.region):
            self.gap(name, f"the catalog has no prices of the region {self.region}", at)
        else:
            self.gap(name, f"the catalog has no price of {what} in {self.region}", at)

    def tiered(
        self,
        name: str,
        service: str,
        sku: str,
        low: Decimal,
        high: Decimal,
        *assumptions: str,
        per: int = 1,
    ) -> bool:
        """An item for each tier that the quantity reaches. Tiers count single units, of which `per` are priced."""
        if not low and not high:
            return True
        tiers = self.costing.catalog.tiers(self.provider, self.region, service, sku)
        if not tiers:
            self.missing(name, f"{service} {sku}")
            return False
        for place, (start, row) in enumerate(tiers):
            end = tiers[place + 1][0] if place + 1 < len(tiers) else None
            label = name if not start else f"{name}, over {start:f} {row.unit if per == 1 else ''}".rstrip()
            least, most = (_slice(found, start, end) / per for found in (low, high))
            self.charge(label, row, least, most, assumptions)
        return True

    def closed(self) -> ResourceEstimate:
        """What may not exist costs nothing in the low figure."""
        items = self.items
        if self.resource.instance.exists is Truth.MAYBE:
            why = "may not exist: its condition is not known"
            items = [
                CostItem(i.name, ZERO, i.quantity_high, i.unit, i.row, (*i.assumptions, why))
                for i in items
                if i.quantity_high  # not the cheaper case of two
            ]
        if self.resource.instance.symbolic and (items or self.gaps):
            self.gap("instances", "how many there are is not known: one is counted")
        return ResourceEstimate(
            self.resource.key, tuple(items), tuple(self.gaps), tuple(self.notes), self.runs
        )


def _of_its_cluster(ledger: Ledger) -> str:
    """A GKE pool stands where its cluster does, whatever region the provider is set to."""
    if ledger.resource.type != "google_container_node_pool":
        return ""
    graph = ledger.costing.graph
    near = (one for one in graph.targets(ledger.resource) if one.type == "google_container_cluster")
    return next((text for one in near if (text := one["region"].text())), "")


def countable(number: Decimal | None) -> Decimal | None:
    return number if number is not None and number >= 0 else None


def _slice(quantity: Decimal, start: Decimal, end: Decimal | None) -> Decimal:
    """How much of a quantity falls into a tier."""
    within = quantity if end is None else min(quantity, end)
    return max(ZERO, within - start)


def region_of_zone(provider: str, zone: str) -> str:
    """`eu-west-1a` and `europe-west1-b` lie in `eu-west-1` and `europe-west1`."""
    if provider == "aws":
        return zone[:-1] if zone[-1:].isalpha() and zone[-2:-1].isdigit() else ""
    if provider == "google":
        return zone.rpartition("-")[0]
    return ""
