"""Model endpoints and data processing."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_containers import pods
from mlarchlint.analysis.cost_groups import group_count
from mlarchlint.analysis.cost_hours import MANAGED, machine_type, machines
from mlarchlint.analysis.cost_ledger import ONE, ZERO, Bounds, Ledger
from mlarchlint.analysis.cost_usage import DAYS, HOURS
from mlarchlint.model.truth import Truth

PROCESSING_HOURS = Decimal(2) * DAYS
# Dataflow chooses a machine for a job that names none; these are assumed, by whether the job is on Streaming Engine.
DATAFLOW_MACHINES = {False: "n1-standard-1", True: "n1-standard-2"}


def endpoint(ledger: Ledger) -> None:
    """Machines of each variant, all month."""
    if ledger.resource.provider == "kubernetes":
        pods(ledger)
        return
    if ledger.resource["serverless"].is_true() is Truth.YES:
        ledger.gap("serverless endpoint", "the catalog has no prices of serverless inference")
        return
    name = machine_type(ledger)
    if (
        not name
        and ledger.resource["instance_type"].is_absent
        and not ledger.resource["instance_type"].scenarios
    ):
        if "inferencecomponent" in ledger.resource.type.lower():
            ledger.note("runs on the machines of its endpoint, which are priced on their own")
        elif ledger.provider != "google":
            ledger.gap("endpoint", "no instance type is given", ledger.resource["instance_type"])
        return
    count = group_count(ledger)
    if count is None:
        count = Bounds(ONE, ONE)
        ledger.note("one instance is assumed: the number is not known")
    machines(ledger, Bounds(HOURS, HOURS), ONE, count=count, managed=True)
    types = {text for one in ledger.resource["instance_types"].items() if (text := one.text())}
    variants = ledger.number("variants")
    if variants and variants > 1 and len(types) != 1:
        ledger.gap("other variants", "variants of several machine types: all are counted as the first")


def processor(ledger: Ledger) -> None:
    """Glue, EMR and Dataproc: workers for the hours of their runs."""
    kind = ledger.resource.type.lower()
    workers = ledger.number("workers.max") or ledger.number("nodes") or ledger.number("max_count")
    hours = ledger.used("monthly_hours", "monthly_hrs")
    said = () if hours is not None else ("none to two hours a day are assumed",)
    low, high = (hours, hours) if hours is not None else (ZERO, PROCESSING_HOURS)
    if "glue" in kind and "crawler" not in kind:
        units = workers or Decimal(10)
        units *= {"g.2x": Decimal(2), "g.4x": Decimal(4), "g.8x": Decimal(8)}.get(
            ledger.text("worker_type").lower(), ONE
        )
        sku = "dpu-flex" if ledger.resource["flexible"].is_true() is Truth.YES else "dpu"
        ledger.add(f"{units:f} DPU", "glue", sku, low * units, high * units, *said)
        return
    if "dataflow" in kind:
        _dataflow(ledger, workers, Bounds(low, high), said)
        return
    name, at = machine_type(ledger), ledger.resource["instance_type"]
    if (
        not name
        and at.is_absent
        and ("emr_cluster" in kind or "dataproc_cluster" in kind or "emr::cluster" in kind)
    ):
        ledger.gap("workers", "no instance type is given", at)
        return
    if not name:
        ledger.gap("workers", f"the catalog has no price of {ledger.resource.type}")
        return
    count = workers or ONE
    steady = ledger.resource["auto_termination"].is_true() is Truth.NO and hours is None
    bounds = Bounds(HOURS, HOURS) if steady else Bounds(low, high)
    machines(ledger, bounds, ONE, *(("runs all month",) if steady else said), count=Bounds(count, count))
    if "dataproc" in kind:
        ledger.note("the workers are counted, not the master node")
    if "emr" in kind:
        ledger.add("EMR fee", "emr", name, bounds.low * count, bounds.high * count)
    elif "dataproc" in kind:
        spec = ledger.costing.catalog.spec("google", name)
        if spec is not None and spec.vcpu:
            total = spec.vcpu * count
            ledger.add("Dataproc fee", "dataproc", "vcpu", bounds.low * total, bounds.high * total)


def _dataflow(ledger: Ledger, most: Decimal | None, run: Bounds, said: tuple[str, ...]) -> None:
    """Workers by vCPU and memory, whatever their machine costs elsewhere; a streaming job does not end by itself."""
    streaming = ledger.resource.instance.get("enable_streaming_engine")
    stream = streaming.is_known and streaming.raw is True
    name = machine_type(ledger)
    if not name and not ledger.resource["instance_type"].is_absent:
        ledger.gap("workers", "the machine type is not known", ledger.resource["instance_type"])
        return
    if not name:
        name = DATAFLOW_MACHINES[stream]
        ledger.note(f"no machine type is given: {name} is assumed")
    spec = ledger.costing.catalog.spec("google", name)
    if spec is None or not spec.vcpu or not spec.memory_gib:
        ledger.gap("workers", f"{name} is no instance type that the catalog knows")
        return
    least = ledger.number("workers.min") or ONE
    hours = Bounds(HOURS, HOURS) if stream and run.low != run.high else run
    low, high = hours.low * least, hours.high * max(least, most or least)
    words = (f"{least:f} to {most or least:f} workers of {name}", *(("runs all month",) if stream else said))
    sku = "streaming-vcpu" if stream else "batch-vcpu"
    if ledger.add("Dataflow vCPU", "dataflow", sku, low * spec.vcpu, high * spec.vcpu, *words):
        memory = spec.memory_gib
        ledger.add("Dataflow memory", "dataflow", "memory", low * memory, high * memory, *words)
    ledger.note("disks of the workers and the data that Dataflow shuffles or streams are not counted")


def managed_monitor(ledger: Ledger) -> None:
    """A monitoring schedule runs a machine for an hour a day."""
    name = machine_type(ledger)
    if name and ledger.provider in MANAGED:
        machines(ledger, Bounds(ZERO, DAYS), ONE, "none to an hour a day are assumed", managed=True)
