"""Serverless containers: Cloud Run and Azure Container Apps, by the seconds of their instances."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_ledger import ONE, ZERO, Bounds, Ledger
from mlarchlint.analysis.cost_traffic import requests
from mlarchlint.analysis.cost_usage import HOURS
from mlarchlint.model.graph import Relation
from mlarchlint.model.truth import Truth

SECONDS = HOURS * 3600
MILLION = Decimal(1_000_000)


def serverless(ledger: Ledger) -> None:
    """Instances by second between their least and largest number."""
    if ledger.provider == "aws":
        ledger.gap("App Runner", "the catalog has no prices of App Runner")
        return
    if ledger.resource.type == "azurerm_container_group":
        ledger.gap("container group", "the catalog has no prices of Container Instances")
        return
    cpu = ledger.number("requests.cpu") or ledger.number("limits.cpu") or ledger.number("vcpu") or ONE
    memory = ledger.number("limits.memory_gib") or ledger.number("memory_gib") or Decimal("0.5")
    served = requests(ledger)
    millis = ledger.used("average_request_duration_ms") or ledger.need("model.service_time_ms.p50")
    millis = millis or Decimal(100)
    at_once = ledger.used("concurrent_requests_per_instance") or ONE
    busy = Bounds(*(count * millis / 1000 / at_once for count in (served.low, served.high)))
    always = (ledger.number("min_count") or ZERO) * SECONDS
    said = f"{millis:f} ms of work a request"
    million = Bounds(served.low / MILLION, served.high / MILLION)
    if ledger.provider == "azure":
        _container_app(ledger, cpu, memory, busy, always, said)
        ledger.add("requests", "container-apps", "requests", million.low, million.high)
        return
    busy = Bounds(max(always, busy.low), max(always, busy.high))
    if ledger.resource["cpu_idle"].is_true() is Truth.NO and ledger.row("cloud-run", "vcpu-always"):
        _by_instance(ledger, cpu, memory, busy, said)
        return
    if ledger.add("CPU time", "cloud-run", "vcpu", busy.low * cpu, busy.high * cpu, said):
        ledger.add("memory time", "cloud-run", "memory", busy.low * memory, busy.high * memory, said)
    ledger.add("requests", "cloud-run", "requests", million.low, million.high)


def _by_instance(ledger: Ledger, cpu: Decimal, memory: Decimal, busy: Bounds, said: str) -> None:
    """CPU that is never throttled is paid as long as an instance lives, at a lower price; requests are free."""
    hours = ledger.used("instance_hrs")
    if hours is not None:
        alive = hours * 3600 * max(ONE, ledger.number("min_count") or ONE)
        busy, said = Bounds(alive, alive), "as long as instances live"
    ledger.add("CPU time", "cloud-run", "vcpu-always", busy.low * cpu, busy.high * cpu, said)
    ledger.add("memory time", "cloud-run", "memory-always", busy.low * memory, busy.high * memory, said)


def environment(ledger: Ledger) -> None:
    """Of Container Apps: what a private link to it, or machines of its own, adds by the hour.
    https://learn.microsoft.com/azure/container-apps/billing
    """
    graph, node = ledger.costing.graph, ledger.resource
    linked = [
        *graph.sources(node, Relation.ROUTES_TO),
        *(one for one in graph.sources(node) if one.type == "azurerm_private_endpoint"),
    ]
    profiles = node.instance.get("workload_profile").items()
    own = [one for one in profiles if one.get("workload_profile_type").text() not in (None, "Consumption")]
    if linked or own:
        ledger.add("plan management", "container-apps", "plan-management", HOURS)


def _container_app(
    ledger: Ledger, cpu: Decimal, memory: Decimal, busy: Bounds, always: Decimal, said: str
) -> None:
    """The consumption plan. Least replicas cost less while they idle: the low figure, the high one has them busy."""
    low, high = busy.low, max(always, busy.high)
    idle = max(ZERO, always - busy.low)
    if not ledger.add("CPU time", "container-apps", "vcpu", low * cpu, high * cpu, said):
        return
    ledger.add("memory time", "container-apps", "memory", low * memory, high * memory, said)
    why = "the least replicas idle in the low figure and are busy in the high one"
    ledger.add("idle CPU", "container-apps", "vcpu-idle", idle * cpu, ZERO, why)
    ledger.add("idle memory", "container-apps", "memory-idle", idle * memory, ZERO, why)
    if ledger.resource.instance.get("workload_profile_name").text() not in (None, "", "Consumption"):
        ledger.gap("workload profile", "the catalog has no prices of dedicated workload profiles")
