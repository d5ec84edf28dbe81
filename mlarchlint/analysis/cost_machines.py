"""Machines: single ones, groups, training clusters, jobs, notebooks, and their disks."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_disks import disk
from mlarchlint.analysis.cost_ledger import ONE, ZERO, Bounds, Ledger
from mlarchlint.analysis.cost_usage import HOURS, TRAINING_HOURS, TRAINING_RUNS
from mlarchlint.model.estimate import PriceRow
from mlarchlint.model.graph import Relation
from mlarchlint.model.value import Value

ON_DEMAND = {"aws": "ec2", "google": "gce", "azure": "vm"}
SPOT = {"aws": "ec2-spot", "google": "gce-spot", "azure": "vm-spot"}
MANAGED = {"aws": "sagemaker", "google": "vertex", "azure": "azure-ml"}
COMMITTED = {
    ("aws", "1y"): "ec2-reserved",
    ("google", "1y"): "gce-commit-1y",
    ("google", "3y"): "gce-commit-3y",
    ("azure", "1y"): "vm-savings-1y",
}
WORKING_HOURS = Decimal(8 * 22)


def instance(ledger: Ledger) -> None:
    """One machine, all month unless the usage says otherwise."""
    hours = ledger.used("monthly_hours", "monthly_hrs")
    if hours is None and ledger.resource["auto_stop"].is_true().name == "YES":
        machines(ledger, Bounds(WORKING_HOURS, HOURS), ONE, "stops by itself: 8 hours a day to always on")
    else:
        machines(ledger, Bounds(hours, hours) if hours is not None else Bounds(HOURS, HOURS), ONE)
    disk(ledger, Bounds(ONE, ONE))


def group(ledger: Ledger) -> None:
    """From its least to its largest size."""
    count = group_count(ledger)
    if count is None:
        ledger.gap(
            "machines", "how many machines the group has is not known", ledger.resource["desired_count"]
        )
        return
    fixed = ledger.used("instances", "nodes")
    if fixed is not None:
        count = Bounds(fixed, fixed)
    machines(ledger, Bounds(HOURS, HOURS), ONE, count=count)
    disk(ledger, count)


def group_count(ledger: Ledger) -> Bounds | None:
    """min..max; the desired count stands in for a bound that is not given. Scalers may widen it."""
    desired = ledger.bounds("desired_count")
    least, most = ledger.bounds("min_count") or desired, ledger.bounds("max_count") or desired
    for scaler in ledger.costing.graph.sources(ledger.resource, Relation.SCALES):
        lower, upper = scaler["min"].number(), scaler["max"].number()
        if lower is not None:
            least = Bounds(lower, lower)
        if upper is not None:
            most = Bounds(upper, upper)
    if least is None and most is None:
        return None
    low = least.low if least else ZERO
    high = most.high if most else low
    if desired and low < desired.low < high:
        ledger.note(f"between {low:f} and {high:f} machines; {desired.low:f} at first")
    return Bounds(low, max(low, high))


def training_cluster(ledger: Ledger) -> None:
    """Its least nodes all month, the rest while training runs."""
    least = ledger.number("min_nodes") or ledger.number("min_count") or ZERO
    most = ledger.number("max_nodes") or ledger.number("max_count") or ledger.number("nodes")
    if most is None:
        vcpus = ledger.number("max_vcpus")
        spec = ledger.costing.catalog.spec(ledger.provider, machine_type(ledger))
        if vcpus is not None and spec is not None and spec.vcpu:
            most = (vcpus / spec.vcpu).to_integral_value(rounding="ROUND_FLOOR")
            least = ((ledger.number("min_vcpus") or ZERO) / spec.vcpu).to_integral_value(
                rounding="ROUND_CEILING"
            )
    if most is None:
        ledger.gap("training nodes", "how many nodes the cluster has is not known")
        return
    hours, why = training_hours(ledger)
    high = min(HOURS, hours)
    steady = least * HOURS
    total = steady + max(ZERO, most - least) * high
    share = f"{least:f} nodes always, up to {most:f} for {high:f} hours"
    machines(ledger, Bounds(steady, total), ONE, share, why)


def training_hours(ledger: Ledger) -> tuple[Decimal, str]:
    """Hours of training a month: the requirements, the resource's own limit, or the default."""
    runs = ledger.used("monthly_runs") or ledger.costing.need("training.runs_per_month")
    hours = ledger.used("run_hours") or ledger.costing.need("training.max_run_hours")
    limit = ledger.number("max_runtime_s")
    said = []
    if hours is None and limit is not None:
        hours = limit / 3600
        said.append(f"each run takes its limit of {hours:f} hours")
    if hours is None:
        hours = TRAINING_HOURS
        said.append(f"{hours:f} hours a run are assumed")
    if runs is None:
        runs = TRAINING_RUNS
        said.append(f"{runs:f} runs a month are assumed")
    return hours * runs, "; ".join(said) or f"{runs:f} runs a month of {hours:f} hours"


