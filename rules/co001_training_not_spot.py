"""Interruptible training compute should use spot or preemptible capacity, with checkpoints.

## What it does
Reports training clusters, jobs and machines that buy on-demand capacity only.

## Why is this bad
Training can be stopped and resumed from a checkpoint; spot capacity is the same hardware for
a third of the price or less. It is the largest single saving of most machine-learning systems.

## Example
```hcl
resource "aws_batch_compute_environment" "training" {
  compute_resources {
    type          = "EC2"
    instance_type = ["g5.2xlarge"]
  }
}
```

## Use instead
```hcl
resource "aws_batch_compute_environment" "training" {
  compute_resources {
    type                = "SPOT"
    allocation_strategy = "SPOT_PRICE_CAPACITY_OPTIMIZED"
    instance_type       = ["g5.2xlarge", "g5.4xlarge"]
  }
}
```

## When it does not fire
Reserved capacity, jobs on Kubernetes without accelerators, `training.spot: forbidden` or a deadline in the requirements, on-demand
environments that only back up a spot one in the same queue, and workloads whose role is not
training.

## References
- https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html
- https://docs.aws.amazon.com/batch/latest/userguide/allocation-strategies.html
- https://cloud.google.com/compute/docs/instances/spot
- https://learn.microsoft.com/azure/machine-learning/how-to-manage-optimize-cost
"""

from mlarchlint.api import (
    TRAINING,
    Design,
    Hit,
    Hits,
    Kind,
    Money,
    Relation,
    Resource,
    Saving,
    Severity,
    Truth,
    Value,
    dollars,
    has_accelerator,
    rule,
    saved_by_spot,
)


@rule(
    id="MLA-CO001",
    severity=Severity.MEDIUM,
    on=Kind("batch_job", "training_cluster", "compute_group", "compute_instance"),
    roles=TRAINING,
    since="0.1",
)
def training_not_spot(node: Resource, design: Design) -> Hits:
    spot = node["spot"]
    if spot.is_absent or _excused(node, design):
        return
    fix = "use spot capacity and checkpoint to durable storage"
    match spot.one_of("mixed", "all"):
        case Truth.NO:
            saved = _saved(node, design)
            claim = f"{_claim(node)}{_hardware(node)}{_amount(saved)}"
            yield Hit(spot, claim, fix=fix, saving=Saving("spot", saved) if saved else None)
        case Truth.MAYBE:
            yield Hit(spot, f"use of spot capacity is not known: {spot.why}", certain=False, fix=fix)


def _claim(node: Resource) -> str:
    """A pod lands on any node that it does not rule out; all that is known is what it asks for."""
    return (
        "asks for no spot capacity to train on"
        if node.provider == "kubernetes"
        else "trains on on-demand capacity only"
    )


def _is_small(node: Resource, design: Design) -> bool:
    """Jobs without accelerators, and what costs less than a dollar a month, are not worth the interruption."""
    hosted = [pod for pod in design.sources(node, Relation.PLACED_IN) if pod.provider == "kubernetes"]
    if node.kind == "compute_group" and hosted and has_accelerator(node) is None:
        return True
    if node.kind == "batch_job" and node.provider == "kubernetes":
        return has_accelerator(node) is None and not node["requests.gpu"].is_unknown
    estimate = design.estimate.resources.get(node.key)
    return estimate is not None and bool(estimate.items) and not estimate.gaps and estimate.monthly.high < 1


def _excused(node: Resource, design: Design) -> bool:
    # An Azure compute instance belongs to one person and has no spot price.
    if _is_small(node, design) or node["type"].equals("ComputeInstance") is Truth.YES:
        return True
    required = design.requirements
    if (
        required.text("training.spot") == "forbidden"
        or required.number("training.deadline_hours") is not None
    ):
        return True
    if node["capacity_reserved"].is_true() is Truth.YES or node["reservation"].is_known:
        return True
    # What hosts the job decides, and is judged itself.
    hosts = [*design.targets(node, Relation.PLACED_IN), *design.targets(node, Relation.USES)]
    if node.provider == "kubernetes" and has_accelerator(node) is not None:
        # A launcher may land on general nodes; the accelerators are elsewhere.
        hosts = [host for host in hosts if has_accelerator(host) is not None]
    if any(
        not host["spot"].is_absent for host in hosts if host.kind in ("compute_group", "training_cluster")
    ):
        return True
    return _backs_up_spot(node, design)


def _backs_up_spot(node: Resource, design: Design) -> bool:
    """Another environment of the same queue takes spot capacity."""
    return node.key in design.once(_beside_spot)


def _beside_spot(design: Design) -> frozenset[str]:
    found: set[str] = set()
    for queue in design.graph.of_kind("job_queue", "queue", "training_cluster"):
        members = design.targets(queue, Relation.ROUTES_TO, Relation.CONTAINS, Relation.USES)
        spots = [member.key for member in members if _is_spot(member["spot"])]
        found.update(member.key for member in members if len(spots) > 1 or spots not in ([], [member.key]))
    return frozenset(found)


def _is_spot(value: Value) -> bool:
    return value.one_of("mixed", "all") is Truth.YES


def _hardware(node: Resource) -> str:
    text = node["instance_type"].text()
    if text is None:
        return ", with accelerators" if has_accelerator(node) is not None else ""
    return f" ({text})"


def _saved(node: Resource, design: Design) -> Money | None:
    """Where the catalog has spot prices; they move, so that it is what they saved at its date."""
    saved = saved_by_spot(design.cost(node), design.catalog)
    return saved if saved is not None and saved.high >= 1 else None


def _amount(saved: Money | None) -> str:
    if saved is None:
        return ""
    low, high = dollars(saved.low), dollars(saved.high)
    amount = low if low == high else f"{low} to {high}" if saved.low >= 1 else f"up to {high}"
    return f"; spot saves {amount} a month"
