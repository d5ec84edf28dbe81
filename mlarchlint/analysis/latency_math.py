"""How parts of a request add up to its 95th percentile, and how long it waits for a free instance."""

from __future__ import annotations

from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt

from mlarchlint.model.record import record

SATURATED = 0.95  # utilisation from which on a queue has no useful length
NEW_CONNECTION_TRIPS = 2  # TCP, then TLS 1.3
_P95 = 1.6448536269514722  # standard deviations from the median to the p95


@record(frozen=True, slots=True)
class Delay:
    """One part of a request, in ms. how: where the figures are from."""

    name: str
    p50: float
    p95: float
    how: str = ""


@record(frozen=True, slots=True)
class Sum:
    """lower: no request mix does better. estimate: parts vary independently. upper: all late at once."""

    lower: float
    estimate: float
    upper: float


def added(parts: Sequence[Delay], bound: Sequence[Delay] | None = None) -> Sum:
    """bound: the parts of the lower bound, at what counts for it; the medians of all where not given."""
    middle = sum(part.p50 for part in parts)
    spread = sqrt(sum((part.p95 - part.p50) ** 2 for part in parts))
    lower = sum(part.p50 for part in (parts if bound is None else bound))
    return Sum(min(lower, middle + spread), middle + spread, sum(part.p95 for part in parts))


def quantile(p50: float, p95: float, share: float) -> float:
    """Between the two figures as a normal distribution runs; the median below it."""
    if share <= 0.5 or p50 == p95:
        return p50
    if share == 0.95:
        return p95
    from statistics import NormalDist  # costs start-up time, and only cacheable answers need it

    return p50 + (p95 - p50) * NormalDist().inv_cdf(min(share, 0.999)) / _P95


def miss_quantile(hit_ratio: float) -> float | None:
    """Which quantile of the misses is the p95 of all; None where all but the slowest 5 % are hits."""
    return None if hit_ratio >= 0.95 else 1 - 0.05 / (1 - hit_ratio)


def waiting_ms(service_ms: float, servers: int, utilisation: float) -> float:
    """Mean wait in an M/M/c queue (Sakasegawa's approximation)."""
    if utilisation >= 1 or servers < 1:
        return float("inf")
    if utilisation <= 0:
        return 0.0
    exponent = sqrt(2 * (servers + 1)) - 1
    return float(service_ms * utilisation**exponent / (servers * (1 - utilisation)))


def fitted_rtt(kilometres: float) -> float:
    """P95 round trip over a distance that is in no table: a line through the published ones."""
    if kilometres < 1000:
        return max(5.0, 1.8 * kilometres / 100)
    return 24.5 + 15.7 * kilometres / 1000


def great_circle_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Along the surface of the earth, between (latitude, longitude) pairs."""
    (a, b), (c, d) = (tuple(map(radians, place)) for place in (one, other))
    half = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return 2 * 6371 * asin(sqrt(half))
