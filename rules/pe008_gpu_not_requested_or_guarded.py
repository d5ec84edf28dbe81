"""GPU nodes are tainted, GPU pods request GPUs and tolerate the taint; no CPU pods on GPU nodes.

## What it does
Reports groups of nodes with accelerators that no taint keeps other pods off, in clusters that have nodes for
those, and pods that train or serve on such nodes and ask for no accelerator.

## Why is this bad
The scheduler puts any pod where there is room. Pods of the system and of the web shop fill the processors of a
GPU node, a model server waits for another one, and the most expensive nodes never become empty. A
pod that asks for no GPU is given none: it computes on the processor, on a node that was bought for its GPU.

## Example
```hcl
resource "aws_eks_node_group" "gpu" {
  instance_types = ["g5.xlarge"]
}
```

## Use instead
```hcl
resource "aws_eks_node_group" "gpu" {
  instance_types = ["g5.xlarge"]
  taint {
    key    = "nvidia.com/gpu"
    value  = "true"
    effect = "NO_SCHEDULE"
  }
}
```
and pods with `limits: {nvidia.com/gpu: 1}` that tolerate the taint.

## When it does not fire
GKE, which taints nodes with GPUs itself, spot pools of AKS (tainted as such), clusters that have no other nodes, groups that mix machines with
and without accelerators, pods that claim devices (`resourceClaims`) or are shown all of them (`NVIDIA_VISIBLE_DEVICES`).

## References
- https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
- https://docs.aws.amazon.com/eks/latest/userguide/node-taints-managed-node-groups.html
- https://learn.microsoft.com/azure/aks/use-nvidia-gpu
- https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/
"""

from mlarchlint.api import (
    Design,
    Hit,
    Hits,
    Kind,
    Related,
    Resource,
    Severity,
    Truth,
    all_accelerated,
    rule,
    runs_pods,
)

_ROLES = ("inference", "inference-batch", "training", "tuning")
_SURE = 0.6
_TAINT = "taint the nodes (nvidia.com/gpu, NoSchedule), and let pods that ask for a GPU tolerate it"


@rule(
    id="MLA-PE008",
    severity=Severity.MEDIUM,
    on=Kind("compute_group", "container_service", "batch_job", "model_endpoint"),
    since="0.1",
)
def gpu_not_requested_or_guarded(node: Resource, design: Design) -> Hits:
    if node.kind == "compute_group":
        yield from _nodes(node, design)
    elif node.provider == "kubernetes":
        yield from _pods(node, design)


def _nodes(node: Resource, design: Design) -> Hits:
    taints = node["taints"]
    if not runs_pods(node) or node.provider == "google" or taints.items() or taints.mapping():
        return
    if all_accelerated(node) is not Truth.YES or not design.has_plain_nodes(node) or _spot_of_azure(node):
        return
    if taints.is_unknown:
        claim = f"whether a taint keeps other pods off its accelerators is not known: {taints.why}"
        yield Hit(taints, claim, certain=False, attribute="taints", fix=_TAINT)
    else:
        claim = "no taint keeps other pods off its accelerators: any pod of the cluster may land there"
        yield Hit(taints, claim, attribute="taints", fix=_TAINT)


def _spot_of_azure(node: Resource) -> bool:
    return node.provider == "azure" and node["spot"].equals("none") is not Truth.YES


def _pods(node: Resource, design: Design) -> Hits:
    role = design.role_of(node)
    if role is None or role.role not in _ROLES or role.confidence < _SURE:
        return
    host = design.accelerated_host_without_request(node)
    if host is not None:
        claim = f"is sent to the accelerators of {host.address}, and asks for none: it is given none"
        related = (Related("its nodes stand here", host.span),)
        fix = "ask for as many as it uses: limits: {nvidia.com/gpu: 1}"
        yield Hit(node["requests.complete"], claim, attribute="request", related=related, fix=fix)