def job(ledger: Ledger) -> None:
    """A training or batch job: its machines for the hours of its runs."""
    if not machine_type(ledger):
        return
    hours, why = training_hours(ledger)
    nodes = ledger.number("nodes") or ONE
    trials = ledger.number("max_jobs") if ledger.resource["tuning"].is_true().name == "YES" else None
    total = hours * nodes * (trials or ONE)
    machines(ledger, Bounds(ZERO, total), ONE, why, managed=managed_job(ledger))


def managed_job(ledger: Ledger) -> bool:
    return machine_type(ledger).startswith("ml.") or "vertex" in ledger.resource.type


def notebook(ledger: Ledger) -> None:
    if not machine_type(ledger):
        return
    idle = ledger.number("idle_shutdown_minutes")
    low = WORKING_HOURS if idle or ledger.resource["lifecycle_script"].is_true().name == "YES" else HOURS
    said = "8 hours a working day to always on" if low < HOURS else "never stops by itself"
    machines(ledger, Bounds(low, HOURS), ONE, said, managed=managed_job(ledger) or ledger.provider == "azure")
    size = ledger.number("storage_gib")
    if size and ledger.provider == "aws":
        ledger.add("notebook volume", "sagemaker", "storage", size)


# -- prices of machines ----------------------------------------------------------------------


def machine_type(ledger: Ledger) -> str:
    """The type, or the first of several."""
    found = ledger.text("instance_type")
    if found:
        return found
    return next((text for one in ledger.resource["instance_types"].items() if (text := one.text())), "")


def machines(
    ledger: Ledger,
    hours: Bounds,
    factor: Decimal,
    *assumptions: str,
    count: Bounds | None = None,
    managed: bool = False,
) -> None:
    """Charges hours of the resource's machine type, on demand, spot or committed."""
    value = ledger.resource["instance_type"]
    choices = [(name, text) for name, one in value.scenarios if (text := one.text())]
    name = machine_type(ledger)
    number = count or Bounds(ONE, ONE)
    if not name and choices and len(choices) == len(value.scenarios):
        _either(ledger, choices, hours, number, managed)
        return
    if not name:
        if value.is_unknown:
            ledger.gap("machine", f"the instance type is not known: {value.why}", value)
        elif number.high or hours.high:
            ledger.gap("machine", "no instance type is given", value)
        return
    low, high = hours.low * number.low * factor, hours.high * number.high * factor
    if managed:
        _charge(ledger, f"{name}, managed", MANAGED[ledger.provider], name, low, high, assumptions, value)
        return
    shares = spot_shares(ledger, number)
    _on_demand(ledger, name, Bounds(hours.low * factor, hours.high * factor), shares[0], assumptions, value)
    _spot(ledger, name, Bounds(hours.low * factor, hours.high * factor), shares[1], assumptions, value)
    accelerators(ledger, name, low, high)
    _several(ledger, name)


def _either(
    ledger: Ledger, choices: list[tuple[str, str]], hours: Bounds, count: Bounds, managed: bool
) -> None:
    """The type depends on an unknown condition: the cheapest makes the low figure, the dearest the high."""
    service = (MANAGED if managed else ON_DEMAND)[ledger.provider]
    rows = [(row, name) for name, text in choices if (row := ledger.row(service, text)) is not None]
    if len(rows) < len(choices):
        known = {row.sku for row, _ in rows}
        lacking = ", ".join(text for _, text in choices if text not in known)
        ledger.missing("machine", f"{service} {lacking}", ledger.resource["instance_type"])
        return
    rows.sort(key=lambda found: found[0].price)
    for (row, name), low, high in (
        (rows[0], hours.low * count.low, ZERO),
        (rows[-1], ZERO, hours.high * count.high),
    ):
        ledger.charge(f"{row.sku}, on demand", row, low, high, (f"if {name}",))


