"""Published service levels must add up to the target, not only meet it one by one.

## What it does
Multiplies the published service levels of all parts of a serving path, what can stand in for each
other counted as such. Where each part alone is backed at `requirements.slo.availability` and the
path as a whole is not, nobody owes what is promised. `mlarchlint check` shows every part.

## Why is this bad
Each part of a chain uses up some of the error budget. CloudFront at 99.9 % in front of a load
balancer and machines at 99.99 % owes 99.88 %: 52 minutes a month where a target of 99.9 % allows
43. The service may well do better than that, but a promise to customers is not covered by any.

## Example
```yaml
requirements:
  slo: {availability: 99.9}
```
with a CDN, a load balancer and machines in two zones in series.

## Use instead
A way around the part that takes the largest share, such as DNS records that fail over from the
CDN to the load balancer, a part with a higher level, or a target that is owed (99.85 %).

## When it does not fire
Where the design cannot reach the target in engineering either (MLA-HA004), where one part alone
is owed less than the target, where nothing is published for a part, and in development
environments.

## References
- https://learn.microsoft.com/azure/well-architected/reliability/metrics
- https://docs.aws.amazon.com/whitepapers/latest/availability-and-beyond-improving-resilience/availability-with-dependencies.html
- https://aws.amazon.com/cloudfront/sla/
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
    Truth,
    Value,
    minutes_down,
    percent,
    rule,
)

if TYPE_CHECKING:
    from mlarchlint.api import PathAvailability

_TARGET = "slo.availability"
_FIX = "a way around it, a part with a higher published level, or a target that is owed"


@rule(id="MLA-HA008", severity=Severity.MEDIUM, on=Kind(*SERVING_KINDS), roles=SERVING, since="0.1")
def availability_budget_thin(node: Resource, design: Design) -> Hits:
    needs = design.needs(node)
    wanted = needs.number(_TARGET)
    if wanted is None:
        return
    target = wanted / 100
    paths = [
        path
        for path in design.availabilities_of(node)
        if path.model.reaches(target) is Truth.YES and path.all_published
    ]
    for path in sorted(paths, key=lambda path: path.contract.high)[:1]:
        yield from _thin(
            path, node, target, Related(f"{percent(target)} is required here", needs.span(_TARGET))
        )


def _thin(path: PathAvailability, node: Resource, target: float, required: Related) -> Hits:
    least = min(path.owing, key=lambda part: part.contract.high)
    if least.contract.high < target or least.resource is None:
        return
    name = "this fleet" if least.resource is node else least.resource.address
    related = (required, Related(f"takes the largest share: {least.contract.how}", least.resource.span))
    place = Value.known(node.address, node.span)
    match path.contract.reaches(target):
        case Truth.NO:
            claim = (
                f"every part is backed at {percent(target)} and their product is not: {percent(path.contract.high, target)} "
                f"is owed, {minutes_down(path.contract.high, target)} minutes a month down where "
                f"{minutes_down(target, path.contract.high)} are "
                f"allowed; {name} takes the largest share ({percent(least.contract.high)})"
            )
            yield Hit(place, claim, related=related, fix=_FIX)
        case Truth.MAYBE:
            missing = "; ".join(
                dict.fromkeys(part.contract.missing for part in path.owing if part.contract.missing)
            )
            claim = (
                f"whether {percent(target)} is backed by published levels is not known "
                f"({percent(path.contract.low)} to {percent(path.contract.high)}): {missing}"
            )
            yield Hit(place, claim, certain=False, related=related, fix=_FIX)
