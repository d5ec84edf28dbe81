"""Whether new instances serve before the running ones are full, while the load grows to its peak."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise

from mlarchlint.analysis.capacity import Capacity
from mlarchlint.analysis.needs import Needs
from mlarchlint.analysis.replicas import replicas_of
from mlarchlint.data import table
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

_STARTS = {
    "compute_group": "start_machine",
    "container_service": "start_pod",
    "model_endpoint": "start_endpoint",
}
_AN_HOUR = 3600.0  # in which the load moves from one step of a profile to the next (assumed)


@record(frozen=True, slots=True)
class ScaleOut:
    """low, high: seconds from the load that asks for an instance until it serves. steps: what they are made of.

    base: the load up to which nothing is added. full: what the instances that run then can serve.
    growth: requests a second that come on top each second; None where nothing says how fast load grows.
    at: the value that bounds or slows the scaling. stated: the growth is written for this, not derived.
    """

    low: float
    high: float
    steps: tuple[str, ...]
    base: float
    full: float
    peak: float
    growth: float | None
    how: str
    at: Value
    stated: bool

    @property
    def in_time(self) -> Truth:
        """NO where even the fastest start comes too late, YES where the slowest one does not."""
        if self.growth is None:
            return Truth.MAYBE
        if min(self.peak, self.base + self.growth * self.high) <= self.full:
            return Truth.YES
        return Truth.NO if min(self.peak, self.base + self.growth * self.low) > self.full else Truth.MAYBE

    @property
    def bearable(self) -> float:
        """The growth, in requests a second each minute, that the slowest start can follow."""
        return (self.full - self.base) / self.high * 60 if self.high else float("inf")


def scale_out_of(graph: ResourceGraph, one: Capacity, needs: Needs) -> ScaleOut | None:
    """None where nothing scales it, where what runs carries the peak, or where that is not known."""
    least, most = one.fleet.count.least, one.most
    replicas = replicas_of(graph, one.fleet.node)
    if one.throughput is None or least is None or most is None or one.fleet.managed or not one.alone:
        return None
    if most <= least or not (replicas.scalers or replicas.scales_itself is Truth.YES):
        return None
    each = one.throughput.rps
    if one.origin_peak <= least * each * one.utilisation:
        return None
    share = one.origin_peak / one.load.peak if one.load.peak else 1.0
    base = max(least * each * one.utilisation, one.load.average * share)
    growth, how, stated = _growth(one, needs, share)
    low, high, steps = _delay(one.fleet.node, replicas.scalers, needs)
    slowing = _slowing(replicas.scalers)
    at = replicas.least if slowing is None else slowing
    return ScaleOut(low, high, steps, base, base / one.utilisation, one.origin_peak, growth, how, at, stated)


def _growth(one: Capacity, needs: Needs, share: float) -> tuple[float | None, str, bool]:
    """Requests a second, each second."""
    minutes = needs.number("traffic.ramp_minutes")
    rise = (one.load.peak - one.load.average) * share
    if minutes:
        return rise / (minutes * 60), f"from the average to the peak in {minutes:g} minutes", True
    factors = [float(part["factor"]) for part in needs.items("traffic.profile") if "factor" in part]
    if len(factors) > 1 and one.load.average:
        step = max(after - before for before, after in pairwise([*factors, factors[0]]))
        if step > 0:
            return (
                step * one.load.average * share / _AN_HOUR,
                "the steepest step of `traffic.profile`, in an hour (assumed)",
                False,
            )
    return None, "", False


def _delay(
    node: Resource, scalers: tuple[Resource, ...], needs: Needs
) -> tuple[float, float, tuple[str, ...]]:
    table = scaling_defaults()
    pods = node.provider == "kubernetes"
    parts = [("noticed", *table["notice_pods" if pods else "notice_alarm"], "assumed")]
    pause = max(
        (float(value) for scaler in scalers if (value := scaler["out_cooldown_s"].number())), default=0.0
    )
    if pause:
        parts.append(("pause after the last addition", 0.0, pause, "stated"))
    start, load = table[_STARTS.get(node.kind, "start_machine")], _loading(needs)
    warm = node["warmup_s"].number()
    parts.append(("started", *start, "assumed"))
    if load:
        parts.append(("model loaded", *load, "assumed"))
    waited = start[1] + (load[1] if load else 0.0)
    if warm is not None and float(warm) > waited:
        parts.append(("warm-up", 0.0, float(warm) - waited, "stated"))
    steps = tuple(f"{name}: {low:g} to {high:g} s ({how})" for name, low, high, how in parts)
    return sum(part[1] for part in parts), sum(part[2] for part in parts), steps


def _loading(needs: Needs) -> tuple[float, float] | None:
    size = needs.number("model.size_gib")
    slow, fast = scaling_defaults()["load_gib_a_second"]
    return (size / fast, size / slow) if size else None


def _slowing(scalers: tuple[Resource, ...]) -> Value | None:
    stated = [scaler["out_cooldown_s"] for scaler in scalers if scaler["out_cooldown_s"].number()]
    return max(stated, key=lambda value: value.number() or 0) if stated else None


@lru_cache(maxsize=1)
def scaling_defaults() -> Mapping[str, tuple[float, float]]:
    data = table("scaling_defaults.yaml")
    return {str(name): (float(low), float(high)) for name, (low, high) in data.items()}
