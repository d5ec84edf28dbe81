"""The estimate for people: a tree of workloads, resources and items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlarchlint.model.estimate import CostItem, Estimate, ResourceEstimate
from mlarchlint.report.cost_budgets import differing_environments
from mlarchlint.report.cost_options import option_lines
from mlarchlint.report.cost_rows import (
    ENVIRONMENTS,
    Names,
    branches,
    dollars,
    price,
    quantity,
    short,
    span_of,
)

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result


def render_cost_text(result: Result, estimate: Estimate) -> str:
    return "\n".join(_lines(result, estimate)) + "\n"


def _lines(result: Result, estimate: Estimate) -> Iterator[str]:
    names = Names(result)
    if not estimate.resources:
        yield "Nothing that the price catalog knows was found."
        return
    for branch in branches(result, estimate):
        yield f"{branch.name}: {span_of(branch.monthly)} {estimate.currency} a month"
        for found in branch.resources:
            yield from _resource(found, names)
        yield ""
    environment = f" ({names.text(result.config.environment)})" if result.config.environment else ""
    yield from _total(result, estimate, environment)
    lines = tuple(option_lines(result, names))
    yield from ("", *lines) if lines else ()


def _total(result: Result, estimate: Estimate, environment: str) -> Iterator[str]:
    yield f"Total{environment}: {span_of(estimate.monthly)} {estimate.currency} a month, at prices of {estimate.as_of} and later"
    for name, money in differing_environments(result).items():
        yield f"  {ENVIRONMENTS[name]}: {span_of(money)}"
    if estimate.gaps:
        count = len(estimate.gaps)
        yield f"{count} cost{'s' if count > 1 else ''} could not be priced and {'are' if count > 1 else 'is'} not in the total."


def _resource(found: ResourceEstimate, names: Names) -> Iterator[str]:
    yield f"  {names.address(found)}  {span_of(found.monthly)}  ({names.place(found)})"
    for item in found.items:
        row = item.row
        if item.quantity_low > item.quantity_high:
            yield f"    {_low_only(item, names)}"
            continue
        yield (
            f"    {names.text(item.name)}: {quantity(item)} x {price(item)} per {item.unit} = {span_of(item.monthly)}"
            f"  [{row.source} {row.as_of}]"
        )
    for gap in found.gaps:
        yield f"    not priced: {names.text(gap.name)}: {names.text(gap.why)}"
    for text in names.assumptions(found):
        yield f"    note: {text}"


def _low_only(item: CostItem, names: Names) -> str:
    """The cheaper of two cases; the dearer makes the high figure."""
    source = f"[{item.row.source} {item.row.as_of}]"
    amount = f"{short(item.quantity_low)} x {price(item)} per {item.unit} = {dollars(item.monthly.low)}"
    return f"{names.text(item.name)}: {amount}, in the low figure only  {source}"
