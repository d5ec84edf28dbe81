"""A service for the whole world, or one that must survive its region, needs a second region.

## What it does
Where all serving fleets are in one region, it reports that this is not enough if the requirements
ask to survive the loss of a region (`resilience.survive_region_loss`), ask for more availability
than a region is designed for (99.99 %), or name users on several continents of whom some cannot
be answered within the latency target from there.

## Why is this bad
One region is one blast radius and one place: no number of zones in Virginia helps users in
Singapore, or anyone while the region is gone.

## Example
```yaml
requirements:
  resilience: {survive_region_loss: true}
```
with one fleet in `us-east-1`.

## Use instead
A second fleet in another region, behind a global load balancer or DNS with health checks; or
connections that end at an edge, where only latency is the matter.

## When it does not fire
Where none of the three is required, where one region meets the latency target for all users, and
where data may be in one region only. A region that is not known is an unknown verdict where survival of
its loss is required.

## References
- https://docs.cloud.google.com/architecture/infra-reliability-guide/design
- https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_fault_isolation_multiaz_region_system.html
- https://learn.microsoft.com/azure/reliability/cross-region-replication-azure
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
    Truth,
    Value,
    percent,
    rule,
)

_REGION = 99.99
_SURVIVE = "resilience.survive_region_loss"


@rule(id="MLA-HA012", severity=Severity.MEDIUM, on=Kind(*SERVING_KINDS), roles=SERVING, since="0.1")
def single_region_for_global_service(node: Resource, design: Design) -> Hits:
    fleets = design.fleets
    if not fleets or fleets[0].node is not node:
        return
    regions = {fleet.node["region"].text() for fleet in fleets}
    needs = design.needs(node)
    if len(regions - {None}) > 1 or len(needs.items("data.residency.allowed_regions")) == 1:
        return
    open_one = next((fleet.node["region"] for fleet in fleets if fleet.node["region"].is_unknown), None)
    fix = "serve from a second region, behind a global load balancer or DNS with health checks"
    if open_one is not None and needs.flag(_SURVIVE):
        claim = f"whether it serves from a second region is not known: {open_one.why}"
        related = (Related("required here", needs.span(_SURVIVE)),)
        yield Hit(open_one, claim, certain=False, attribute=_SURVIVE, related=related, fix=fix)
    region = next(iter(regions))
    if None in regions or region is None:
        return
    place = Value.known(region, node.span)
    for path, claim in _reasons(node, design):
        related = (Related("required here", needs.span(path)),)
        yield Hit(place, f"serves from {region} alone, {claim}", attribute=path, related=related, fix=fix)
        return


def _reasons(node: Resource, design: Design) -> list[tuple[str, str]]:
    needs = design.needs(node)
    found = []
    if needs.flag(_SURVIVE):
        found.append((_SURVIVE, "and nothing is left when that region is lost"))
    wanted = needs.number("slo.availability")
    if wanted is not None and wanted > _REGION:
        claim = f"and one region is designed for {percent(_REGION / 100)} where {wanted:g} % are required"
        found.append(("slo.availability", claim))
    target = needs.number("slo.latency_p95_ms")
    if target is not None and len(design.continents) > 1:
        late = [user.region for user in design.latencies if user.within(target) is Truth.NO]
        if late:
            claim = f"which is too far from users in {', '.join(late)} for {target:g} ms"
            found.append(("users", claim))
    return found
