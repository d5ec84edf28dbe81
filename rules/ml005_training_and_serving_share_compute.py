"""Training and serving should not compete on the same nodes or instances.

## What it does
Reports node groups with accelerators on which the code places both what trains and what serves, where neither
has another group to go to.

## Why is this bad
Training takes all that it gets, for hours. A replica that must be started meanwhile finds no accelerator, a
shared disk or network is slow for both, and an update of the drivers for the one takes the other down. What is good for
training (spot, zero machines at night, one zone) is wrong for serving.

## Example
One node group with GPUs, no taints, and both a nightly Job and the Deployment that answers requests ask for `nvidia.com/gpu`.

## Use instead
```hcl
resource "aws_eks_node_group" "train" {
  capacity_type = "SPOT"
  labels        = { pool = "train" }

  taint {
    key    = "pool"
    value  = "train"
    effect = "NO_SCHEDULE"
  }
}
```
a second group for serving, and `nodeSelector` and `tolerations` in the Job.

## When it does not fire
Groups without accelerators, where requests and limits keep pods apart, groups that share a GPU by plan (MIG, time-slicing), serving
with a priority class above the one of training, and pods of which the code does not say where they run.

## References
- https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
- https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
- https://learn.microsoft.com/azure/aks/use-multiple-node-pools
- https://cloud.google.com/kubernetes-engine/docs/concepts/node-taints
- https://docs.aws.amazon.com/eks/latest/userguide/node-taints-managed-node-groups.html
"""

import re

from mlarchlint.api import (
    SERVING,
    TRAINING,
    Design,
    Hit,
    Hits,
    Kind,
    Related,
    Relation,
    Resource,
    Severity,
    Truth,
    has_accelerator,
    regex,
    rule,
)

_SHARES = regex(r"\bmig[-_.]|time[-_]?slic|gpu[-_]sharing|shared[-_]gpu|\bmps\b", re.IGNORECASE)


@rule(id="MLA-ML005", severity=Severity.MEDIUM, on=Kind("compute_group"), since="0.1")
def training_and_serving_share_compute(node: Resource, design: Design) -> Hits:
    if has_accelerator(node) is None or _shares_by_plan(node):
        return
    guests = [guest for guest in design.sources(node, Relation.PLACED_IN) if _is_known(guest, design)]
    trains = [guest for guest in guests if design.role(guest) in TRAINING]
    serves = [guest for guest in guests if design.role(guest) in SERVING and not _goes_first(guest)]
    pair = next(((t, s) for t in trains for s in serves if _must_meet(t, s, design)), None)
    if pair is None:
        return
    related = tuple(
        Related(f"{one.address} {does} here", one.span)
        for one, does in zip(pair, ("trains", "serves"), strict=True)
    )
    fix = "give training a node group of its own, with a taint that only training tolerates"
    at = node["taints"]
    if at.is_unknown:
        claim = f"whether {pair[0].address} and {pair[1].address} compete for it is not known: {at.why}"
        yield Hit(at, claim, certain=False, related=related, fix=fix)
    else:
        claim = f"{pair[0].address} trains and {pair[1].address} serves on the same machines"
        yield Hit(at, claim, related=related, fix=fix)


def _is_known(guest: Resource, design: Design) -> bool:
    role = design.role_of(guest)
    return role is not None and role.confidence >= 0.6


def _shares_by_plan(node: Resource) -> bool:
    told = [node.name, *(key for key in node["node_labels"].mapping())]
    return any(_SHARES.search(text) for text in told)


def _goes_first(guest: Resource) -> bool:
    """A priority lets it take the place of others."""
    return guest["priority_class"].is_set() is not Truth.NO


def _must_meet(one: Resource, other: Resource, design: Design) -> bool:
    """Both take the same sort of machine, and one of them has nowhere else to go."""
    if any(
        guest["requests.gpu"].equals(0) is Truth.YES or has_accelerator(guest) is None
        for guest in (one, other)
    ):
        return False
    places = [
        [host for host in design.targets(guest, Relation.PLACED_IN) if has_accelerator(host) is not None]
        for guest in (one, other)
    ]
    return len(places[0]) == 1 and len(places[1]) == 1
