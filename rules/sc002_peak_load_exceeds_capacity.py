"""A serving fleet at its largest must carry the peak of the load in the requirements.

## What it does
Makes requests a second of `requirements.traffic` (predictions a day, times the peak factor) and
compares them with what the most instances serve: their number, times the throughput of one, times
the utilisation at which the autoscaler adds the next (70 % where nothing says it).

A replica that asks for accelerators counts only where the nodes it may land on have them: their
number, times the cards of one, sets the same bound as the autoscaler's.

Where `traffic.ramp_minutes` says how fast the load grows, an autoscaler that adds instances too late
is reported as well: pauses, warm-up, start and the loading of the model against the room that is
left at its target.

The throughput is `model.throughput_rps`, or follows from concurrency and service time, from
processor time and virtual CPUs, or from the autoscaler's own target of requests per instance.

## Why is this bad
An upper bound that is too low turns the busiest hour into queues, timeouts and retries, at the
moment when the service matters most.

## Example
```hcl
resource "aws_autoscaling_group" "inference" {
  min_size = 2
  max_size = 2
}
```
with 25 requests a second each and a peak of 57.9.

## Use instead
```hcl
resource "aws_autoscaling_group" "inference" {
  min_size = 2
  max_size = 10
}
```

## When it does not fire
Without a load in the requirements, and where the throughput of an instance is not known:
`mlarchlint check` then says what each instance would have to serve. Cards that pods share (time
slicing, partitions of a node pool) are not counted.

## References
- https://docs.aws.amazon.com/wellarchitected/latest/machine-learning-lens/mlrel05-bp01.html
- https://learn.microsoft.com/azure/well-architected/reliability/scaling
- https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-policy.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    Supersedes,
    Truth,
    rate,
    rule,
)

if TYPE_CHECKING:
    from mlarchlint.api import Capacity


@rule(
    id="MLA-SC002",
    severity=Severity.HIGH,
    on=Kind(*SERVING_KINDS),
    roles=SERVING,
    since="0.1",
    supersedes=(Supersedes("MLA-HA007", anywhere=True, by="max"),),
)
def peak_load_exceeds_capacity(node: Resource, design: Design) -> Hits:
    capacity = design.capacity(node)
    if capacity is None or capacity.throughput is None or _shared(capacity, design):
        return
    count, hosted = capacity.fleet.count, capacity.hosted
    peak = f"the peak of {rate(capacity.origin_peak)} requests a second ({capacity.load.how})"
    needs = design.needs(node)
    related: tuple[Related, ...] = (Related("the load is required here", needs.span("traffic")),)
    managed = capacity.fleet.managed  # moves to another zone by itself
    wanted = capacity.needed if managed else capacity.needed_with_zone_loss
    fix = f"let it grow to {wanted} instances"
    if capacity.zones > 1 and not managed:
        fix += ", which carry the peak also without one zone"
    if capacity.enough is Truth.NO and capacity.carried is not None:
        claim = (
            f"carries {rate(capacity.carried)} requests a second at most, less than {peak}: "
            f"{capacity.most} x {rate(capacity.throughput.rps)} ({capacity.throughput.how}) "
            f"at {capacity.utilisation:.0%} use"
        )
        if hosted is not None:
            claim += f"; {hosted.how}"
            related += (Related("what the replicas run on is bounded here", hosted.at.span),)
            fix = f"nodes with accelerators for {capacity.needed_with_zone_loss} replicas"
        yield Hit(count.at_most, claim, attribute="max", related=related, fix=fix)
    elif count.most is None and count.at_most.is_unknown:
        claim = f"whether it carries {peak} is not known, {capacity.needed} instances are needed: {count.at_most.why}"
        yield Hit(count.at_most, claim, certain=False, attribute="max", related=related, fix=fix)
    yield from _late(capacity, design, related)


def _late(capacity: Capacity, design: Design, related: tuple[Related, ...]) -> Hits:
    """Only where the growth of the load is stated: what is derived from a profile is shown by `check`."""
    added = design.scale_out(capacity)
    if added is None or not added.stated or capacity.enough is Truth.NO or added.in_time is not Truth.NO:
        return
    claim = (
        f"is full before it has grown: up to {rate(added.base)} requests a second nothing is added, an instance "
        f"serves {added.low:,.0f} s later at the earliest, and by then {rate(min(added.peak, added.base + (added.growth or 0) * added.low))} "
        f"come where {rate(added.full)} can be served"
    )
    fix = "keep more instances, a lower target, or a schedule ahead of the peak"
    yield Hit(added.at, claim, attribute="late", related=related, fix=fix, severity=Severity.MEDIUM)


def _shared(capacity: Capacity, design: Design) -> bool:
    """Several fleets carry one load: only if all of them together do not is it too much, told of the first."""
    if capacity.alone:
        return False
    together = [one for one in design.capacities if not one.alone]
    carried = [one.carried for one in together]
    if capacity is not together[0] or None in carried:
        return True
    return sum(one for one in carried if one is not None) >= capacity.origin_peak
