"""What updates that stop a service first take of the month."""

from __future__ import annotations

from mlarchlint.analysis.availability_math import MINUTES_A_MONTH
from mlarchlint.analysis.needs import Needs
from mlarchlint.analysis.service_levels import Figure
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth


def planned_downtime(node: Resource, needs: Needs) -> Figure | None:
    """`updates.per_month` times `updates.restart_minutes`; None where updates keep serving, or none are stated."""
    each_month, minutes = needs.number("updates.per_month"), needs.number("updates.restart_minutes")
    stops = node["strategy"].equals("recreate")
    if not each_month or node["strategy"].is_absent or stops is Truth.NO:
        return None
    if minutes is None:
        missing = "how long the service is away for an update (`updates.restart_minutes`)"
        return Figure(0.0, 1.0, "", missing)
    share = max(0.0, 1 - each_month * minutes / MINUTES_A_MONTH)
    how = f"{each_month:g} updates a month stop it for {minutes:g} minutes each"
    if stops is Truth.YES:
        return Figure(share, share, how)
    return Figure(share, 1.0, how, f"how it is updated: {node['strategy'].why}")
