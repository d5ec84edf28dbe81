"""The estimate as Markdown and as comma-separated values."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from mlarchlint.model.estimate import Estimate
from mlarchlint.model.regex import regex
from mlarchlint.report.cost_budgets import differing_environments, environment_of
from mlarchlint.report.cost_options import option_rows
from mlarchlint.report.cost_rows import ENVIRONMENTS, Names, branches, price, quantity, span_of

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

_MARKUP = regex(r"([\\`*_{}\[\]<>()#+!|~&@])")
COLUMNS = (
    "workload", "address", "item", "quantity_low", "quantity_high", "unit", "price", "monthly_low", "monthly_high",
    "service", "sku", "region", "source", "as_of", "gap", "environment",
)  # fmt: skip


def plain(text: str) -> str:
    """Markdown without effect."""
    return _MARKUP.sub(r"\\\1", text)


def render_cost_markdown(result: Result, estimate: Estimate) -> str:
    names = Names(result)
    lines = [f"**{span_of(estimate.monthly)} {estimate.currency} a month**", ""]
    if estimate.as_of:
        lines += [f"Prices of {estimate.as_of} and later.", ""]
    totals = differing_environments(result)
    if totals:
        lines += ["| Environment | Monthly |", "|---|--:|"]
        lines += [f"| {ENVIRONMENTS[name]} | {span_of(money)} |" for name, money in totals.items()]
        lines.append("")
    for branch in branches(result, estimate):
        lines += [f"### {plain(branch.name)}: {span_of(branch.monthly)}", ""]
        lines += ["| Resource | Item | Quantity | Unit | Price | Monthly |", "|---|---|--:|---|--:|--:|"]
        for found in branch.resources:
            address = plain(names.address(found))
            for item in found.items:
                cells = (
                    address,
                    plain(names.text(item.name)),
                    quantity(item),
                    item.unit,
                    price(item),
                    span_of(item.monthly),
                )
                lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
        gaps = [(found, gap) for found in branch.resources for gap in found.gaps]
        if gaps:
            lines += ["Not priced:", ""]
            lines += [
                f"- {plain(names.address(one))}: {plain(names.text(f'{gap.name}: {gap.why}'))}"
                for one, gap in gaps
            ]
            lines.append("")
        assumed = list(dict.fromkeys(text for found in branch.resources for text in names.assumptions(found)))
        if assumed:
            lines += ["Assumptions:", "", *(f"- {plain(text)}" for text in assumed), ""]
    rows = option_rows(result, names)
    if rows:
        lines += ["### Savings", "", "| Way | Finding | USD a month |", "|---|---|--:|"]
        lines += [f"| {way} | {plain(finding)} | {amount} |" for way, finding, amount in rows]
    return "\n".join(lines).rstrip("\n") + "\n"


def render_cost_csv(result: Result, estimate: Estimate) -> str:
    names = Names(result)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for branch in branches(result, estimate):
        for found in branch.resources:
            head = (cell(branch.name), cell(names.address(found)))
            place = environment_of(result, found.key)
            for item in found.items:
                row, money = item.row, item.monthly
                table.writerow(
                    (
                        *head, cell(names.text(item.name)), f"{item.quantity_low:f}", f"{item.quantity_high:f}",
                        item.unit, f"{row.price:f}", f"{money.low:.6f}", f"{money.high:.6f}", row.service,
                        cell(names.text(row.sku)), cell(names.text(row.region)), row.source, row.as_of, "", place,
                    )
                )  # fmt: skip
            for gap in found.gaps:
                table.writerow(
                    (*head, cell(names.text(gap.name)), *[""] * 11, cell(names.text(gap.why)), place)
                )
    return text.getvalue()


def cell(text: str) -> str:
    """No spreadsheet may take it for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@") else text
