"""Serverless functions: requests and the time they take, or the workers of an elastic plan."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_ledger import ONE, Bounds, Ledger
from mlarchlint.analysis.cost_traffic import requests
from mlarchlint.analysis.cost_usage import HOURS
from mlarchlint.model.graph import Relation
from mlarchlint.model.resource import Resource

MILLION = Decimal(1_000_000)
SECONDS = HOURS * 3600
SERVICES = {"aws": "lambda", "google": "functions", "azure": "functions"}
# https://cloud.google.com/functions/pricing-1stgen: the clock that comes with the memory, in MiB and GHz.
FUNCTION_GHZ = tuple(
    (mib, Decimal(ghz))
    for mib, ghz in ((128, "0.2"), (256, "0.4"), (512, "0.8"), (1024, "1.4"), (2048, "2.4"), (4096, "4.8"))
)
# https://learn.microsoft.com/azure/azure-functions/functions-premium-plan: (vCPU, GiB) of a worker.
ELASTIC = {
    "ep1": (Decimal(1), Decimal("3.5")),
    "ep2": (Decimal(2), Decimal(7)),
    "ep3": (Decimal(4), Decimal(14)),
}
# Times are billed by steps: https://cloud.google.com/functions/pricing-1stgen
GOOGLE_STEP_MS = Decimal(100)


def function(ledger: Ledger) -> None:
    if ledger.provider == "azure" and (plan := _plan(ledger)) is not None:
        _on_plan(ledger, plan)
        return
    served = requests(ledger)
    millis = ledger.used(
        "request_duration_ms", "average_request_duration", "execution_duration_ms"
    ) or ledger.need("model.service_time_ms.p50")
    if millis is None:
        millis = Decimal(100)
        ledger.note("100 ms a request are assumed")
    if ledger.provider == "google":
        millis = (millis / GOOGLE_STEP_MS).to_integral_value(rounding="ROUND_CEILING") * GOOGLE_STEP_MS
    gib = _memory(ledger)
    service = SERVICES[ledger.provider]
    ledger.add("requests", service, "requests", served.low / MILLION, served.high / MILLION)
    busy = Bounds(served.low * millis / 1000, served.high * millis / 1000)
    if ledger.provider == "aws":
        _lambda(ledger, busy, gib)
    elif ledger.provider == "azure":
        ledger.add("duration", service, "duration", busy.low * gib, busy.high * gib)
    else:
        ledger.add("memory time", service, "memory", busy.low * gib, busy.high * gib)
        clock = next((ghz for limit, ghz in FUNCTION_GHZ if gib * 1024 <= limit), FUNCTION_GHZ[-1][1])
        ledger.add("CPU time", service, "cpu", busy.low * clock, busy.high * clock)
        ledger.use("data to the internet", service, "egress", "monthly_outbound_data_gb")


def _memory(ledger: Ledger) -> Decimal:
    used = ledger.used("memory_mb")
    if used is not None:  # billed by steps of 128 MiB
        return (used / 128).to_integral_value(rounding="ROUND_CEILING") * 128 / 1024
    mib = ledger.number("memory_mib")
    gib = mib / 1024 if mib is not None else ledger.number("memory_gib")
    if gib is not None:
        return gib
    usual = 256 if ledger.provider == "google" else 128
    ledger.note(f"{usual} MiB of memory are assumed")
    return Decimal(usual) / 1024


def _lambda(ledger: Ledger, busy: Bounds, gib: Decimal) -> None:
    # No trait says it: Graviton functions have their own rate.
    arm = any(one.text() == "arm64" for one in ledger.resource.instance.get("architectures").items())
    ledger.tiered(
        "duration", "lambda", "duration-arm" if arm else "duration", busy.low * gib, busy.high * gib
    )
    warm = ledger.number("provisioned_concurrency")
    if warm:
        ledger.add("provisioned concurrency", "lambda", "provisioned", warm * SECONDS * gib)
    storage = ledger.resource.instance.get("ephemeral_storage").items()
    size = storage[0].get("size").number() if storage else None
    if size is not None and size > 512:
        extra = (size - 512) / 1024
        ledger.add("storage over 512 MiB", "lambda", "storage", busy.low * extra, busy.high * extra)


# -- Azure plans -----------------------------------------------------------------------------


def _plan(ledger: Ledger) -> Resource | None:
    """The plan that workers are paid with; none of them for consumption."""
    for one in ledger.costing.graph.targets(ledger.resource):
        if "service_plan" in one.type and _size(one) not in ("", "y1"):
            return one
    return None


def _size(plan: Resource) -> str:
    block = plan.instance.get("sku").items()
    found = plan.instance.get("sku_name").text() or (block[0].get("size").text() if block else "")
    return (found or plan["instance_type"].text() or "").lower()


def _on_plan(ledger: Ledger, plan: Resource) -> None:
    """An elastic plan is counted once, with the first function that runs on it."""
    shape = ELASTIC.get(_size(plan))
    if shape is None:
        ledger.note("runs on its service plan, which is priced on its own")
        return
    graph = ledger.costing.graph
    sharers = [one for one in graph.sources(plan, Relation.USES) if one.kind == "serverless_function"]
    if sharers and sharers[0] != ledger.resource:
        ledger.note(f"runs on the plan of {sharers[0].address}, where its workers are counted")
        return
    count = ledger.used("instances") or ONE
    ledger.add(f"{_size(plan).upper()} workers, vCPU", "functions", "premium-vcpu-month", count * shape[0])
    ledger.add(
        f"{_size(plan).upper()} workers, memory", "functions", "premium-memory-month", count * shape[1]
    )
