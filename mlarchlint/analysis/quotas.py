"""Quotas that the design may meet at its largest: data/quotas.yaml has their defaults."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from mlarchlint.analysis.capacity import Capacity
from mlarchlint.analysis.hosting import accelerators_of
from mlarchlint.analysis.machine_tables import cores
from mlarchlint.analysis.replicas import replicas_of
from mlarchlint.data import table
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.truth import Truth

_MACHINES = (
    "compute_instance",
    "compute_group",
    "training_cluster",
    "notebook",
    "model_endpoint",
    "container_service",
    "batch_job",
)
# SageMaker counts machines by what they are for, apart from those of EC2.
_SAGEMAKER = {
    "model_endpoint": "sagemaker",
    "notebook": "sagemaker-notebook",
    "training_cluster": "sagemaker-cluster",
    "batch_job": "sagemaker-training",
}
_NODE_GROUPS = ("aws_eks_node_group", "AWS::EKS::Nodegroup")


@record(frozen=True, slots=True)
class Quota:
    """default: what a new account has; None where each has its own. service: empty for machines."""

    provider: str
    name: str
    code: str
    families: tuple[str, ...]
    service: str
    market: str
    unit: str
    default: int | None
    source: str
    date: str
    url: str


@record(frozen=True, slots=True)
class Demand:
    """What the design asks of a quota in a region at its largest. of: who asks, the largest first."""

    quota: Quota
    region: str
    amount: float
    of: tuple[tuple[Resource, float], ...]

    @property
    def over(self) -> bool:
        """More than the default, or worth a look because there is none."""
        return self.quota.default is None or self.amount > self.quota.default


def demands(graph: ResourceGraph, capacities: Sequence[Capacity]) -> tuple[Demand, ...]:
    """Over the default quotas; a number that is not known asks for nothing here."""
    found: dict[tuple[Quota, str, str], list[tuple[Resource, float]]] = {}
    for node in graph.of_kind(*_MACHINES, "serverless_function"):
        if node.part_of is not None or node.instance.mode is not Mode.MANAGED:
            continue
        region = node["region"].text() or ""
        for quota, amount in _asked(graph, node, capacities):
            each = _counted_apart(node, quota)
            found.setdefault((quota, region, each), []).append((node, amount))
    asked = (
        Demand(quota, region, sum(a for _, a in users), tuple(sorted(users, key=lambda user: -user[1])))
        for (quota, region, _), users in found.items()
    )
    return tuple(demand for demand in asked if demand.over)


def _asked(
    graph: ResourceGraph, node: Resource, capacities: Sequence[Capacity]
) -> Iterator[tuple[Quota, float]]:
    if node.kind == "serverless_function":
        yield from _executions(node, capacities)
        return
    most = _most(graph, node)
    machine = node["instance_type"].text() or next(
        (t for v in node["instance_types"].items() if (t := v.text())), ""
    )
    market = "spot" if node["spot"].equals("all") is Truth.YES else "on-demand"
    if not most:
        return
    service = _service(node)
    for quota in quotas():
        if quota.unit == "nodes" and node.type in _NODE_GROUPS:
            yield quota, most
        if (quota.provider, quota.service, quota.market) != (node.provider, service, market):
            continue
        if quota.families and not any(
            _of_family(node.provider, machine, family) for family in quota.families
        ):
            continue
        each = _each(node, quota.unit, machine)
        if each:
            yield quota, each * most


def _most(graph: ResourceGraph, node: Resource) -> float | None:
    if node.kind in ("compute_instance", "notebook"):
        return 1.0
    stated = replicas_of(graph, node).most if node.kind != "batch_job" else node["nodes"]
    return _number((node["nodes"] if stated.is_absent else stated).number())


def _counted_apart(node: Resource, quota: Quota) -> str:
    """What has a quota of its own: each type of machine, or each group."""
    if quota.unit == "nodes":
        return node.key
    return node["instance_type"].text() or "" if quota.unit == "instances" else ""


def _service(node: Resource) -> str:
    """Whose quota counts its machines; empty where they are machines of its account."""
    if "sagemaker" in node.type.lower():
        return _SAGEMAKER.get(node.kind, "other")
    if node.kind == "model_endpoint":
        return "vertex-serving" if node.provider == "google" else "other"
    if node.kind == "container_service":
        # Only Fargate has a capacity provider that is spot by its name.
        fargate = node["serverless"].is_true() | node["spot"].equals("all")
        return "fargate" if fargate is Truth.YES else "other"
    return "other" if node.kind == "batch_job" else ""


def _each(node: Resource, unit: str, machine: str) -> float | None:
    if unit == "accelerators":
        return accelerators_of(node)
    if unit == "instances":
        return 1.0
    stated = _number(node["requests.cpu" if node.kind == "container_service" else "vcpu"].number())
    return stated or (cores(node.provider, machine) if machine else None)


def _executions(node: Resource, capacities: Sequence[Capacity]) -> Iterator[tuple[Quota, float]]:
    """Requests at once: their rate times how long each takes."""
    capacity = next((one for one in capacities if node in one.fleet.nodes), None)
    if capacity is None or capacity.throughput is None or node.provider != "aws":
        return
    for quota in quotas():
        if quota.service == "lambda":
            yield quota, capacity.origin_peak / capacity.throughput.rps


def _of_family(provider: str, machine: str, family: str) -> bool:
    plain = machine.lower().removeprefix("ml.")
    if provider != "aws":
        return fnmatchcase(plain, family)
    letters = re.match(r"[a-z]+", plain)
    return letters is not None and letters.group() == family


def _number(value: object) -> float | None:
    return float(str(value)) if value is not None else None


@lru_cache(maxsize=1)
def quotas() -> tuple[Quota, ...]:
    data: Mapping[str, Any] = table("quotas.yaml")
    return tuple(_row(row, data["sources"][row["source"]]) for row in data["quotas"])


def _row(row: Mapping[str, Any], source: Mapping[str, Any]) -> Quota:
    return Quota(
        row["provider"], row["name"], row.get("code", ""), tuple(row.get("families", ())), row.get("for", ""),
        row["market"], row["unit"], row["default"], source["name"], str(source["date"]), source["url"],
    )  # fmt: skip
