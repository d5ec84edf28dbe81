"""The serving region should be one of the nearest to the users.

## What it does
Averages the published round-trip time from the users in `requirements.users`, by their shares, to
the serving region, and compares it with the best region of the same provider (of those in
`data.residency.allowed_regions`, where they are given). More than 1.3 times the best is reported.

## Why is this bad
Every request pays for the distance, a new connection three times. It is the one part of the
latency that costs nothing to shorten before the first deployment, and much after it.

## Example
```yaml
requirements:
  users: [{region: europe}]
```
with a fleet in `us-west-2`.

## Use instead
`eu-central-1`, `eu-west-1` or another region near the users.

## When it does not fire
Without users in the requirements, with fleets in several regions, and where the place of the
users is not known. A region that is not known is an unknown verdict.

## References
- https://learn.microsoft.com/azure/networking/azure-network-latency
- https://docs.aws.amazon.com/wellarchitected/latest/performance-efficiency-pillar/perf_networking_choose_workload_location_network_requirements.html
"""

from mlarchlint.api import (
    SERVING,
    SERVING_KINDS,
    Design,
    Hit,
    Hits,
    Kind,
    Related,
    Resource,
    Severity,
    Value,
    rule,
)

_FAR = 1.3
_NOTHING_MS = 15  # below this distances do not matter


@rule(id="MLA-PE007", severity=Severity.LOW, on=Kind(*SERVING_KINDS), roles=SERVING, since="0.1")
def region_far_from_users(node: Resource, design: Design) -> Hits:
    region = node["region"].text()
    if node["region"].is_unknown and _serves_users(node, design):
        claim = f"whether another region is nearer to the users is not known: {node['region'].why}"
        related = (Related("the users are stated here", design.needs(node).span("users")),)
        yield Hit(node["region"], claim, certain=False, related=related)
        return
    near = design.nearest_region(node) if region is not None else None
    if near is None:
        return
    regions = {fleet.node["region"].text() for fleet in design.fleets}
    if len(regions) > 1 or all(fleet.node is not node for fleet in design.fleets):
        return
    name, best, here = near
    if here <= best * _FAR or here - best < _NOTHING_MS:
        return
    claim = f"{region} is {here:,.0f} ms (one round trip) from the users on average, {name} would be {best:,.0f} ms"
    related = (Related("the users are stated here", design.needs(node).span("users")),)
    yield Hit(Value.known(region, node.span), claim, related=related, fix=f"serve from {name}")


def _serves_users(node: Resource, design: Design) -> bool:
    """Users are stated, and the node is the one fleet that serves them."""
    return bool(design.needs(node).items("users")) and [fleet.node for fleet in design.fleets] == [node]
