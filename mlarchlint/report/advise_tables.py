"""Proposed designs as Markdown tables and as JSON (data/schema/advise.json)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from mlarchlint.advise.assessment import Assessment
from mlarchlint.advise.search import Advice
from mlarchlint.model.estimate import Money
from mlarchlint.report.advise_rows import CLOUDS, money, rows, summary, title, why_not
from mlarchlint.report.advise_text import conclusion
from mlarchlint.report.cost_tables import plain
from mlarchlint.report.inert import inert


def render_advice_markdown(found: Sequence[Advice], numbered: Sequence[Assessment]) -> str:
    lines: list[str] = []
    for advice in found:
        lines += [f"**{CLOUDS[advice.cloud]}: {summary(advice, len(advice.best))}**", ""]
        if advice.best:
            lines += _table(advice.best, numbered)
            cheaper = advice.next_cheaper
            if cheaper is not None:
                lines.append(
                    f"The next cheaper one, {title(cheaper)} at {money(cheaper.cost)}, fails: {_cell('; '.join(why_not(cheaper)))}"
                )
        elif advice.closest is not None:
            one = advice.closest
            lines.append(
                f"The closest design, {title(one)} at {money(one.cost)}, fails: {_cell('; '.join(why_not(one)))}"
            )
        lines.append("")
    return "\n".join((*lines, _cell(conclusion(numbered)))) + "\n"


def _table(best: Sequence[Assessment], numbered: Sequence[Assessment]) -> list[str]:
    tables = [dict(rows(one)) for one in best]
    names = list(dict.fromkeys(name for table in tables for name in table))
    head = "".join(f" design {numbered.index(one) + 1} |" for one in best)
    body = [
        f"| {_cell(name)} |" + "".join(f" {_cell(table.get(name, '-'))} |" for table in tables)
        for name in names
    ]
    return [f"| |{head}", "|---|" + "---|" * len(best), *body, ""]


def _cell(text: str) -> str:
    return plain(inert(text))


def render_advice_json(found: Sequence[Advice], numbered: Sequence[Assessment]) -> str:
    report = {
        "clouds": [
            {
                "cloud": advice.cloud,
                "regions": list(advice.regions),
                "pairs": [list(pair) for pair in advice.pairs],
                "tried": advice.tried,
                "designs": [_design(one, numbered.index(one) + 1) for one in advice.best],
                "next_cheaper": _design(advice.next_cheaper) if advice.next_cheaper else None,
                "closest": _design(advice.closest) if advice.closest else None,
            }
            for advice in found
        ]
    }
    return json.dumps(report, indent=2, ensure_ascii=True) + "\n"


def _money(cost: Money) -> dict[str, float]:
    return {"low": round(float(cost.low), 2), "high": round(float(cost.high), 2)}


def _fleets(one: Assessment) -> list[dict[str, Any]]:
    """By region, in the order of the design."""
    candidate = one.candidate
    capacities = {each.fleet.node["region"].text(): each for each in one.judged.design.capacities}
    sizes = [(candidate.region, candidate.least, candidate.most)]
    if candidate.second is not None:
        sizes.append((candidate.second.region, candidate.second.least, candidate.second.most))
    found = []
    for region, least, most in sizes:
        capacity = capacities.get(region)
        found.append(
            {
                "region": region,
                "least": least,
                "most": most,
                "instances_needed": capacity.needed if capacity else None,
                "instances_without_a_zone": capacity.left if capacity else None,
            }
        )
    return found


def _design(one: Assessment, number: int | None = None) -> dict[str, Any]:
    candidate, design = one.candidate, one.judged.design
    path = next(iter(design.availabilities), None)
    capacity = next(iter(design.capacities), None)
    return {
        "number": number,
        "title": title(one),
        "region": candidate.region,
        "regions": list(candidate.regions),
        "fleets": _fleets(one),
        "zones": candidate.zones,
        "form": candidate.form,
        "machine": candidate.machine,
        "least": candidate.least,
        "most": candidate.most,
        "purchase": candidate.purchase,
        "committed": candidate.committed or None,
        "entry": candidate.edge,
        "cache": candidate.cache,
        "monthly_usd": _money(one.cost),
        "not_priced": [{"name": gap.name, "why": inert(gap.why)} for gap in one.gaps],
        "availability": path.model.low if path else None,
        "availability_by_contract": path.contract.low if path else None,
        "latency_p95_ms": [
            {
                "region": inert(user.region),
                "served_from": user.serving or None,
                "expected": round(user.cold.estimate, 1) if user.cold else None,
            }
            for user in design.latencies
        ],
        "instances_needed": capacity.needed if capacity else None,
        "instances_without_a_zone": capacity.left if capacity else None,
        "obstacles": [
            {"requirement": inert(each.requirement), "why": inert(each.why), "rule": each.rule}
            for each in one.obstacles
        ],
        "cannot_be_told": [inert(each) for each in one.open],
        "advice": [inert(each) for each in one.advice],
    }
