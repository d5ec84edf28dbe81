"""Requests and data of a month: from the usage, the requirements, or a default that reaches from zero."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_flow import Share
from mlarchlint.analysis.cost_ledger import ONE, ZERO, Bounds, Ledger, countable
from mlarchlint.analysis.cost_usage import DAYS, MONTHLY_REQUESTS, RESPONSE_KB, decimal_of
from mlarchlint.model.graph import Relation

KB_IN_GIB = Decimal(1024 * 1024)


def requests(ledger: Ledger) -> Bounds:
    """Requests a month; `traffic.predictions_per_day` is what serving resources get."""
    said = ledger.used(
        "monthly_requests",
        "monthly_invocations",
        "monthly_function_invocations",
        "monthly_http_requests",
        "monthly_executions",
        "monthly_message_count",
    )
    if said is not None:
        return Bounds(said, said)
    stated = _predictions(ledger)
    if stated is not None:
        return stated
    ledger.note(f"no traffic is stated: none to {MONTHLY_REQUESTS:,.0f} requests a month are assumed")
    return Bounds(ZERO, MONTHLY_REQUESTS)


def _predictions(ledger: Ledger) -> Bounds | None:
    """What the requirements state for the workload, or the resource's share of what they state for the design."""
    own = countable(decimal_of(ledger.workload_need("traffic.predictions_per_day")))
    share = ledger.costing.shares.get(ledger.resource.key)
    if share is not None and not share.high:
        ledger.note(share.why)
        return Bounds(ZERO, ZERO)
    daily = own if own is not None else ledger.costing.need("traffic.predictions_per_day")
    if daily is None:
        return None
    if own is not None:
        share = Share(ONE, ONE)
    elif share is None:
        share = _share_of_users(ledger)
    if share is None:
        return None
    if share.why:
        ledger.note(share.why)
    ledger.note(f"{daily:,.0f} predictions a day are {daily * DAYS:,.0f} requests a month")
    return Bounds(daily * DAYS * share.low, daily * DAYS * share.high)


def _share_of_users(ledger: Ledger) -> Share | None:
    """A firewall sees what its entries carry; what serves in another way carries all; the rest is not for predictions."""
    shares = ledger.costing.shares
    watched = ledger.costing.graph.targets(ledger.resource, Relation.PROTECTS)
    found = [shares[one.key] for one in watched if one.key in shares]
    if found:
        return Share(
            min(ONE, sum((s.low for s in found), ZERO)), min(ONE, sum((s.high for s in found), ZERO))
        )
    serving = ledger.costing.role(ledger.resource) in ("inference", "inference-batch", "feature_store")
    return Share(ONE, ONE) if serving or ledger.resource.kind == "waf" else None


def response_gib(ledger: Ledger, served: Bounds) -> Bounds:
    """Data that answers carry to the callers."""
    size = ledger.need("traffic.payload_kb.response")
    if size is None:
        size = RESPONSE_KB
        if served.high:
            ledger.note(f"{size:f} KB an answer are assumed")
    return Bounds(served.low * size / KB_IN_GIB, served.high * size / KB_IN_GIB)


def request_gib(ledger: Ledger, served: Bounds) -> Bounds:
    size = ledger.need("traffic.payload_kb.request") or ZERO
    return Bounds(served.low * size / KB_IN_GIB, served.high * size / KB_IN_GIB)
