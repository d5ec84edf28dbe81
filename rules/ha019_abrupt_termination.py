"""Serving instances should drain before they stop.

## What it does
Reports backend pools and load balancers that drop a target without draining it, and serving pods that
get no time to stop. Where `model.service_time_ms.p95` says how long a request takes, it also reports
a drain and a time to stop that are shorter.

## Why is this bad
Replicas leave all day: the fleet scales in, a node is drained, a version is replaced. Each time, the requests
that the replica is working on end in an error, and a generated answer takes seconds.

## Example
```hcl
resource "aws_lb_target_group" "ranker" {
  deregistration_delay = 0
}
```

## Use instead
```hcl
resource "aws_lb_target_group" "ranker" {
  deregistration_delay = 60
}
```

## When it does not fire
With `updates.zero_downtime: true` (MLA-ML004 tells it then), functions behind a load balancer, pods without a port that nothing leads to, and
requests of less than a second that an entry or the service itself sends again.

## References
- https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
- https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/config-conn-drain.html
- https://cloud.google.com/load-balancing/docs/enabling-connection-draining
- https://learn.microsoft.com/azure/application-gateway/configuration-http-settings
- https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
"""

from mlarchlint.api import SERVING, Design, Edit, Hit, Hits, Kind, Resource, Severity, Truth, rule

_FIX = "let requests end: draining for as long as one may take, and time to stop"
_ONE_SWITCH = ("aws_lb_target_group", "aws_alb_target_group", "google_compute_backend_service", "google_compute_region_backend_service")  # fmt: skip
_EDITS = (Edit("drain_s", 60, safe=True),)


@rule(
    id="MLA-HA019",
    severity=Severity.LOW,
    on=Kind("backend_pool", "load_balancer", "container_service"),
    roles=SERVING,
    since="0.1",
)
def abrupt_termination(node: Resource, design: Design) -> Hits:
    pods = node.kind == "container_service"
    given = node["termination_grace_s"] if pods else node["drain_s"]
    if given.is_absent:
        return
    needs = design.needs(node)
    if needs.flag("updates.zero_downtime") or _excused(node, design):
        return
    what = "how long its replicas may take to stop" if pods else "how long it drains a target"
    seconds, ms = given.number(), needs.number("model.service_time_ms.p95")
    if given.is_unknown:
        yield Hit(given, f"{what} is not known: {given.why}", certain=False, fix=_FIX)
    elif seconds == 0 and not _sent_again(node, design, ms):
        claim = (
            "its replicas get no time to stop" if pods else "targets that leave are not drained"
        ) + ": requests under way are cut off"
        edits = _EDITS if node.type in _ONE_SWITCH and not given.default else ()
        yield Hit(given, claim, fix=_FIX, edits=edits)
    elif seconds and ms is not None and ms / 1000 > seconds:
        some = "its replicas get" if pods else "targets that leave are drained for"
        claim = f"{some} {seconds:g} s, and a request takes {ms / 1000:g} s: requests under way are cut off"
        yield Hit(given, claim, fix=_FIX)


def _excused(node: Resource, design: Design) -> bool:
    if node.kind == "container_service":
        return not design.takes_requests(node)
    return node["target_type"].equals("function") is Truth.YES


def _sent_again(node: Resource, design: Design, ms: float | None) -> bool:
    """Short requests that are tried again elsewhere."""
    if ms is None or ms >= 1000:
        return False
    return any(one["retries"].at_least(1) is Truth.YES for one in (node, *design.entries(node)))
