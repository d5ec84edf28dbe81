"""A serving fleet must run in at least two availability zones of its region.

## What it does
Resolves the zones in which a serving workload really runs: through its subnets, its group's
zones, its node pool or the zone its pods are pinned to. It reports a fleet that has only one.
What is in a region of Azure without availability zones has one, whatever zones it asks for.

## Why is this bad
A zone is the unit that fails. With every replica in one zone, its outage takes the whole
service down, however many replicas there are; two zones turn the same outage into a loss of
half the capacity.

## Example
```hcl
resource "aws_autoscaling_group" "inference" {
  min_size            = 2
  vpc_zone_identifier = [aws_subnet.a.id]
}
```

## Use instead
```hcl
resource "aws_autoscaling_group" "inference" {
  min_size            = 4
  vpc_zone_identifier = [aws_subnet.a.id, aws_subnet.b.id]
}
```

## When it does not fire
Services that the provider spreads itself (Lambda, Cloud Run, a SageMaker endpoint with two or
more instances), training fleets, development environments, and zones that the code leaves open.

## Parameters
`min_zones` (2): how many zones a fleet has to span.

## References
- https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_fault_isolation_multiaz_region_system.html
- https://cloud.google.com/architecture/framework/reliability
- https://learn.microsoft.com/azure/reliability/availability-zones-overview
"""

from collections.abc import Mapping, Sequence

from mlarchlint.api import (
    SERVING,
    Design,
    Hit,
    Hits,
    Kind,
    Relation,
    Resource,
    Severity,
    Truth,
    Value,
    ZoneSpan,
    other_region,
    region_without_zones,
    rule,
)


@rule(
    id="MLA-HA001",
    severity=Severity.HIGH,
    on=Kind(
        "compute_group", "compute_instance", "container_service", "serverless_container", "model_endpoint"
    ),
    roles=SERVING,
    since="0.1",
    params={"min_zones": 2},
)
def inference_single_zone(node: Resource, design: Design, params: Mapping[str, int]) -> Hits:
    least = params["min_zones"]
    if (
        node.provider == "kubernetes"
        and node["spread_zones"].is_true() is Truth.YES
        and node["zones"].is_absent
    ):
        return
    if _host_is_judged(node, design):
        return
    if node.kind == "compute_instance":
        yield from _fleet(node, design, least)
        return
    span = design.zones(node)
    match _spread(span, least):
        case Truth.NO if _elsewhere_too(node, design, least):
            return
        case Truth.NO:
            yield Hit(span.deciding, f"serves from {_zones(span.names, least)}", fix=_fix(node))
        case Truth.MAYBE if span.deciding.is_unknown or span.least == 1:
            yield Hit(span.deciding, f"zone spread is not known: {span.why}", certain=False, fix=_fix(node))


def _host_is_judged(node: Resource, design: Design) -> bool:
    """What runs in a node group stands where the group stands: the group has the finding."""
    if node.kind != "container_service" or not node["zones"].is_absent:
        return False
    hosts = design.targets(node, Relation.PLACED_IN)
    return any(host.kind == "compute_group" and design.role(host) in SERVING for host in hosts)


def _spread(span: ZoneSpan, least: int) -> Truth:
    if span.least >= least:
        return Truth.YES
    return Truth.NO if span.most is not None and span.most < least else Truth.MAYBE


def _elsewhere_too(node: Resource, design: Design, least: int) -> bool:
    """One group in each zone, all behind one backend, is the same as one group in all zones."""
    pools = design.sources(node, Relation.ROUTES_TO)
    groups = {other for pool in pools for other in design.targets(pool, Relation.ROUTES_TO)}
    spans = [design.zones(other) for other in groups if other.kind == node.kind]
    return len({name for span in spans for name in span.names}) >= least


def _fleet(node: Resource, design: Design, least: int) -> Hits:
    """Single machines are judged together with those that share their declaration or backend pool."""
    fleet = design.machines(node)
    if len(fleet) == 1 and not node.instance.symbolic:
        return  # one machine stands in one zone: that it is alone is MLA-HA002
    spans = [design.zones(other) for other in fleet]
    names = {name for span in spans for name in span.names}
    if len(names) >= least or any(_spread(span, least) is Truth.YES for span in spans):
        return
    deciding = design.zones(node)
    open_ones = [span for span in spans if not span.names]
    if len(fleet) == 1 or not open_ones:
        many = f"all {len(fleet)} machines serve" if len(fleet) > 1 else "every machine serves"
        where = _zones(sorted(names), least)
        yield Hit(_place(node, deciding.deciding), f"{many} from {where}", fix=_fix(node))
    elif any(span.deciding.is_unknown for span in open_ones):
        yield Hit(
            open_ones[0].deciding,
            f"zone spread is not known: {open_ones[0].why}",
            certain=False,
            fix=_fix(node),
        )


def _zones(names: Sequence[str], least: int) -> str:
    """In words; a zone that is only known by a reference is not named."""
    if len(names) > 1:
        return f"{len(names)} availability zones, fewer than {least}"
    named = f" ({names[0]})" if names and "." not in names[0] and "#" not in names[0] else ""
    return f"a single availability zone{named}"


def _place(node: Resource, deciding: Value) -> Value:
    return deciding if deciding.span.file else node["zones"]


def _fix(node: Resource) -> str:
    if node.provider == "kubernetes":
        return "spread the pods over zones with topologySpreadConstraints and do not pin one zone"
    if region := region_without_zones(node):
        return f"{region} has no availability zones: serve from {other_region(region)}"
    return "place it in subnets or zones of at least two availability zones"
