"""If pods autoscale, the node pool they land on must autoscale too.

## What it does
Looks at workloads whose replicas an autoscaler adds, on node groups of a fixed size. It counts how many
replicas the nodes hold, by the accelerators and processors that each asks for, and reports an upper bound of
the autoscaler that they do not.

## Why is this bad
The autoscaler asks for replicas, and they wait for a node that never comes: the service stays as
small as its nodes, and nobody notices before the peak.

## Example
```hcl
resource "aws_eks_node_group" "serving" {
  instance_types = ["g5.xlarge"]
  scaling_config {
    min_size     = 3
    max_size     = 3
    desired_size = 3
  }
}
```
under a HorizontalPodAutoscaler with `maxReplicas: 20`.

## Use instead
```hcl
resource "aws_eks_node_group" "serving" {
  instance_types = ["g5.xlarge"]
  scaling_config {
    min_size     = 3
    max_size     = 20
    desired_size = 3
  }
}
```
with the Cluster Autoscaler, or nodes that Karpenter or the provider makes.

## When it does not fire
Node groups with room to grow, Karpenter, EKS Auto Mode, GKE Autopilot and node auto-provisioning, Fargate, nodes that hold the most replicas
already, and pods that do not say what they need or where they run.

## References
- https://kubernetes.io/docs/concepts/cluster-administration/node-autoscaling/
- https://docs.aws.amazon.com/eks/latest/userguide/autoscaling.html
- https://cloud.google.com/kubernetes-engine/docs/concepts/cluster-autoscaler
- https://learn.microsoft.com/azure/aks/cluster-autoscaler-overview
- https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html
"""

from mlarchlint.api import Design, Hit, Hits, Kind, Related, Resource, Severity, Truth, rule

_FIX = "let the node group grow with its pods: a higher bound and an autoscaler of nodes"


@rule(
    id="MLA-SC006",
    severity=Severity.MEDIUM,
    on=Kind("container_service", "model_endpoint"),
    roles=("inference", "training"),
    since="0.1",
)
def nodes_do_not_follow_pods(node: Resource, design: Design) -> Hits:
    replicas = design.replicas(node)
    if replicas.fixed is not Truth.NO or replicas.most.is_absent:
        return
    least, most = replicas.least.number(), replicas.most.number()
    if most is None or least is None or most <= least:
        return
    room = design.room(node)
    if room is None:
        return
    related = (Related("the number of nodes stands here", room.at.span),)
    if room.holds is None:
        claim = f"may grow to {most:g} replicas; whether its nodes follow is not known: {room.at.why}"
        yield Hit(replicas.most, claim, certain=False, related=related, fix=_FIX)
    elif room.holds < most:
        claim = f"may grow to {most:g} replicas, and its nodes hold {room.holds}: {room.how}"
        yield Hit(replicas.most, claim, related=related, fix=_FIX)
