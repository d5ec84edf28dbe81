"""Machines: single ones, groups, training clusters, jobs, notebooks, and their disks."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_disks import disk, further_disks
from mlarchlint.analysis.cost_groups import group_count, zones_of_pool
from mlarchlint.analysis.cost_hours import machine_type, machines
from mlarchlint.analysis.cost_ledger import ONE, ZERO, Bounds, Ledger
from mlarchlint.analysis.cost_options import credits
from mlarchlint.analysis.cost_usage import HOURS, TRAINING_HOURS, TRAINING_RUNS
from mlarchlint.model.truth import Truth

# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
DETAILED_METRICS = Decimal(7)
# More nodes than this are a limit and not a plan.
MANY_NODES, USUAL_NODES = Decimal(100), Decimal(10)
WORKING_HOURS = Decimal(8 * 22)


def instance(ledger: Ledger) -> None:
    """One machine, all month unless the usage says otherwise."""
    hours = ledger.used("monthly_hours", "monthly_hrs")
    if hours is None and ledger.resource["auto_stop"].is_true() is Truth.YES:
        machines(ledger, Bounds(WORKING_HOURS, HOURS), ONE, "stops by itself: 8 hours a day to always on")
    else:
        machines(ledger, Bounds(hours, hours) if hours is not None else Bounds(HOURS, HOURS), ONE)
    _beside(ledger, Bounds(ONE, ONE))


def _beside(ledger: Ledger, count: Bounds) -> None:
    """Disks, bursts and metrics of each machine."""
    disk(ledger, count)
    further_disks(ledger, count)
    if ledger.provider != "aws":
        return
    credits(ledger, count)
    if ledger.resource["detailed_monitoring"].is_true() is Truth.YES:
        low, high = DETAILED_METRICS * count.low, DETAILED_METRICS * count.high
        ledger.add("detailed monitoring", "metrics", "metric", low, high)


def group(ledger: Ledger) -> None:
    """From its least to its largest size."""
    fixed = ledger.used("instances", "nodes", "capacity")
    count = group_count(ledger) if fixed is None else Bounds(fixed, fixed)
    if count is None:
        ledger.gap(
            "machines", "how many machines the group has is not known", ledger.resource["desired_count"]
        )
        return
    zones = zones_of_pool(ledger)
    count = Bounds(count.low * zones, count.high * zones)
    if "service_plan" in ledger.resource.type:
        service_plan(ledger, count)
        return
    hours = ledger.used("monthly_hours", "monthly_hrs") or HOURS
    managed = managed_machines(ledger)
    machines(ledger, Bounds(hours, hours), ONE, count=count, managed=managed)
    if not managed:
        _beside(ledger, count)


def service_plan(ledger: Ledger, count: Bounds) -> None:
    """App Service: workers of a size, not virtual machines."""
    name, at = ledger.text("instance_type").lower(), ledger.resource["instance_type"]
    if name == "y1" or name.startswith(("ep", "fc")):
        return  # what runs on it is priced: by request, or as the first function of an elastic plan
    windows = (ledger.resource.instance.get("os_type").text() or "").lower().startswith("windows")
    sku = f"{name}-windows" if windows else name
    label = f"{name.upper()} workers{' (Windows)' if windows else ''}"
    ledger.add(label, "app-service", sku, HOURS * count.low, HOURS * count.high, at=at)


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
            most = _below_the_ceiling(ledger, least, most)
    if most is None:
        ledger.gap("training nodes", "how many nodes the cluster has is not known")
        return
    hours, why = training_hours(ledger)
    high = min(HOURS, hours)
    steady = least * HOURS
    total = steady + max(ZERO, most - least) * high
    share = f"{least:f} nodes always, up to {most:f} for {high:f} hours"
    machines(ledger, Bounds(steady, total), ONE, share, why, managed=managed_machines(ledger))


def _below_the_ceiling(ledger: Ledger, least: Decimal, most: Decimal) -> Decimal:
    """Processors are often allowed by the ten thousand: then what the jobs of the scan ask for counts."""
    if most <= MANY_NODES:
        return most
    asked = [one["nodes"].number() or ONE for one in ledger.costing.graph.of_kind("batch_job")]
    high = max(least, *asked) if asked else max(least, USUAL_NODES)
    ledger.note(
        f"may grow to {most:f} nodes: {high:f} are priced at most, {'as its jobs ask' if asked else 'by default'}"
    )
    return high


def training_hours(
    ledger: Ledger, runs: Decimal | None = None, hours: Decimal | None = None
) -> tuple[Decimal, str]:
    """Hours of training a month: the requirements, the resource's own limit and schedule, or the defaults given."""
    planned, usual = runs, hours or TRAINING_HOURS
    runs = ledger.used("monthly_runs") or ledger.need("training.runs_per_month")
    hours = ledger.used("run_hours") or ledger.need("training.max_run_hours")
    limit = ledger.number("max_runtime_s")
    said = []
    if hours is None and limit is not None:
        hours = limit / 3600
        said.append(f"each run takes its limit of {hours:f} hours")
    if hours is None:
        hours = usual
        said.append(f"{hours:f} hours a run are assumed")
    if runs is None and planned is not None:
        runs = planned
        said.append(f"its schedule makes {runs:.1f} runs a month")
    if runs is None:
        runs = TRAINING_RUNS
        said.append(f"{runs:f} runs a month are assumed")
    ledger.runs = runs
    return hours * runs, "; ".join(said) or f"{runs:f} runs a month of {hours:f} hours"


def managed_machines(ledger: Ledger) -> bool:
    """Whether the machine-learning service bills the machine at its own price."""
    return machine_type(ledger).startswith("ml.") or "vertex" in ledger.resource.type


def notebook(ledger: Ledger) -> None:
    if not machine_type(ledger) or ledger.resource["workspace"].is_true() is Truth.YES:
        return
    idle = ledger.number("idle_shutdown_minutes")
    low = WORKING_HOURS if idle or ledger.resource["lifecycle_script"].is_true() is Truth.YES else HOURS
    said = "8 hours a working day to always on" if low < HOURS else "never stops by itself"
    machines(
        ledger, Bounds(low, HOURS), ONE, said, managed=managed_machines(ledger) or ledger.provider == "azure"
    )
    size = ledger.number("storage_gib")
    if size and ledger.provider == "aws":
        ledger.add("notebook volume", "sagemaker", "storage", size)
    elif ledger.provider == "google":
        disk(ledger, Bounds(ONE, ONE))
        ledger.add("data disk", "disk", "pd-standard", size or Decimal(0))
