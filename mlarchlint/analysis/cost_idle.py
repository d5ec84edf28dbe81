"""What machines cost while they have nothing to do: outside training, and below the peak of the load."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from mlarchlint.analysis.cost_hours import MANAGED, ON_DEMAND, SPOT
from mlarchlint.analysis.cost_usage import DAYS, HOURS, TRAINING_HOURS, TRAINING_RUNS
from mlarchlint.analysis.load import needed_to_survive_a_zone
from mlarchlint.model.estimate import CostItem, ResourceEstimate
from mlarchlint.model.record import record
from mlarchlint.prices import Catalog

if TYPE_CHECKING:
    from mlarchlint.analysis.capacity import Capacity
    from mlarchlint.analysis.needs import Needs

FURTHER = ("gce-gpu", "gce-gpu-spot", "gce-custom", "vertex-gpu", "emr", "dataproc")
BY_THE_HOUR = frozenset({*ON_DEMAND.values(), *SPOT.values(), *MANAGED.values(), *FURTHER})
SUSTAINED = {
    "gce-sustained": "gce",
    "gce-gpu-sustained": "gce-gpu",
    "gce-custom-sustained": "gce-custom",
}
HOURS_A_DAY = 24
# A second instance is there for the first that fails.
LEAST = 2


@record(frozen=True, slots=True)
class Work:
    """Hours a month in which a machine has something to do, and where the number is from."""

    hours: Decimal
    how: str


# Eight hours of 22 days, and two hours of each day: what the estimate assumes of both.
OF_A_PERSON = Work(Decimal(8 * 22), "8 hours of 22 days, assumed")
OF_PROCESSING = Work(2 * DAYS, "two hours a day, assumed")


def work_of_training(found: ResourceEstimate, needs: Needs) -> Work:
    """All runs of a month; what the requirements do not say is assumed."""
    hours, runs = needs.number("training.max_run_hours"), needs.number("training.runs_per_month")
    length = TRAINING_HOURS if hours is None else Decimal(str(hours))
    count = (found.runs or TRAINING_RUNS) if runs is None else Decimal(str(runs))
    assumed = "" if hours is not None and runs is not None else ", assumed"
    return Work(
        min(HOURS, length * count),
        f"{_short(count)} run{'s' * (count != 1)} of {_short(length)} hours{assumed}",
    )


def idle_cost(found: ResourceEstimate, work: Work, catalog: Catalog) -> Decimal:
    """What machines that always run cost outside those hours. Their disks stay, and a commitment is paid anyway."""
    return sum((_idle(item, work.hours, catalog) for item in found.items), Decimal(0))


def _idle(item: CostItem, hours: Decimal, catalog: Catalog) -> Decimal:
    row, cost = item.row, item.monthly.low
    if row.service in SUSTAINED:
        # Who runs for part of the month has no discount for all of it.
        plain = catalog.price("google", row.region, SUSTAINED[row.service], row.sku)
        months = item.quantity_low if row.unit == "month" else item.quantity_low / HOURS
        return max(Decimal(0), cost - months * hours * plain.price) if plain else Decimal(0)
    if row.service not in BY_THE_HOUR or not row.unit.endswith("hour"):
        return Decimal(0)
    return cost * max(Decimal(0), 1 - hours / HOURS)


def instances_on_average(capacity: Capacity, needs: Needs) -> Decimal | None:
    """Of a fleet that follows its load over the day and keeps its zones; None where that is not known."""
    daily, throughput = needs.number("traffic.predictions_per_day"), capacity.throughput
    if daily is None or throughput is None or not capacity.alone or not capacity.load.peak:
        return None
    reaching = capacity.origin_peak / capacity.load.peak
    total = 0
    for factor in factors_of_day(needs):
        rps = capacity.load.average * factor * reaching
        needed = needed_to_survive_a_zone(rps, throughput.rps, capacity.zones, capacity.utilisation)
        total += max(needed, capacity.zones, LEAST)
    return Decimal(total) / HOURS_A_DAY


def factors_of_day(needs: Needs) -> list[float]:
    """The load of each hour over the average; hours of which nothing is said share what is left of the day."""
    said: dict[int, float] = {}
    for part in needs.items("traffic.profile"):
        first, _, last = str(part.get("hours", "")).partition("-")
        if first.isdigit() and last.isdigit() and "factor" in part:
            length = (int(last) - int(first)) % HOURS_A_DAY or HOURS_A_DAY
            for step in range(length):
                said[(int(first) + step) % HOURS_A_DAY] = float(part["factor"])
    silent = HOURS_A_DAY - len(said)
    rest = max(0.0, HOURS_A_DAY - sum(said.values())) / silent if silent else 0.0
    return [said.get(hour, rest) for hour in range(HOURS_A_DAY)]


def _short(number: Decimal) -> str:
    return f"{number:,.1f}".removesuffix(".0")
