"""Serving capacity should follow load: an autoscaler with min < max must target the fleet.

## What it does
Reports serving fleets of two or more instances whose number nothing changes: no autoscaler, an
autoscaler with the same lower and upper bound, or bounds without a policy that moves between them.

## Why is this bad
Requests come in waves. A fixed fleet is paid for at its peak all day, or too small when the peak
comes; then latency rises, requests fail, and a person has to notice. Where the requirements state the load
and the time of a request, the finding says what the fleet costs, and how much less one would that follows
`traffic.profile` (else the average), with two instances and its zones at least.

## Example
```hcl
resource "aws_sagemaker_endpoint_configuration" "ranker" {
  production_variants {
    instance_type          = "ml.g5.xlarge"
    initial_instance_count = 4
    model_name             = aws_sagemaker_model.ranker.name
  }
}
```

## Use instead
```hcl
resource "aws_appautoscaling_target" "ranker" {
  service_namespace  = "sagemaker"
  scalable_dimension = "sagemaker:variant:DesiredInstanceCount"
  resource_id        = "endpoint/${aws_sagemaker_endpoint.ranker.name}/variant/main"
  min_capacity       = 2
  max_capacity       = 10
}

resource "aws_appautoscaling_policy" "ranker" {
  name               = "invocations"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.ranker.service_namespace
  scalable_dimension = aws_appautoscaling_target.ranker.scalable_dimension
  resource_id        = aws_appautoscaling_target.ranker.resource_id
  target_tracking_scaling_policy_configuration {
    target_value = 100
    predefined_metric_specification {
      predefined_metric_type = "SageMakerVariantInvocationsPerInstance"
    }
  }
}
```

## When it does not fire
Serverless endpoints, `traffic.pattern: flat` in the requirements, fleets bound to reserved
capacity, small fleets with a peak factor of 1.5 or less, node pools (their pods decide), a single
instance (MLA-HA002 has it) and development environments.

## References
- https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html
- https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
- https://cloud.google.com/compute/docs/autoscaler
- https://learn.microsoft.com/azure/well-architected/performance-efficiency/scale-partition
"""

from decimal import Decimal

from mlarchlint.api import (
    SERVING,
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
    dollars,
    instances_on_average,
    rule,
)

_FIX = "let an autoscaler with a policy move the number between a lower and a higher bound"
_SMALL, _STEADY = 3, Decimal("1.5")


@rule(
    id="MLA-SC001",
    severity=Severity.MEDIUM,
    on=Kind("compute_group", "container_service", "serverless_container", "model_endpoint"),
    roles=SERVING,
    since="0.1",
)
def inference_not_autoscaled(node: Resource, design: Design) -> Hits:
    if _excused(node, design) or design.hosts_others(node) or not design.takes_requests(node):
        return
    replicas = design.replicas(node)
    several = replicas.least.at_least(2)
    if replicas.least.is_absent or several is Truth.NO:
        return
    if replicas.fixed is not Truth.YES:
        yield from _bounds(node, design)
    elif not _moves(node, design):
        count = replicas.least.number()
        saving = _saving(node, design)
        claim = f"has {count} instances whatever the load: nothing scales it{_amount(node, design)}"
        if several is Truth.MAYBE:
            claim = f"nothing scales it; how many instances it has is not known: {replicas.least.why}"
        if replicas.loose:
            claim = f"whether anything scales it is not known: an input decides what {replicas.loose[0].address} is for"
        certain = several is Truth.YES and not replicas.loose
        yield Hit(replicas.least, claim, certain=certain, missing=("autoscaler",), fix=_FIX, saving=saving)


def _bounds(node: Resource, design: Design) -> Hits:
    replicas = design.replicas(node)
    least, most = replicas.least.number(), replicas.most.number()
    if least is not None and most is not None and most <= least:
        amount, saving = _amount(node, design), _saving(node, design)
        claim = f"its lower and upper bound are both {least}: the number never follows the load{amount}"
        yield Hit(replicas.most, claim, attribute="bounds", fix=_FIX, saving=saving)
    elif replicas.most.is_unknown or replicas.least.is_unknown:
        open_one = replicas.most if replicas.most.is_unknown else replicas.least
        claim = f"whether its bounds leave room to scale is not known: {open_one.why}"
        yield Hit(open_one, claim, certain=False, attribute="bounds", fix=_FIX)
    else:
        yield from _policies(design, replicas.scalers)


def _average(node: Resource, design: Design) -> tuple[Decimal, Decimal] | None:
    """(how many instances the load needs over the day, what the others cost a month) where both are known."""
    count = design.replicas(node).least.number()
    capacity = design.capacity(node)
    if capacity is not None and count:
        average = instances_on_average(capacity, design.needs(node))
        if average is None or average >= count:
            return None
        saved = design.cost(node).monthly.low * (count - average) / count
        return (average, saved) if saved >= 1 else None
    return None


def _amount(node: Resource, design: Design) -> str:
    found = _average(node, design)
    if found is None:
        return ""
    average, saved = found
    cost = design.cost(node).monthly.low
    return (
        f"; it costs {dollars(cost)} a month, and {dollars(saved)} less if it follows the required load,"
        f" which needs {f'{average:.1f}'.removesuffix('.0')} on average"
    )


def _saving(node: Resource, design: Design) -> Saving | None:
    found = _average(node, design)
    return Saving("scaling", Money(found[1], found[1])) if found else None


def _policies(design: Design, scalers: tuple[Resource, ...]) -> Hits:
    """Bounds alone move nothing: a scalable target waits for its policy."""
    idle = [scaler for scaler in scalers if _needs_policy(scaler)]
    if idle and len(idle) == len(scalers):
        claim = f"{idle[0].address} has bounds, and no policy that moves the number between them"
        yield Hit(idle[0]["max"], claim, missing=("autoscaler", "part"), attribute="policy", fix=_FIX)


def _needs_policy(scaler: Resource) -> bool:
    return (
        scaler.kind == "autoscaler"
        and not scaler["dimension"].is_absent
        and scaler["policy_type"].is_absent
        and not scaler["schedules"].items()
    )


def _moves(node: Resource, design: Design) -> bool:
    """Services that scale by themselves unless their bounds are the same, and apps of a plan that scales."""
    if node.kind == "serverless_container" or (
        node.provider == "kubernetes" and node.kind == "model_endpoint"
    ):
        low, high = node["min_count"].number(), node["max_count"].number()
        return low is None or high is None or low < high
    plans = [host for host in design.sources(node, Relation.CONTAINS) if host.kind == "compute_group"]
    return any(design.replicas(plan).fixed is not Truth.YES for plan in plans)


def _excused(node: Resource, design: Design) -> bool:
    required = design.requirements
    if required.text("traffic.pattern") == "flat":
        return True
    if node.kind == "model_endpoint" and node["serverless"].is_true() is Truth.YES:
        return True
    if node["capacity_reserved"].is_true() is Truth.YES or node["reservation"].is_known:
        return True
    if node["schedule"].equals("DAEMON") is Truth.YES:
        return True
    peak = required.number("traffic.peak_factor")
    return peak is not None and peak <= _STEADY and design.replicas(node).least.at_least(_SMALL) is Truth.NO
