"""Requests and data of a month: from the usage, the requirements, or a default that reaches from zero."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_ledger import ZERO, Bounds, Ledger
from mlarchlint.analysis.cost_usage import DAYS, MONTHLY_REQUESTS, RESPONSE_KB

KB_IN_GIB = Decimal(1024 * 1024)


def requests(ledger: Ledger) -> Bounds:
    """Requests a month; `traffic.predictions_per_day` is what serving resources get."""
    said = ledger.used(
        "monthly_requests",
        "monthly_invocations",
        "monthly_function_invocations",
        "monthly_http_requests",
        "monthly_executions",
    )
    if said is not None:
        return Bounds(said, said)
    daily = ledger.costing.need("traffic.predictions_per_day")
    if daily is not None:
        ledger.note(f"{daily:,.0f} predictions a day are {daily * DAYS:,.0f} requests a month")
        return Bounds(daily * DAYS, daily * DAYS)
    ledger.note(f"no traffic is stated: none to {MONTHLY_REQUESTS:,.0f} requests a month are assumed")
    return Bounds(ZERO, MONTHLY_REQUESTS)


def response_gib(ledger: Ledger, served: Bounds) -> Bounds:
    """Data that answers carry to the callers."""
    size = ledger.costing.need("traffic.payload_kb.response")
    if size is None:
        size = RESPONSE_KB
        ledger.note(f"{size:f} KB an answer are assumed")
    return Bounds(served.low * size / KB_IN_GIB, served.high * size / KB_IN_GIB)


def request_gib(ledger: Ledger, served: Bounds) -> Bounds:
    size = ledger.costing.need("traffic.payload_kb.request") or ZERO
    return Bounds(served.low * size / KB_IN_GIB, served.high * size / KB_IN_GIB)
