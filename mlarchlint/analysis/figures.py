"""Figures as reports and findings write them."""

from __future__ import annotations

from mlarchlint.analysis.availability_math import downtime_minutes


def percent(share: float, below: float | None = None) -> str:
    """`99.979 %`; a figure that is below another, or below all, does not round up to it."""
    digits = 3
    for bound in (1.0, below):
        while bound is not None and share < bound <= round(share, digits + 2) and digits < 9:
            digits += 1
    return f"{share * 100:.{digits}f}".rstrip("0").rstrip(".") + " %"


def minutes_down(share: float, beside: float | None = None) -> str:
    """Of a 30-day month; with enough digits to differ from another share that stands beside it."""
    minutes, digits = downtime_minutes(share), 0 if downtime_minutes(share) >= 10 else 1
    other = None if beside is None else downtime_minutes(beside)
    if other is not None and abs(other - minutes) > 1e-6:
        digits = max(digits, 0 if other >= 10 else 1)
        while f"{minutes:.{digits}f}" == f"{other:.{digits}f}" and digits < 6:
            digits += 1
    return f"{minutes:,.{digits}f}"


def rate(rps: float) -> str:
    return f"{rps:,.1f}".removesuffix(".0")


def milliseconds(ms: float) -> str:
    return f"{ms:,.0f} ms"
