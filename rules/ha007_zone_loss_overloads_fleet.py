"""After the loss of one zone the remaining instances must still carry the peak.

## What it does
Takes the instances that run at the peak of `requirements.traffic`, leaves out the fullest zone
and compares the rest with what the peak needs. Over Z zones a fleet needs Z/(Z-1) times the
instances that the load alone asks for.

## Why is this bad
A zone fails together with a rush for capacity in the others. What is left is overloaded until
machines are found, started and have loaded the model; often it goes down as well.

## Example
```hcl
resource "aws_autoscaling_group" "inference" {
  min_size            = 4
  vpc_zone_identifier = [aws_subnet.a.id, aws_subnet.b.id]
}
```
where the peak needs three instances: two are left.

## Use instead
```hcl
resource "aws_autoscaling_group" "inference" {
  min_size            = 6
  vpc_zone_identifier = [aws_subnet.a.id, aws_subnet.b.id]
}
```

## When it does not fire
Without a load in the requirements or a known throughput, with
`resilience.survive_zone_loss: false`, for services that the provider spreads and scales itself,
and for fleets in a single zone (MLA-HA001). Where an autoscaler may refill the other zones it is
one step lower.

## References
- https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/static-stability.html
- https://learn.microsoft.com/azure/reliability/availability-zones-overview
- https://cloud.google.com/architecture/framework/reliability
"""

from mlarchlint.api import (
    SERVING,
    Design,
    Hit,
    Hits,
    Kind,
    Related,
    Resource,
    Severity,
    Truth,
    rate,
    rule,
)


@rule(
    id="MLA-HA007",
    severity=Severity.HIGH,
    on=Kind("compute_group", "compute_instance", "container_service", "model_endpoint"),
    roles=SERVING,
    since="0.1",
)
def zone_loss_overloads_fleet(node: Resource, design: Design) -> Hits:
    needs = design.needs(node)
    capacity = design.capacity(node)
    if capacity is None or not capacity.alone or needs.flag("resilience.survive_zone_loss") is False:
        return
    fleet = capacity.fleet
    wanted = capacity.needed_with_zone_loss
    if fleet.managed or fleet.zones.multi is not Truth.YES or wanted is None:
        return
    fix = f"keep {wanted} instances over {capacity.zones} zones"
    if fleet.count.least is None and fleet.count.at.is_unknown:
        claim = f"whether the loss of a zone leaves enough is not known, {wanted} instances are needed: {fleet.count.why}"
        yield Hit(fleet.count.at, claim, certain=False, attribute="min", fix=fix)
        return
    if capacity.enough_without_a_zone is not Truth.NO:
        return
    claim = (
        f"after the loss of a zone {capacity.left} of {capacity.running} instances are left, and the peak of "
        f"{rate(capacity.origin_peak)} requests a second needs {capacity.needed}"
    )
    refills = fleet.count.most is None or fleet.count.most >= wanted
    if refills:
        claim += " until others have been started"
    yield Hit(
        fleet.count.at,
        claim,
        attribute="min",
        related=(Related("the load is required here", needs.span("traffic")),),
        fix=fix,
        severity=Severity.MEDIUM if refills else None,
    )
