"""Spot capacity for training should be drawn from several machine types and zones, not from the cheapest pool.

## What it does
Reports groups, fleets, compute environments and Karpenter pools with spot capacity that offer fewer than three machine
types, lie in a single zone, or ask for the lowest price only. With accelerators, where few types fit, only a
single type is reported, as information.

## Why is this bad
A machine type in a zone is one pool of spare capacity. When it is wanted elsewhere, all machines of it go at once, with
two minutes of notice, and the training waits until the same pool has room again. Several pools seldom run dry together,
and a strategy that looks at capacity takes the ones that are least likely to.

## Example
```hcl
resource "aws_batch_compute_environment" "training" {
  compute_resources {
    type                = "SPOT"
    allocation_strategy = "BEST_FIT"
    instance_type       = ["c6i.4xlarge"]
  }
}
```

## Use instead
```hcl
resource "aws_batch_compute_environment" "training" {
  compute_resources {
    type                = "SPOT"
    allocation_strategy = "SPOT_PRICE_CAPACITY_OPTIMIZED"
    instance_type       = ["c6i.4xlarge", "c6a.4xlarge", "c7i.4xlarge", "m6i.4xlarge"]
  }
}
```

## When it does not fire
What takes one type by its API: managed spot training, node pools of GKE and AKS, clusters of Azure Machine Learning and
uniform scale sets. Families, categories and requirements on attributes count as several types. Groups with accelerators
or a placement group may lie in one zone.

## Parameters
`least_types` (3): machine types that spot capacity without accelerators is drawn from.

## References
- https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-best-practices.html
- https://docs.aws.amazon.com/autoscaling/ec2/userguide/allocation-strategies.html
- https://docs.aws.amazon.com/batch/latest/userguide/allocation-strategies.html
- https://docs.cloud.google.com/compute/docs/instance-groups/about-instance-flexibility
"""

from collections.abc import Mapping
from typing import Any

from mlarchlint.api import (
    TRAINING,
    Design,
    Hit,
    Hits,
    Kind,
    Resource,
    Severity,
    Truth,
    Value,
    has_accelerator,
    rule,
)

_CHEAPEST = ("lowestprice", "bestfit")
_FEW = {1: "one machine type", 2: "two machine types"}
_ATTRIBUTES = ("instance_requirements", "InstanceRequirements")


@rule(
    id="MLA-CO007",
    severity=Severity.MEDIUM,
    on=Kind("compute_group", "training_cluster"),
    roles=(*TRAINING, "pipeline"),
    since="0.1",
    params={"least_types": 3},
)
def spot_not_diversified(node: Resource, design: Design, params: Mapping[str, Any]) -> Hits:
    if node["spot"].one_of("mixed", "all") is not Truth.YES:
        return
    accelerated = has_accelerator(node) is not None
    types, at = _types(node)
    enough = min(2, params["least_types"]) if accelerated else params["least_types"]
    fix = "offer several machine types of like size, in several zones, by price and capacity"
    if types is None and at.is_unknown:
        yield Hit(at, f"from how many machine types it draws is not known: {at.why}", certain=False, fix=fix)
        return
    faults = []
    if types is not None and len(types) < enough:
        count = _FEW.get(len(types), f"{len(types)} machine types")
        faults.append((at, f"draws spot capacity from {count} ({', '.join(types)})"))
    zones = design.zones(node)
    if len(zones.names) == 1 and zones.most == 1 and not accelerated and node["placement"].is_absent:
        faults.append((zones.deciding, "draws spot capacity from a single zone"))
    strategy = node["spot_strategy"]
    if _is_cheapest(strategy) and types is not None:
        faults.append((strategy, f"draws spot capacity by the lowest price only ({strategy.text()})"))
    if faults:
        claim = "; ".join(text for _, text in faults)
        severity = Severity.INFO if accelerated and faults[0][0] is at else None
        yield Hit(faults[0][0], claim, fix=fix, severity=severity)


def _types(node: Resource) -> tuple[list[str] | None, Value]:
    """The types that are offered; None where the API takes one, or where they are chosen in another way."""
    several, one = node["instance_types"], node["instance_type"]
    if not _takes_several(node) or _by_attributes(node):
        return None, Value.absent()
    hidden = next((value for value in (several, *several.items()) if value.is_unknown), None)
    if hidden is not None:
        return None, hidden
    names = [value.text() for value in several.items()]
    if not names and not one.is_absent:
        names, several = [one.text() or "an input decides which"], one
    families = node.provider == "aws" and any("." not in (name or "") for name in names if several is not one)
    if not names or families or any(name is None for name in names):
        return None, Value.absent()  # families are several types; what is not known may be
    return [name or "" for name in names], several


def _takes_several(node: Resource) -> bool:
    kind = node.type.lower()
    if node.provider == "aws":
        return node.kind == "compute_group" or "batch" in kind
    return any(word in kind for word in ("region_instance_group_manager", "orchestrated", "karpenter"))


def _by_attributes(node: Resource) -> bool:
    if not node["instance_families"].is_absent or not node["instance_categories"].is_absent:
        return True
    return any(
        name in part.mapping()
        for value in node.instance.body.values()
        for part in value.walk()
        for name in _ATTRIBUTES
    )


def _is_cheapest(strategy: Value) -> bool:
    text = (strategy.text() or "").lower().replace("-", "").replace("_", "")
    return text in _CHEAPEST