def spot_shares(ledger: Ledger, count: Bounds) -> tuple[Bounds, Bounds]:
    """(machines on demand, machines on spot)."""
    spot = ledger.text("spot")
    none = Bounds(ZERO, ZERO)
    if spot == "all" or spot == "mixed":
        base = ledger.number("on_demand_base") or ZERO
    else:
        return count, none
    percent = ledger.number("on_demand_percent")
    share = (percent if percent is not None else ZERO) / 100 if spot == "mixed" else ZERO
    if spot == "mixed" and percent is None:
        share = Decimal("0.5")
        ledger.note("half of the mixed capacity is assumed to be spot")
    on_demand = [min(n, base) + max(ZERO, n - base) * share for n in (count.low, count.high)]
    return Bounds(*on_demand), Bounds(count.low - on_demand[0], count.high - on_demand[1])


def _on_demand(
    ledger: Ledger, name: str, hours: Bounds, count: Bounds, assumptions: tuple[str, ...], at: Value
) -> None:
    if not count.high and not count.low:
        return
    covered = _commitment(ledger, name)
    if covered is not None:
        row, share = covered
        unit = HOURS if row.unit == "month" else ONE
        low, high = hours.low * count.low * share / unit, hours.high * count.high * share / unit
        ledger.charge(f"{name}, committed", row, low, high, (f"{share * 100:f} % is covered by commitments",))
        count = Bounds(count.low * (1 - share), count.high * (1 - share))
    if ledger.provider == "google" and hours.low >= HOURS:
        row_month = ledger.row("gce-sustained", name)
        if row_month is not None:
            low, high = hours.low * count.low / HOURS, hours.high * count.high / HOURS
            ledger.charge(f"{name}, on demand all month", row_month, low, high, assumptions)
            return
    service = ON_DEMAND[ledger.provider]
    low, high = hours.low * count.low, hours.high * count.high
    _charge(ledger, f"{name}, on demand", service, name, low, high, assumptions, at)


def _spot(
    ledger: Ledger, name: str, hours: Bounds, count: Bounds, assumptions: tuple[str, ...], at: Value
) -> None:
    if not count.high:
        return
    low, high = hours.low * count.low, hours.high * count.high
    row = ledger.row(SPOT[ledger.provider], name)
    if row is not None:
        ledger.charge(f"{name}, spot", row, low, high, assumptions)
        return
    service = ON_DEMAND[ledger.provider]
    known = ledger.row(service, name)
    if known is None:
        ledger.missing(f"{name}, spot", f"{service} {name}", at)
        return
    # On demand is the most that spot can cost; the low figure stays open.
    ledger.gap(f"{name}, spot", f"no spot price is known in {ledger.region}: the low figure lacks it", at)
    ledger.charge(f"{name}, spot at most", known, ZERO, high, ("the on-demand price stands for the most",))


def _charge(
    ledger: Ledger,
    label: str,
    service: str,
    sku: str,
    low: Decimal,
    high: Decimal,
    assumptions: tuple[str, ...],
    at: Value,
) -> None:
    row = ledger.row(service, sku)
    if row is not None:
        ledger.charge(label, row, low, high, assumptions)
        return
    spec = ledger.costing.catalog.spec(ledger.provider, sku.removeprefix("ml."))
    if spec is None:
        ledger.gap(label, f"{sku} is no instance type that the catalog knows", at)
    elif spec.retired:
        ledger.gap(label, f"{sku} is retired and no longer sold", at)
    else:
        ledger.missing(label, f"{service} {sku}", at)


def _commitment(ledger: Ledger, name: str) -> tuple[PriceRow, Decimal] | None:
    share = ledger.costing.need("budget.commitments.coverage")
    term = ledger.costing.wanted("budget.commitments.term")
    service = COMMITTED.get((ledger.provider, str(term)))
    if not share or service is None:
        return None
    row = ledger.row(service, name)
    if row is None:
        ledger.note(f"no committed price of {name} is known: on demand is counted")
        return None
    return row, min(ONE, share)


def accelerators(ledger: Ledger, name: str, low: Decimal, high: Decimal) -> None:
    """Cards attached to a Google machine; other types have theirs in the price."""
    kind, count = ledger.text("accelerator.type"), ledger.number("accelerator.count")
    if ledger.provider != "google" or not count or not kind:
        return
    spec = ledger.costing.catalog.spec("google", name)
    if spec is not None and spec.accelerator:
        return
    service = "gce-gpu-spot" if ledger.text("spot") == "all" else "gce-gpu"
    card = kind.rpartition("/")[2]
    ledger.add(f"{count:f} x {card}", service, card, low * count, high * count)


def _several(ledger: Ledger, name: str) -> None:
    others = [
        text for one in ledger.resource["instance_types"].items() if (text := one.text()) and text != name
    ]
    if others:
        ledger.note(f"of several instance types the first, {name}, is priced")
