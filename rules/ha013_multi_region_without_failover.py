"""Several serving regions need health-checked routing between them.

## What it does
Finds the same serving workload in two or more regions, and asks what leads requests to them: records with
a routing policy and health checks, a CDN with a second origin, a global load balancer or accelerator.

## Why is this bad
A second region that nobody is sent to is paid for and does not help. When the first one is lost, somebody
has to notice, change a record by hand, and wait until every resolver has forgotten the old one.

## Example
```hcl
resource "aws_route53_record" "api" {
  zone_id = aws_route53_zone.main.id
  name    = "api.example.com"
  type    = "CNAME"
  ttl     = 300
  records = [aws_lb.us.dns_name]
}
```
beside a second load balancer in another region.

## Use instead
```hcl
resource "aws_route53_record" "us" {
  zone_id         = aws_route53_zone.main.id
  name            = "api.example.com"
  type            = "CNAME"
  ttl             = 60
  set_identifier  = "us"
  health_check_id = aws_route53_health_check.us.id
  records         = [aws_lb.us.dns_name]
  latency_routing_policy { region = "us-east-1" }
}
```

## When it does not fire
Different workloads in different regions, and stamps that serve their own region only: each with an entry of
its own under `workloads:`.

## References
- https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover.html
- https://cloud.google.com/load-balancing/docs/https
- https://learn.microsoft.com/azure/traffic-manager/traffic-manager-monitoring
"""

import re

from mlarchlint.api import (
    SERVING,
    SERVING_KINDS,
    Design,
    Hit,
    Hits,
    Kind,
    Resource,
    Severity,
    Truth,
    Value,
    rule,
)

_PLACES = frozenset(
    [
        "us",
        "eu",
        "ap",
        "sa",
        "ca",
        "af",
        "me",
        "east",
        "west",
        "north",
        "south",
        "central",
        "primary",
        "secondary",
        "main",
        "dr",
        "a",
        "b",
        "c",
    ]
)
_MISSING = ("dns_record", "cdn", "load_balancer")
_FIX = "lead requests to both with health checks: failover or latency records, or a global load balancer"


@rule(id="MLA-HA013", severity=Severity.MEDIUM, on=Kind(*SERVING_KINDS), roles=SERVING, since="0.1")
def multi_region_without_failover(node: Resource, design: Design) -> Hits:
    twins = design.once(_twins).get(node.key, [])
    regions = sorted({str(twin["region"].text()) for twin in twins})
    if len(regions) < 2:
        return
    led = _led(twins, design)
    place = Value.known(regions[0], node.span)
    where = " and ".join(regions)
    if led is Truth.NO:
        claim = f"serves in {where}, and nothing that checks their health leads from one to the other"
        # Where no entry is in the code at all, it may well be elsewhere.
        entered = any(design.entries(twin) for twin in twins)
        severity = (
            None if entered or design.needs(node).flag("resilience.survive_region_loss") else Severity.LOW
        )
        yield Hit(place, claim, missing=_MISSING, fix=_FIX, severity=severity)
    elif led is Truth.MAYBE:
        claim = f"serves in {where}; whether anything checks their health on the way is not known"
        yield Hit(place, claim, certain=False, fix=_FIX)


def _twins(design: Design) -> dict[str, list[Resource]]:
    """By the first of them: of one kind and name in one stack, unless the requirements tell them apart."""
    found: dict[tuple[object, ...], list[Resource]] = {}
    for fleet in design.fleets:
        node = fleet.node
        if node["region"].text():
            apart = design.needs(node).prefixes
            alike = (node.provider, node.instance.scope, node.kind, apart, _stem(node))
            found.setdefault(alike, []).append(node)
    return {twins[0].key: twins for twins in found.values()}


def _stem(node: Resource) -> tuple[str, ...]:
    """Its name without what says where it is."""
    text = (node["name"].text() or node.name).lower().replace((node["region"].text() or "-").lower(), " ")
    return tuple(word for word in re.findall(r"[a-z]+", text) if word not in _PLACES)


def _led(twins: list[Resource], design: Design) -> Truth:
    """Whether something on the way to two regions leaves out the one that is down."""
    region_of = {twin: twin["region"].text() for twin in twins}
    found = [Truth.NO]
    for path in design.serving_paths:
        nodes = {node for fleet in path.fleets for node in fleet.nodes if node in region_of}
        if len({region_of[node] for node in nodes}) > 1:
            found.append(Truth.YES if len(path.chains) == 1 else path.switch)
    reached: dict[Resource, set[str | None]] = {}
    for twin, region in region_of.items():
        for entry in design.entries(twin):
            reached.setdefault(entry, set()).add(region)
    for entry in (entry for entry, regions in reached.items() if len(regions) > 1):
        if entry.kind == "cdn":
            found.append(entry["origin_failover"].is_true() | entry["health_check.enabled"].is_true())
        elif entry.kind == "load_balancer":
            found.append(Truth.YES)
        elif entry.kind == "dns_record":
            found.append(entry["health_checked"].is_true())
    return Truth.any(found)
