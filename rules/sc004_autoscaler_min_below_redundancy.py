"""The autoscaler's minimum must keep redundancy (>= 2) and zone coverage.

## What it does
Compares the lower bound of an autoscaler with the number of instances that its target starts with
and with the zones that the target spans. It reports a bound that gives away what was deployed:
fewer than two instances, or fewer than one in each zone.

## Why is this bad
The number at the start holds until the first quiet hour. From then on the lower bound decides: the
second instance, or the last one in a zone, is taken away when nobody looks, and the outage that it
was for comes later.

## Example
```hcl
resource "aws_ecs_service" "ranker" {
  name          = "ranker"
  desired_count = 3
}

resource "aws_appautoscaling_target" "ranker" {
  resource_id  = "service/ml/${aws_ecs_service.ranker.name}"
  min_capacity = 1
  max_capacity = 12
}
```

## Use instead
```hcl
resource "aws_appautoscaling_target" "ranker" {
  resource_id  = "service/ml/${aws_ecs_service.ranker.name}"
  min_capacity = 3
  max_capacity = 12
}
```

## When it does not fire
Development environments, asynchronous endpoints, services that the provider spreads itself, nodes
that follow their pods, traffic that is sporadic or ends with the working day, and targets that start
with no more than the lower bound (MLA-HA002 judges those).

## References
- https://docs.aws.amazon.com/autoscaling/application/userguide/what-is-application-auto-scaling.html
- https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
- https://cloud.google.com/compute/docs/autoscaler
- https://learn.microsoft.com/azure/azure-monitor/autoscale/autoscale-best-practices
"""

from mlarchlint.api import SERVING, Design, Hit, Hits, Kind, Related, Resource, Severity, Truth, Value, rule

_QUIET = ("sporadic", "business-hours")


@rule(
    id="MLA-SC004",
    severity=Severity.MEDIUM,
    on=Kind("compute_group", "container_service", "serverless_container", "model_endpoint"),
    roles=SERVING,
    since="0.1",
)
def autoscaler_min_below_redundancy(node: Resource, design: Design) -> Hits:
    replicas = design.replicas(node)
    start = _start(node, design)
    if not replicas.scalers or start is None or _excused(node, design):
        return
    wanted, why = _wanted(node, design, start)
    least = replicas.least
    related = (Related("what it starts with", start.span),)
    fix = f"raise the lower bound to {wanted}"
    match least.at_least(wanted):
        case Truth.NO:
            claim = f"starts with {start.number():g} instances, and its autoscaler may leave {least.number():g}: {why}"
            yield Hit(least, claim, attribute="min", related=related, fix=fix)
        case Truth.MAYBE:
            claim = (
                f"how many of its {start.number():g} instances the autoscaler keeps is not known: {least.why}"
            )
            yield Hit(least, claim, certain=False, attribute="min", related=related, fix=fix)


def _start(node: Resource, design: Design) -> Value | None:
    """The number it is deployed with, if that is redundant."""
    for trait in ("desired_count", "replicas", "min_count"):
        if node[trait].at_least(2) is Truth.YES and not node[trait].default:
            return node[trait]
    return None


def _wanted(node: Resource, design: Design, start: Value) -> tuple[int, str]:
    """Two, or one in each zone where as many are deployed."""
    zones = design.zones(node).least
    if zones > 2 and start.at_least(zones) is Truth.YES:
        return zones, f"not one in each of its {zones} zones"
    return 2, "no other is left when that one fails"


def _excused(node: Resource, design: Design) -> bool:
    if design.hosts_others(node) or not design.takes_requests(node):
        return True
    if node["method"].equals("async") is Truth.YES or node["zone_redundancy"].one_of("managed") is Truth.YES:
        return node.kind != "model_endpoint" or node["method"].equals("async") is Truth.YES
    return design.needs(node).text("traffic.pattern") in _QUIET
