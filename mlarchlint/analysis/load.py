"""Predictions a day, requests a second, and how many instances carry them."""

from __future__ import annotations

from math import ceil

from mlarchlint.analysis.needs import Needs
from mlarchlint.model.record import record

SECONDS_A_DAY = 86_400
PEAK_FACTOR = 3.0
UTILISATION = 0.7
_NEARLY_NOTHING = 1e-9


@record(frozen=True, slots=True)
class Load:
    """Requests a second over the day and at the peak. how: where the peak is from."""

    average: float
    peak: float
    how: str


def load_of(needs: Needs) -> Load | None:
    """The load that is required; None where none is written."""
    daily, explicit = needs.number("traffic.predictions_per_day"), needs.number("traffic.peak_rps")
    if daily is None:
        return (
            None
            if explicit is None
            else Load(explicit, explicit, "`traffic.peak_rps`; the average is not stated")
        )
    average = daily / SECONDS_A_DAY
    if explicit is not None:
        return Load(average, explicit, "`traffic.peak_rps`")
    factors = [float(part["factor"]) for part in needs.items("traffic.profile") if "factor" in part]
    if factors:
        return Load(average, average * max(factors), "the busiest hours of `traffic.profile`")
    factor = needs.number("traffic.peak_factor")
    if factor is not None:
        return Load(average, average * factor, f"{factor:g} times the average")
    return Load(average, average * PEAK_FACTOR, f"{PEAK_FACTOR:g} times the average (assumed)")


def from_origin(rps: float, hit_ratio: float) -> float:
    """What a cache leaves to the instances behind it."""
    return rps * (1 - hit_ratio)


def instances_needed(rps: float, per_instance: float, utilisation: float = UTILISATION) -> int:
    """Instances that carry a load at a utilisation; one at least where there is any load."""
    return ceil(rps / (per_instance * utilisation) - _NEARLY_NOTHING)


def needed_to_survive_a_zone(
    rps: float, per_instance: float, zones: int, utilisation: float = UTILISATION
) -> int:
    """Instances over all zones such that those outside any one zone carry the load."""
    if zones < 2:
        return instances_needed(rps, per_instance, utilisation)
    return zones * ceil(rps / (per_instance * utilisation * (zones - 1)) - _NEARLY_NOTHING)


def left_after_a_zone(instances: int, zones: int) -> int:
    """Instances outside the fullest zone, spread evenly."""
    return instances - ceil(instances / zones) if zones > 0 else 0
