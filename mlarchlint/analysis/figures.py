"""Figures as reports and findings write them."""

from __future__ import annotations

from mlarchlint.analysis.availability_math import downtime_minutes


def percent(share: float, below: float | None = None) -> str:
    """`99.979 %`; a figure that is below another does not round up to it."""
    digits = 3
    while below is not None and share < below <= round(share, digits + 2) and digits < 9:
        digits += 1
    return f"{share * 100:.{digits}f}".rstrip("0").rstrip(".") + " %"


def minutes_down(share: float) -> str:
    """Of a 30-day month."""
    minutes = downtime_minutes(share)
    return f"{minutes:,.0f}" if minutes >= 10 else f"{minutes:.1f}"


def rate(rps: float) -> str:
    return f"{rps:,.1f}".removesuffix(".0")


def milliseconds(ms: float) -> str:
    return f"{ms:,.0f} ms"
