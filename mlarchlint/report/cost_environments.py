"""The estimates of all configured environments together: one design, priced with the inputs of each."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from mlarchlint.model.estimate import Money
from mlarchlint.report.cost_json import cost_report, money_json
from mlarchlint.report.cost_rows import span_of
from mlarchlint.report.cost_tables import COLUMNS, plain, render_cost_csv
from mlarchlint.report.inert import inert

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

Named = list[tuple[str, "Result"]]


def total_of(results: Named) -> Money:
    found = Money()
    for _, result in results:
        found = found + result.estimate.monthly
    return found


def render_environments(results: Named, format: str) -> str:
    if format == "json":
        return json.dumps(environments_json(results), indent=2, ensure_ascii=True) + "\n"
    if format == "csv":
        return _csv(results)
    return _markdown(results) if format == "markdown" else _text(results)


def environments_json(results: Named) -> dict[str, Any]:
    """A list of reports as `cost --format json` writes each, with their sum (data/schema/cost-environments.json)."""
    return {
        "currency": "USD",
        "as_of": _as_of(results),
        "monthly": money_json(total_of(results)),
        "environments": [cost_report(result, result.estimate) for _, result in results],
    }


def _as_of(results: Named) -> str:
    return min((result.estimate.as_of for _, result in results if result.estimate.as_of), default="")


def _text(results: Named) -> str:
    width = max((len(inert(name)) for name, _ in results), default=0)
    lines = []
    for name, result in results:
        count = len(result.estimate.gaps)
        lacking = f"  ({count} cost{'s' if count > 1 else ''} not priced)" if count else ""
        lines.append(f"{inert(name):<{width}}  {span_of(result.estimate.monthly)}{lacking}")
    as_of = _as_of(results)
    lines.append(
        f"{'Total':<{width}}  {span_of(total_of(results))} USD a month, at prices of {as_of} and later"
    )
    return "\n".join(lines) + "\n"


def _markdown(results: Named) -> str:
    lines = [
        f"**{span_of(total_of(results))} USD a month**",
        "",
        "| Environment | Monthly | Not priced |",
        "|---|--:|--:|",
    ]
    for name, result in results:
        count = len(result.estimate.gaps)
        lines.append(f"| {plain(inert(name))} | {span_of(result.estimate.monthly)} | {count} |")
    as_of = _as_of(results)
    return "\n".join([*lines, "", f"Prices of {as_of} and later."]) + "\n"


def _csv(results: Named) -> str:
    """The rows of each environment, whose name stands in the last column."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for name, result in results:
        for row in list(csv.reader(io.StringIO(render_cost_csv(result, result.estimate))))[1:]:
            table.writerow([*row[:-1], inert(name)])
    return text.getvalue()
