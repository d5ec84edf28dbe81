"""What a design costs in a month: figures, the rows they rest on, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from mlarchlint.model.record import record
from mlarchlint.model.span import NOWHERE, SourceSpan


@record(frozen=True, slots=True)
class Money:
    """US dollars a month, from low to high."""

    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)

    def __add__(self, other: Money) -> Money:
        return Money(self.low + other.low, self.high + other.high)


# The ways to save, in the order in which they are presented.
WAYS = ("spot", "commitment", "scaling", "size", "storage", "transfer")


@record(frozen=True, slots=True)
class Saving:
    """What a change saves a month, at the prices of the catalog.

    way: one of WAYS. part: what becomes cheaper: `machines`, `disks`, `stored` or `data`. keys: the resources
    that it is part of; empty where that is the subject of the finding alone. Two savings of one part of a
    resource are alternatives.
    """

    way: str
    money: Money
    part: str = "machines"
    keys: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class PriceRow:
    """One row of the catalog. price: US dollars for one unit (`hour`, `GiB-month`, ...).

    source: an id of data/prices/sources.yaml. as_of: ISO date of the figure.
    """

    service: str
    sku: str
    region: str
    unit: str
    price: Decimal
    source: str
    as_of: str


@record(frozen=True, slots=True)
class CostItem:
    """quantity: of `unit` in a month, from low to high."""

    name: str
    quantity_low: Decimal
    quantity_high: Decimal
    unit: str
    row: PriceRow
    assumptions: tuple[str, ...] = ()

    @property
    def monthly(self) -> Money:
        return Money(self.quantity_low * self.row.price, self.quantity_high * self.row.price)


@record(frozen=True, slots=True)
class Gap:
    """A cost that could not be priced; never counted as zero."""

    name: str
    why: str
    span: SourceSpan = NOWHERE


@record(frozen=True, slots=True)
class ResourceEstimate:
    """assumptions: what holds for the resource as a whole, beside those of its items.

    runs: the runs of training that the month counts; 0 for what does not train.
    """

    key: str
    items: tuple[CostItem, ...] = ()
    gaps: tuple[Gap, ...] = ()
    assumptions: tuple[str, ...] = ()
    runs: Decimal = Decimal(0)

    @property
    def monthly(self) -> Money:
        total = Money()
        for item in self.items:
            total = total + item.monthly
        return total


@record(frozen=True, slots=True)
class Estimate:
    """The whole design. as_of: the oldest price used, empty if none. resources: by key, graph order."""

    resources: Mapping[str, ResourceEstimate]
    as_of: str = ""
    currency: str = "USD"

    @property
    def monthly(self) -> Money:
        total = Money()
        for resource in self.resources.values():
            total = total + resource.monthly
        return total

    @property
    def gaps(self) -> tuple[Gap, ...]:
        return tuple(gap for resource in self.resources.values() for gap in resource.gaps)
