"""Figures as reports and findings write them."""

from __future__ import annotations

from mlarchlint.analysis.availability_math import downtime_minutes


def percent(share: float) -> str:
    """`99.979 %`; a requirement stays as it was written (`99.9 %`)."""
    return f"{share * 100:.3f}".rstrip("0").rstrip(".") + " %"


def minutes_down(share: float) -> str:
    """Of a 30-day month."""
    minutes = downtime_minutes(share)
    return f"{minutes:,.0f}" if minutes >= 10 else f"{minutes:.1f}"


def rate(rps: float) -> str:
    return f"{rps:,.1f}".removesuffix(".0")


def milliseconds(ms: float) -> str:
    return f"{ms:,.0f} ms"
