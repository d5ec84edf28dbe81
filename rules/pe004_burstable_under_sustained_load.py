"""Burstable instances are fine only while average CPU stays under baseline.

## What it does
Computes the processor time that the average load needs on each instance, from
`traffic.predictions_per_day` and `model.cpu_time_ms`, and compares it with the baseline of a burstable
machine: the share of its processors that it can use without end.

## Why is this bad
Above the baseline the machine spends credits. When they are gone it is throttled to a fraction of its
processors, at the busiest time of the day; or, in unlimited mode, every hour above it is paid for extra.

## Example
```hcl
resource "aws_launch_template" "api" {
  instance_type = "t3.medium"
}
```
with two instances for 35 requests a second of 40 ms each: 0.7 processors, and a baseline of 0.4.

## Use instead
```hcl
resource "aws_launch_template" "api" {
  instance_type = "c6i.large"
}
```

## When it does not fire
Without a stated load, with a load below the baseline, and for machines that are not burstable. Where
the processor time is not stated, nothing is claimed.

## References
- https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-credits-baseline-concepts.html
- https://cloud.google.com/compute/docs/general-purpose-machines
- https://learn.microsoft.com/azure/virtual-machines/sizes-b-series-burstable
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlarchlint.api import SERVING, Design, Hit, Hits, Kind, Related, Resource, Severity, Truth, rate, rule

if TYPE_CHECKING:
    from mlarchlint.api import Capacity


@rule(
    id="MLA-PE004",
    severity=Severity.MEDIUM,
    on=Kind("compute_instance", "compute_group"),
    roles=SERVING,
    since="0.1",
)
def burstable_under_sustained_load(node: Resource, design: Design) -> Hits:
    one = design.capacity(node)
    if one is None or one.throughput is None or one.throughput.sustained is None or not one.alone:
        return
    needs = design.needs(node)
    related = (Related("the load is required here", needs.span("traffic")),)
    fix = "take machines with processors of their own, or more of these"
    if one.running is None:
        count = one.fleet.count
        claim = f"whether its credits last is not known: {count.why}"
        yield Hit(count.at, claim, certain=False, related=related, fix=fix)
    elif one.on_credits:
        yield Hit(node["instance_type"], _claim(node, one), related=related, fix=fix)


def _claim(node: Resource, one: Capacity) -> str:
    sustained = one.throughput.sustained if one.throughput else None
    carried = (one.running or 0) * (sustained or 0.0)
    each = (
        f"{one.running} of them carry {rate(carried)} requests a second without end, less than the average of "
        f"{rate(one.load.average)}"
    )
    if node["cpu_credits"].equals("standard") is Truth.YES:
        return f"is burstable and spends its CPU credits: {each}; then it is throttled"
    return f"is burstable and spends its CPU credits: {each}; then it is throttled, or each hour is paid for extra"
