"""Production serving must not run on interruptible capacity only; keep an on-demand base.

## What it does
Reports fleets, services and single machines that serve predictions and have nothing but spot or
preemptible capacity to run on: no on-demand base, and no other node pool to go to.

## Why is this bad
Spot capacity is taken back with two minutes' notice or less, and often from a whole pool at
once. Training resumes from a checkpoint; a serving fleet without an on-demand base is just gone,
mostly when demand is high everywhere.

## Example
```hcl
resource "aws_autoscaling_group" "inference" {
  mixed_instances_policy {
    instances_distribution {
      on_demand_base_capacity                  = 0
      on_demand_percentage_above_base_capacity = 0
    }
  }
}
```

## Use instead
```hcl
resource "aws_autoscaling_group" "inference" {
  mixed_instances_policy {
    instances_distribution {
      on_demand_base_capacity                  = 2
      on_demand_percentage_above_base_capacity = 0
      spot_allocation_strategy                 = "price-capacity-optimized"
    }
  }
}
```

## When it does not fire
Asynchronous and batch inference, training, development environments, fleets with an on-demand
part behind the same load balancer, and pods that other nodes take as well.

## Parameters
`many_pools` (3): from so many types or zones on, with replacement ahead of the loss, the finding is medium.

## References
- https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-mixed-instances-groups.html
- https://karpenter.sh/docs/concepts/disruption/#interruption
- https://cloud.google.com/kubernetes-engine/docs/concepts/spot-vms
- https://learn.microsoft.com/azure/aks/spot-node-pool
"""

from collections.abc import Mapping

from mlarchlint.api import (
    SERVING,
    Design,
    Hit,
    Hits,
    Kind,
    Related,
    Relation,
    Resource,
    Severity,
    Truth,
    rule,
)

_FIX = "keep an on-demand base that carries the service, and add spot capacity above it"


@rule(
    id="MLA-HA005",
    severity=Severity.HIGH,
    on=Kind(
        "compute_group", "compute_instance", "container_service", "serverless_container", "model_endpoint"
    ),
    roles=SERVING,
    since="0.1",
    params={"many_pools": 3},
)
def spot_serving_without_base(node: Resource, design: Design, params: Mapping[str, int]) -> Hits:
    spot, base = node["spot"], node["on_demand_base"]
    if node["method"].equals("async") is Truth.YES or base.at_least(1) is Truth.YES:
        return
    only = spot.equals("all")
    if spot.is_absent or only is Truth.NO or _has_another_part(node, design):
        return
    stranded = _stranded(node, design)
    if stranded is None:
        return
    if only is Truth.MAYBE:
        yield Hit(spot, f"use of spot capacity is not known: {spot.why}", certain=False, fix=_FIX)
    elif base.is_unknown:
        yield Hit(base, f"the on-demand base is not known: {base.why}", certain=False, fix=_FIX)
    else:
        related = tuple(Related(f"{guest.address} has no other nodes", guest.span) for guest in stranded)
        claim = "serves from interruptible capacity only: all of it may be taken back at short notice"
        yield Hit(spot, claim, severity=_severity(node, params["many_pools"]), related=related, fix=_FIX)


def _severity(node: Resource, least: int) -> Severity | None:
    """Many pools to draw from, and a replacement before the loss: less likely to lose all at once."""
    kinds = len(node["instance_types"].items())
    many = max(kinds, len(node["zones"].items())) >= least or node["spot_pools"].at_least(least) is Truth.YES
    return Severity.MEDIUM if many and node["capacity_rebalance"].is_true() is Truth.YES else None


def _has_another_part(node: Resource, design: Design) -> bool:
    """Requests also reach capacity that is not interrupted."""
    if any(host.kind == "capacity_provider" for host in design.targets(node, Relation.PLACED_IN)):
        return True
    beside = {
        other
        for pool in design.sources(node, Relation.ROUTES_TO)
        for other in design.targets(pool, Relation.ROUTES_TO)
    }
    if node.kind == "compute_instance":
        beside |= set(design.machines(node))
    return any(_is_steady(other) for other in beside)


def _stranded(node: Resource, design: Design) -> tuple[Resource, ...] | None:
    """What serves on these nodes and can go nowhere else; None if there is nothing to say.

    Pods that ask for spot nodes themselves have the finding themselves.
    """
    if node.kind != "compute_group":
        return ()
    guests = [
        guest
        for guest in design.sources(node, Relation.PLACED_IN)
        if guest.kind in ("container_service", "model_endpoint") and design.role(guest) in SERVING
    ]
    if guests:
        stranded = tuple(
            guest
            for guest in guests
            if guest["spot"].equals("all") is not Truth.YES
            and not any(_is_steady(host) for host in design.targets(guest, Relation.PLACED_IN))
        )
        return stranded or None
    clusters = design.sources(node, Relation.CONTAINS)
    pools = [other for cluster in clusters for other in design.targets(cluster, Relation.CONTAINS)]
    if any(other.kind == "compute_group" and _is_steady(other) and _serves(other, design) for other in pools):
        return None
    return ()


def _serves(node: Resource, design: Design) -> bool:
    return design.role(node) in SERVING


def _is_steady(node: Resource) -> bool:
    """Compute that is surely not all interruptible."""
    return (
        node.kind in ("compute_group", "compute_instance", "container_service")
        and not node["spot"].is_absent
        and (node["spot"].equals("all") is Truth.NO or node["on_demand_base"].at_least(1) is Truth.YES)
    )
