"""A serving path must be able to reach the availability in the requirements.

## What it does
Follows every way on which requests reach a serving fleet, gives each part on it an availability
and combines them: what is needed in series, what can stand in for each other in parallel. Fleets
count by their zones, instances and the load they have to carry; managed services by the design
target of what they span (a zone 99.9 %, a region 99.99 %, several regions 99.999 %). Where that
is below `requirements.slo.availability`, the design cannot keep its promise.

Contracts (published service levels) are the stricter view; `mlarchlint check` shows both.

## Why is this bad
99.9 % leaves 43 minutes a month. A fleet in one zone alone is expected to be down for longer, and
so is a fleet in three zones that asks a database in one.

## Example
```yaml
requirements:
  slo: {availability: 99.9}
```
with one instance behind a load balancer.

## Use instead
Two or more zones, enough instances without any one of them, and stores that are zone-redundant.

## When it does not fire
Without an availability in the requirements, in development environments, and for what answers do
not depend on (caches, tracking, the model store once the model is loaded). Where zones or numbers
are not known, the verdict is unknown unless even the best case is too low. Where the fleet does not
carry the peak with all of its instances up, MLA-SC002 says so, and `mlarchlint check` shows both.

## References
- https://docs.aws.amazon.com/whitepapers/latest/availability-and-beyond-improving-resilience/availability-with-redundancy.html
- https://learn.microsoft.com/azure/well-architected/reliability/metrics
- https://docs.cloud.google.com/architecture/infra-reliability-guide/design
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
    Value,
    minutes_down,
    percent,
    rule,
)

if TYPE_CHECKING:
    from mlarchlint.api import Component, PathAvailability

_TARGET = "slo.availability"
_SINGLE = "single"  # the fleet itself is the weakest link, because it may be one instance


@rule(
    id="MLA-HA004",
    severity=Severity.HIGH,
    on=Kind(*SERVING_KINDS),
    roles=SERVING,
    since="0.1",
    supersedes=(
        Supersedes("MLA-HA008", anywhere=True),
        Supersedes("MLA-HA008", anywhere=True, by=_SINGLE),
        Supersedes("MLA-HA002", anywhere=True, by=_SINGLE),
    ),
)
def availability_target_unreachable(node: Resource, design: Design) -> Hits:
    needs = design.needs(node)
    wanted = needs.number(_TARGET)
    if wanted is None:
        return
    paths = design.availabilities_of(node)
    if not paths:
        return
    target = wanted / 100
    worst = min(paths, key=lambda path: (path.model.high, path.model.low))
    weakest = worst.weakest_for(target)
    if weakest.resource is node and _too_few_at_the_peak(node, design):
        return
    related = (Related(f"{percent(target)} is required here", needs.span(_TARGET)), *_weakest(weakest, node))
    match worst.model.reaches(target):
        case Truth.NO:
            claim = (
                f"cannot reach {percent(target)}: {percent(worst.model.high, target)} is expected, "
                f"{minutes_down(worst.model.high, target)} minutes a month down where "
                f"{minutes_down(target, worst.model.high)} are allowed; "
                f"{_because(weakest, node)}"
            )
            attribute = _SINGLE if _alone(weakest, node, design) else ""
            yield Hit(
                _place(worst, weakest, node),
                claim,
                attribute=attribute,
                related=related,
                fix=_fix(worst, weakest),
            )
        case Truth.MAYBE:
            missing = "; ".join(worst.missing_model) or "see `mlarchlint check`"
            span = f"{percent(worst.model.low)} to {percent(worst.model.high)}"
            claim = f"whether it reaches {percent(target)} is not known ({span}): {missing}"
            yield Hit(
                _place(worst, weakest, node), claim, certain=False, related=related, fix=_fix(worst, weakest)
            )


def _too_few_at_the_peak(node: Resource, design: Design) -> bool:
    """With all of its instances up it does not carry the peak: no odds of failures say more than MLA-SC002 does."""
    capacity = design.capacity(node)
    if capacity is None or not capacity.alone or capacity.most is None or capacity.throughput is None:
        return False
    return capacity.most * capacity.throughput.rps < capacity.origin_peak


def _alone(weakest: Component, node: Resource, design: Design) -> bool:
    return weakest.resource is node and design.replicas(node).least.at_least(2) is Truth.NO


def _because(weakest: Component, node: Resource) -> str:
    own = weakest.resource is node
    name = "this fleet" if own or weakest.resource is None else weakest.resource.address
    return f"the weakest link is {name} ({weakest.model.how}: {percent(weakest.model.high)})"


def _weakest(weakest: Component, node: Resource) -> tuple[Related, ...]:
    resource = weakest.resource
    if resource is None or resource is node:
        return ()
    return (Related(f"the weakest link: {weakest.model.how}", resource.span),)


def _place(path: PathAvailability, weakest: Component, node: Resource) -> Value:
    """What decides it where the fleet itself is the weakest link."""
    fleet = path.path.fleets[0]
    zones = fleet.zones.deciding
    written = zones.span.file == node.span.file and node.span.line <= zones.span.line <= node.span.end_line
    if weakest.resource is node and fleet.zones.multi is not Truth.YES and written:
        return zones
    return Value.known(node.address, node.span)


def _fix(path: PathAvailability, weakest: Component) -> str:
    if not weakest.cure:
        return "see `mlarchlint check` for every part of the path"
    return f"{weakest.cure}: {percent(path.with_cure(weakest).low)}"
