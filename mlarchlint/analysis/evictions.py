"""How many replicas a drain of their nodes may take at once, as disruption budgets bound it.

https://kubernetes.io/docs/tasks/run-application/configure-pdb/
"""

from __future__ import annotations

import math
from decimal import Decimal

from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.value import Value


@record(frozen=True, slots=True)
class Evictions:
    """at: the bound of the budget. away: replicas that it lets go at once; None where that is not known."""

    budget: Resource
    at: Value
    away: Decimal | None


def budgets_of(graph: ResourceGraph, node: Resource) -> list[Resource]:
    return [one for one in graph.sources(node, Relation.PROTECTS) if one.kind == "disruption_budget"]


def evictions_of(budget: Resource, least: Decimal) -> Evictions:
    """Of pods of which there are so many: shares of them are rounded up, those that may go and those that stay."""
    gone, kept = budget["max_unavailable"], budget["min_available"]
    if not gone.is_absent:
        return Evictions(budget, gone, _share(gone, least))
    stays = _share(kept, least)
    return Evictions(budget, kept, max(least - stays, Decimal(0)) if stays is not None else None)


def _share(value: Value, least: Decimal) -> Decimal | None:
    text = value.text() or ""
    if not text.endswith("%"):
        return value.number()
    percent = Value.known(text[:-1]).number()
    return Decimal(math.ceil(percent * least / 100)) if percent is not None else None
