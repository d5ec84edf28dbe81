"""The estimate as rows: what the text, Markdown and CSV reports have in common."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING

from mlarchlint.model.estimate import CostItem, Estimate, Money, ResourceEstimate
from mlarchlint.model.record import record
from mlarchlint.report.cost_json import assumptions_of, total
from mlarchlint.report.inert import inert
from mlarchlint.report.redact import Redactor

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result


ENVIRONMENTS = {
    "prod": "production", "staging": "staging", "dev": "development", "unknown": "no environment known",
}  # fmt: skip

_DIGITS = Context(prec=8)


@record(frozen=True, slots=True)
class Branch:
    """A workload, or what belongs to none."""

    name: str
    monthly: Money
    resources: tuple[ResourceEstimate, ...]


class Names:
    """Text of the scanned code, redacted and harmless."""

    def __init__(self, result: Result) -> None:
        self._redactor = Redactor(result.graph)
        self._graph = result.graph

    def text(self, text: str) -> str:
        return inert(self._redactor.text(text))

    def address(self, found: ResourceEstimate) -> str:
        return inert(self._graph[found.key].address)

    def place(self, found: ResourceEstimate) -> str:
        span = self._graph[found.key].span
        return inert(f"{span.file}:{span.line}")

    def assumptions(self, found: ResourceEstimate) -> list[str]:
        return [self.text(text) for text in assumptions_of(found)]


def branches(result: Result, estimate: Estimate) -> Iterator[Branch]:
    """Workloads in their order; a resource of several counts in the first."""
    left = dict(estimate.resources)
    for workload in result.workloads:
        mine = tuple(left.pop(key) for key in workload.members if key in left)
        if mine:
            name = inert(f"{workload.name} ({workload.role})")
            yield Branch(name, total(estimate, tuple(one.key for one in mine)), mine)
    rest = tuple(left.values())
    if rest:
        name = "other resources" if result.workloads else "resources"
        yield Branch(name, total(estimate, tuple(one.key for one in rest)), rest)


def dollars(amount: Decimal) -> str:
    return f"{amount.quantize(Decimal('0.01'), ROUND_HALF_UP):,.2f}"


def span_of(money: Money) -> str:
    """`12.00` or `12.00 to 40.00`."""
    low, high = dollars(money.low), dollars(money.high)
    return low if low == high else f"{low} to {high}"


def quantity(item: CostItem) -> str:
    low, high = short(item.quantity_low), short(item.quantity_high)
    return low if low == high else f"{low} to {high}"


def short(number: Decimal) -> str:
    text = (
        f"{number:,.4f}" if abs(number) < 10 else f"{number:,.2f}" if abs(number) < 1000 else f"{number:,.0f}"
    )
    return text.rstrip("0").rstrip(".") if "." in text else text


def price(item: CostItem) -> str:
    """To eight digits: some rows are computed, and have many."""
    return f"{_DIGITS.create_decimal(item.row.price).normalize():f}"
