"""How many requests a second one instance serves, from what is stated or measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mlarchlint.analysis.needs import Needs
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth

# Virtual CPUs of a machine type: (provider, type) -> number, or None where it is not in the tables.
Cores = Callable[[str, str], "float | None"]
OWN_TARGET = "the autoscaler's own target"  # what it calls an instance's share leaves room by itself
_CPU_METRICS = ("cpu", "cpuutilization", "percentage cpu", "cpu_utilization")


@record(frozen=True, slots=True)
class Throughput:
    """rps: of one instance at full use. how: the figures it is made of.

    sustained: what a burstable machine serves without spending credits.
    """

    rps: float
    how: str
    sustained: float | None = None


def throughput_of(
    graph: ResourceGraph, node: Resource, needs: Needs, cores: Cores, baselines: Mapping[str, float]
) -> Throughput | None:
    """The first that is known: measured, by concurrency, by processor time, by the autoscaler's target."""
    declared = needs.number("model.throughput_rps")
    if declared:
        return Throughput(declared, f"{declared:g} requests a second stated by `model.throughput_rps`")
    return (
        _by_concurrency(node, needs) or _by_cpu(node, needs, cores, baselines) or _by_autoscaler(graph, node)
    )


def _by_concurrency(node: Resource, needs: Needs) -> Throughput | None:
    time = needs.number("model.service_time_ms.p50") or needs.number("model.service_time_ms.p95")
    stated = needs.number("model.concurrency")
    own = node["concurrency"].number() if not node["concurrency"].default else None
    # A function runs one request at a time; that is what its instances are.
    slots = stated or (1.0 if node.kind == "serverless_function" else None) or (float(own) if own else None)
    if not time or not slots:
        return None
    return Throughput(slots * 1000 / time, f"{slots:g} at once, {time:g} ms each")


def _by_cpu(node: Resource, needs: Needs, cores: Cores, baselines: Mapping[str, float]) -> Throughput | None:
    time = needs.number("model.cpu_time_ms")
    if not time:
        return None
    count = _cores_of(node, cores)
    if not count:
        return None
    how = f"{count:g} vCPU, {time:g} ms of processor time each"
    share = _baseline(node, baselines)
    sustained = count * share * 1000 / time if share is not None else None
    return Throughput(count * 1000 / time, how, sustained)


def _cores_of(node: Resource, cores: Cores) -> float | None:
    for trait in ("limits.cpu", "requests.cpu", "vcpu"):
        number = node[trait].number()
        if number:
            return float(number)
    machine = node["instance_type"].text()
    return cores(node.provider, machine) if machine else None


def _baseline(node: Resource, baselines: Mapping[str, float]) -> float | None:
    machine = (node["instance_type"].text() or "").lower().removeprefix("ml.")
    if machine in baselines:
        return baselines[machine] / 100
    family, _, size = machine.partition(".")
    if family not in ("t3", "t3a", "t4g") or size not in baselines:
        return None
    return baselines[size] / 100


def _by_autoscaler(graph: ResourceGraph, node: Resource) -> Throughput | None:
    """A target of invocations per instance says what an instance is meant to serve (SageMaker: a minute)."""
    for scaler in graph.sources(node, Relation.SCALES):
        target, metric = scaler["target"].number(), scaler["metric"].text() or ""
        if target and metric == "SageMakerVariantInvocationsPerInstance":
            return Throughput(
                float(target) / 60, f"the autoscaler's target of {target:g} invocations a minute"
            )
        if target and metric == "rps":
            return Throughput(float(target), f"the autoscaler's target of {target:g} requests a second")
    return None


def utilisation_of(graph: ResourceGraph, node: Resource) -> tuple[float, str] | None:
    """The use of an instance at which the autoscaler adds one, where it watches the processor."""
    for scaler in graph.sources(node, Relation.SCALES):
        target, metric = scaler["target"].number(), (scaler["metric"].text() or "").lower()
        if target is None or scaler["policy_type"].equals("scheduled") is Truth.YES:
            continue
        if any(name in metric for name in _CPU_METRICS):
            share = float(target) if target <= 1 else float(target) / 100
            if 0 < share <= 1:
                return share, f"the autoscaler's target of {share:.0%}"
        elif metric in ("SageMakerVariantInvocationsPerInstance".lower(), "rps"):
            return 1.0, OWN_TARGET
    return None
