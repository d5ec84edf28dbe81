"""GPU nodes export accelerator metrics.

## What it does
Looks at node groups and machines with accelerators and reports the first of a stack on which nothing collects their
use: no DCGM exporter, no GPU operator, no agent of the cloud that reads them.

## Why is this bad
A GPU is the dearest part of the design, and the metrics of the machine do not show it: a model that waits for its data
keeps the processor busy and the GPU idle. Nobody can say whether a smaller one would do, or how many requests one more
replica would take.

## Example
```hcl
resource "aws_eks_node_group" "gpu" {
  instance_types = ["g5.xlarge"]
}
```
with manifests that hold no exporter.

## Use instead
```hcl
resource "aws_eks_addon" "metrics" {
  cluster_name = aws_eks_cluster.ml.name
  addon_name   = "amazon-cloudwatch-observability"
}
```
or a DaemonSet of `nvidia/dcgm-exporter` with a ServiceMonitor.

## When it does not fire
Services that measure accelerators by themselves (SageMaker, Vertex AI, Azure Machine Learning, GKE with system metrics,
AKS with Container insights), agents of other makers, machines whose start-up script is not in the code, and stacks in
which MLA-OB001 says it of the machines that train. Where no object of the cluster is in the scanned code, it says so
and leaves the question open.

## References
- https://github.com/NVIDIA/dcgm-exporter
- https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-enhanced-EKS.html
- https://cloud.google.com/stackdriver/docs/solutions/gke/managing-metrics
- https://learn.microsoft.com/azure/azure-monitor/containers/container-insights-gpu-monitoring
"""

from mlarchlint.api import (
    Design,
    Hit,
    Hits,
    Kind,
    Mode,
    Relation,
    Resource,
    Severity,
    Truth,
    Value,
    has_accelerator,
    needs_gpu_agent,
    rule,
)

_MACHINES = ("compute_group", "compute_instance", "training_cluster")
_TRAINS = ("training", "tuning")
_ROLES = (*_TRAINS, "inference", "inference-batch")
_LEAST = 0.6
_OF_GKE = ("SYSTEM_COMPONENTS", "DCGM")
_FIX = (
    "run an exporter on the GPU nodes: the DCGM exporter, or the agent of the cloud that reads accelerators"
)


@rule(id="MLA-OB004", severity=Severity.LOW, on=Kind(*_MACHINES), since="0.2")
def gpu_utilisation_not_collected(node: Resource, design: Design) -> Hits:
    if design.once(_first_unmeasured).get(node.instance.scope) is not node:
        return
    said = has_accelerator(node)
    at = said if said is not None else Value.absent(node.span)
    measured, why = _measured(node, design)
    if measured is Truth.MAYBE:
        claim = f"whether the use of its accelerators is collected is not known: {why}"
        yield Hit(at, claim, certain=False, fix=_FIX)
    else:
        claim = "has accelerators, and nothing collects their use"
        yield Hit(at, claim, missing=("metric_sink", "addon"), fix=_FIX)


def _first_unmeasured(design: Design) -> dict[str, Resource]:
    """By stack: one finding for each, and none where MLA-OB001 speaks of the machines that train."""
    machines = [node for node in design.graph.of_kind(*_MACHINES) if _of_its_own(node)]
    told = {
        node.instance.scope for node in machines if _role(node, design) in _TRAINS and needs_gpu_agent(node)
    }
    found: dict[str, Resource] = {}
    for node in machines:
        scope = node.instance.scope
        if scope in found or scope in told or not _judged(node, design):
            continue
        if _measured(node, design)[0] is not Truth.YES:
            found[scope] = node
    return found


def _of_its_own(node: Resource) -> bool:
    return node.part_of is None and node.instance.mode is Mode.MANAGED


def _role(node: Resource, design: Design) -> str:
    role = design.role_of(node)
    return role.role or "" if role is not None and role.confidence >= _LEAST else ""


def _judged(node: Resource, design: Design) -> bool:
    """Machines with a model or its training on them; of a cluster, also those of which no more is known."""
    if has_accelerator(node) is None or "sagemaker" in node.type.lower():
        return False
    role, clustered = _role(node, design), _cluster(node, design) is not None or node.provider == "kubernetes"
    if role not in _ROLES and not (clustered and not role and design.workloads):
        return False
    return clustered or needs_gpu_agent(node)


def _cluster(node: Resource, design: Design) -> Resource | None:
    around = (*design.sources(node, Relation.CONTAINS), *design.targets(node, Relation.PLACED_IN))
    hosts = ("eks", "container_cluster", "kubernetes_cluster")
    return next(
        (c for c in around if c.kind == "cluster" and any(part in c.type.lower() for part in hosts)), None
    )


def _measured(node: Resource, design: Design) -> tuple[Truth, str]:
    """Whether something collects their use, and why that is open."""
    cluster = _cluster(node, design)
    if cluster is not None and cluster.provider == "google":
        return _by_gke(cluster["metrics"])
    if cluster is not None and cluster["container_insights"].is_true() is not Truth.NO:
        return cluster["container_insights"].is_true(), cluster["container_insights"].why
    agents = design.agents(cluster or node)
    if Truth.YES in (agents.everything, agents.accelerators):
        return Truth.YES, ""
    if agents.accelerators is Truth.MAYBE:
        return Truth.MAYBE, "an input decides what runs on each node"
    if node["user_data"].is_unknown:
        return Truth.MAYBE, node["user_data"].why
    if cluster is not None and not design.once(_shows_clusters):
        return Truth.MAYBE, "what runs in the cluster is not in the scanned code"
    return Truth.NO, ""


def _by_gke(metrics: Value) -> tuple[Truth, str]:
    if metrics.is_unknown:
        return Truth.MAYBE, metrics.why
    collected = any(one.text() in _OF_GKE for one in metrics.items())
    return Truth.of(collected), ""


def _shows_clusters(design: Design) -> bool:
    """Whether what runs in clusters is there to read."""
    return any(other.provider == "kubernetes" for other in design.graph)
