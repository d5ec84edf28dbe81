"""Users of every region must be able to get their answer within the latency target.

## What it does
Adds up, for each region in `requirements.users`, what a request on a new connection takes: TCP and
TLS, the way to the edge of a CDN or to the serving region (published round-trip times between
metros), the load balancer, the wait for a free instance, the model (`model.service_time_ms`) and
what it looks up. A target that even the lower bound misses cannot be met by this design; one that
only the estimate misses is likely to be missed, which is one step lower.

Answers to POST never come from a CDN: it shortens the handshake, it does not cache.

## Why is this bad
The way from Singapore to Virginia takes 229 ms, and a new connection goes it three times. No
faster model makes up for that.

## Example
```yaml
requirements:
  slo: {latency_p95_ms: 500}
  model: {service_time_ms: {p95: 120}}
  users: [{region: singapore}]
```
with one fleet in `us-east-1` behind a load balancer: 809 ms.

## Use instead
A CDN or an accelerator in front, at whose edge connections end (411 ms), or a second region near
the users.

## When it does not fire
Without a latency target, users and the model's time in the requirements. `mlarchlint check` then
says what is missing.

## References
- https://learn.microsoft.com/azure/networking/azure-network-latency
- https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ConnectToOrigin.html
- https://docs.aws.amazon.com/wellarchitected/latest/machine-learning-lens/mlper-12.html
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
    milliseconds,
    rule,
)

if TYPE_CHECKING:
    from mlarchlint.api import UserLatency

_TARGET = "slo.latency_p95_ms"


def _seen_through(design: Design) -> dict[str, list[UserLatency]]:
    """What users see, by the fleet that answers them."""
    found: dict[str, list[UserLatency]] = {}
    for user in design.latencies:
        if user.via is not None:
            found.setdefault(user.via.fleets[0].node.key, []).append(user)
    return found


@rule(
    id="MLA-PE001",
    severity=Severity.HIGH,
    on=Kind(*SERVING_KINDS),
    roles=SERVING,
    since="0.1",
    supersedes=(Supersedes("MLA-HA012", "users", anywhere=True, by="lower"),),
)
def latency_target_unreachable(node: Resource, design: Design) -> Hits:
    needs = design.needs(node)
    target = needs.number(_TARGET)
    if target is None:
        return
    ours = design.once(_seen_through).get(node.key, [])
    if not ours:
        return
    related = (Related(f"{milliseconds(target)} are required here", needs.span(_TARGET)),)
    missed = [user for user in ours if user.within(target) is Truth.NO]
    likely = [user for user in ours if user.cold is not None and user.within(target) is Truth.MAYBE]
    place = Value.known(node["region"].text() or "", node.span)
    if missed:
        claim = f"the p95 target of {milliseconds(target)} cannot be met for users in {_seen(missed)}; {_largest(missed, target)}"
        yield Hit(place, claim, attribute="lower", related=related, fix=_fix(missed, target))
    elif likely:
        claim = f"the p95 target of {milliseconds(target)} is likely to be missed for users in {_seen(likely)}; {_largest(likely, target)}"
        yield Hit(
            place,
            claim,
            attribute="estimate",
            related=related,
            fix=_fix(likely, target),
            severity=Severity.MEDIUM,
        )
    elif node["region"].is_unknown and any(user.cold is None for user in ours):
        claim = (
            f"whether users get their answer within {milliseconds(target)} is not known: {node['region'].why}"
        )
        yield Hit(place, claim, certain=False, related=related)


def _seen(users: list[UserLatency]) -> str:
    return ", ".join(
        f"{user.region} ({milliseconds(user.cold.lower)} at best, {milliseconds(user.cold.estimate)} expected)"
        for user in users
        if user.cold is not None
    )


def _largest(users: list[UserLatency], target: float) -> str:
    worst = max(users, key=lambda user: user.cold.lower if user.cold else 0.0)
    largest = worst.largest(target)
    return f"the largest part from {worst.region} is {largest.name}, {milliseconds(largest.p95)}"


def _fix(users: list[UserLatency], target: float) -> str:
    worst = max(users, key=lambda user: user.cold.lower if user.cold else 0.0)
    if worst.second is not None and worst.second[1] <= target:
        name, ms = worst.second
        return f"a second region near them ({name}: {milliseconds(ms)} from {worst.region}), or connections that end at an edge"
    return "shorten the largest part: a faster model, fewer lookups, connections that end at an edge"
