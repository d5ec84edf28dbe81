"""The estimate for machines: a public interface (data/schema/cost.json)."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mlarchlint.analysis.cost_together import Option, options_of, saved_together
from mlarchlint.model.estimate import CostItem, Estimate, Gap, Money, ResourceEstimate
from mlarchlint.report.cost_budgets import budget_json, budgets_of, environments_of
from mlarchlint.report.inert import inert
from mlarchlint.report.redact import Redactor

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

PLACES = Decimal("0.000001")


def render_cost_json(result: Result, estimate: Estimate) -> str:
    return json.dumps(cost_report(result, estimate), indent=2, ensure_ascii=True) + "\n"


def cost_report(result: Result, estimate: Estimate) -> dict[str, Any]:
    redactor = Redactor(result.graph)
    return {
        "currency": estimate.currency,
        "as_of": estimate.as_of,
        "environment": result.config.environment,
        "monthly": money_json(estimate.monthly),
        "budget": _budget(result),
        "budgets": [budget_json(verdict) for verdict in budgets_of(result)],
        "environments": [
            {"name": name, "monthly": money_json(money)} for name, money in environments_of(result).items()
        ],
        "savings": _savings(result, redactor),
        "resources": [
            _resource(result, found, redactor)
            for found in estimate.resources.values()
            if found.items or found.gaps
        ],
        "workloads": [
            {
                "name": workload.name,
                "role": workload.role,
                "monthly": money_json(total(estimate, workload.members)),
                "resources": [
                    result.graph[key].address for key in workload.members if key in estimate.resources
                ],
            }
            for workload in result.workloads
        ],
    }


def total(estimate: Estimate, keys: tuple[str, ...]) -> Money:
    found = Money()
    for key in keys:
        if key in estimate.resources:
            found = found + estimate.resources[key].monthly
    return found


def assumptions_of(found: ResourceEstimate) -> tuple[str, ...]:
    """Those of the resource, then those of its items, each once."""
    return tuple(
        dict.fromkeys((*found.assumptions, *(text for item in found.items for text in item.assumptions)))
    )


def _budget(result: Result) -> float | None:
    amount = result.config.requirements.number("budget.monthly_usd")
    return None if amount is None else float(amount)


def _savings(result: Result, redactor: Redactor) -> dict[str, Any]:
    options = options_of(result.findings)
    return {
        "together": money_json(saved_together(options)),
        "options": [_option(one, redactor) for one in options],
    }


def _option(option: Option, redactor: Redactor) -> dict[str, Any]:
    finding = option.finding
    return {
        "way": option.way,
        "rule": finding.rule,
        "fingerprint": finding.fingerprint,
        "address": finding.subject.address,
        "file": finding.span.file,
        "line": finding.span.line,
        "instances": finding.instances,
        "monthly": money_json(option.monthly),
        "message": inert(redactor.text(finding.message)),
        "fix": inert(redactor.text(finding.fix)),
        "counted": option.counted,
        "alternatives": [other.fingerprint for other in option.others],
    }


def _resource(result: Result, found: ResourceEstimate, redactor: Redactor) -> dict[str, Any]:
    resource = result.graph[found.key]
    return {
        "address": resource.address,
        "kind": resource.kind,
        "type": resource.type,
        "file": resource.span.file,
        "line": resource.span.line,
        "monthly": money_json(found.monthly),
        "items": [_item(item, redactor) for item in found.items],
        "gaps": [_gap(gap, redactor) for gap in found.gaps],
        "assumptions": [inert(redactor.text(text)) for text in assumptions_of(found)],
    }


def _item(item: CostItem, redactor: Redactor) -> dict[str, Any]:
    row = item.row
    return {
        "name": inert(redactor.text(item.name)),
        "quantity": {"low": _number(item.quantity_low), "high": _number(item.quantity_high)},
        "unit": item.unit,
        "price": float(row.price),
        "monthly": money_json(item.monthly),
        "service": row.service,
        "sku": inert(redactor.text(row.sku)),
        "region": inert(redactor.text(row.region)),
        "source": row.source,
        "as_of": row.as_of,
    }


def _gap(gap: Gap, redactor: Redactor) -> dict[str, Any]:
    return {
        "name": inert(redactor.text(gap.name)),
        "why": inert(redactor.text(gap.why)),
        "file": gap.span.file,
        "line": gap.span.line,
    }


def money_json(money: Money) -> dict[str, float]:
    return {"low": _number(money.low), "high": _number(money.high)}


def _number(number: Decimal) -> float:
    return float(number.quantize(PLACES))
