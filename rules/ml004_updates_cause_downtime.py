"""When requirements ask for zero-downtime updates, models must be replaced without losing capacity.

## What it does
With `updates.zero_downtime: true` it reports serving workloads whose update strategy takes all
replicas away at once, may make all of them unavailable, cuts off the requests that are under way
(no draining at the load balancer, no time to stop), or moves all requests to a new model in one
step. Without the requirement only a strategy that stops everything first is mentioned.

## Why is this bad
Models are updated far more often than machines fail. If each update stops the service for as
long as the new model takes to load, the error budget of a month is gone after a few of them.

## Example
```yaml
spec:
  replicas: 4
  strategy: {type: Recreate}
```

## Use instead
```yaml
spec:
  replicas: 4
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxUnavailable: 0, maxSurge: 1}
```

## When it does not fire
Without the requirement (but for `Recreate`, as a hint), with `updates.zero_downtime: false`,
serverless revisions, endpoints with several variants (their weights move the traffic), and rolling updates that keep replicas: where accelerators are scarce and
a surge finds no machine, one replica at a time is the right choice.

## References
- https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy
- https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
- https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
- https://cloud.google.com/compute/docs/instance-groups/updating-migs
- https://learn.microsoft.com/azure/virtual-machine-scale-sets/virtual-machine-scale-sets-upgrade-policy
"""

import math
from collections.abc import Iterator
from decimal import Decimal

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
    rule,
)

_WANTED = "updates.zero_downtime"
_FIX = "replace replicas a few at a time, and only after the new ones answer"


@rule(
    id="MLA-ML004",
    severity=Severity.HIGH,
    on=Kind("container_service", "compute_group", "model_endpoint"),
    roles=SERVING,
    since="0.1",
)
def updates_cause_downtime(node: Resource, design: Design) -> Hits:
    wanted = design.requirements.flag(_WANTED)
    if wanted is False or design.hosts_others(node) or not design.takes_requests(node):
        return
    yield from _stops_first(node, Severity.HIGH if wanted else Severity.LOW)
    if wanted:
        yield from _all_at_once(node)
        yield from _too_many_away(node, design)
        yield from _cut_off(node, design)
        yield from _in_one_step(node)


def _stops_first(node: Resource, severity: Severity) -> Hits:
    strategy = node["strategy"]
    match strategy.equals("recreate"):
        case Truth.YES:
            claim = "an update stops all replicas before it starts the new ones"
            yield Hit(strategy, claim, attribute="strategy", severity=severity, fix=_FIX)
        case Truth.MAYBE:
            claim = f"how it is updated is not known: {strategy.why}"
            yield Hit(strategy, claim, certain=False, attribute="strategy", severity=severity, fix=_FIX)


def _all_at_once(node: Resource) -> Hits:
    """A scale set that upgrades by itself, in any order and all together."""
    strategy = node["update.strategy"]
    if node.kind == "compute_group" and node.provider == "azure":
        match strategy.equals("Automatic"):
            case Truth.YES:
                claim = "an update replaces its instances all at once, in any order"
                yield Hit(strategy, claim, attribute="strategy", fix=_FIX)
            case Truth.MAYBE:
                claim = f"how it is updated is not known: {strategy.why}"
                yield Hit(strategy, claim, certain=False, attribute="strategy", fix=_FIX)


def _too_many_away(node: Resource, design: Design) -> Hits:
    """An update in steps, one of which may take every replica."""
    least = design.replicas(node).least.number()
    for bound, away in _steps(node, least):
        if bound.is_unknown:
            claim = f"how many replicas an update takes away is not known: {bound.why}"
            yield Hit(bound, claim, certain=False, attribute="step", fix=_FIX)
        elif away is not None and least is not None and 0 < least <= away:
            all_of_them = f"all of its {least} replicas at once" if least > 1 else "its only replica"
            claim = f"an update may take away {all_of_them}"
            yield Hit(bound, claim, attribute="step", fix=_FIX)


def _steps(node: Resource, least: Decimal | None) -> Iterator[tuple[Value, Decimal | None]]:
    """What bounds a step as it is written, and how many replicas that may take away."""
    unavailable, healthy = node["update.max_unavailable"], node["update.min_healthy_pct"]
    waits = node["update.strategy"].one_of("OPPORTUNISTIC", "Manual") is Truth.YES
    share = node["update.max_unavailable_pct"]
    if not share.is_absent and not waits:
        percent = share.number()
        yield share, _floor(percent, least)
    elif not unavailable.is_absent and not unavailable.default and not waits:
        yield _bounded(unavailable, node["update.min_in_service"], least)
    if not healthy.is_absent and not healthy.default:
        percent = healthy.number()
        kept = math.ceil(percent * least / 100) if percent is not None and least is not None else None
        yield healthy, least - kept if kept is not None and least is not None else None


def _bounded(unavailable: Value, kept: Value, least: Decimal | None) -> tuple[Value, Decimal | None]:
    """A batch, of which the group keeps so many in service."""
    if kept.is_unknown:
        return kept, None
    away, number = _away(unavailable, least), kept.number()
    if away is None or number is None or least is None:
        return unavailable, away
    return unavailable, max(Decimal(0), min(away, least - number))


def _away(value: Value, least: Decimal | None) -> Decimal | None:
    """Replicas as a number, or as a share of them."""
    text = value.text() or ""
    if not text.endswith("%"):
        return value.number()
    return _floor(Value.known(text[:-1]).number(), least)


def _floor(percent: Decimal | None, least: Decimal | None) -> Decimal | None:
    return Decimal(math.floor(percent * least / 100)) if percent is not None and least is not None else None


def _cut_off(node: Resource, design: Design) -> Hits:
    """Replicas leave with requests under way, as each update makes them do."""
    fix = "let requests end: draining for as long as one may take, and time to stop"
    for pool in design.sources(node, Relation.ROUTES_TO):
        drain = pool["drain_s"]
        if pool.kind == "backend_pool" and drain.equals(0) is Truth.YES:
            claim = f"an update cuts off requests under way: {pool.address} does not drain"
            yield Hit(drain, claim, attribute="drain_s", severity=Severity.MEDIUM, fix=fix)
    stop = node["termination_grace_s"]
    if stop.equals(0) is Truth.YES:
        claim = "an update cuts off requests under way: replicas get no time to stop"
        yield Hit(stop, claim, attribute="termination_grace_s", severity=Severity.MEDIUM, fix=fix)


def _in_one_step(node: Resource) -> Hits:
    """Managed endpoints keep the old fleet, but send everything to the new one at once."""
    kind = node["deployment.type"]
    if node["variants"].at_least(2) is Truth.YES:
        return
    if node.kind != "model_endpoint" or node["serverless"].is_true() is Truth.YES:
        return
    match kind.equals("all_at_once"):
        case Truth.YES:
            claim = "an update moves all requests to the new model in one step: nothing is down, and a bad one hits everybody"
            fix = "shift the traffic as a canary or in steps, with alarms that roll back"
            yield Hit(kind, claim, attribute="deployment.type", severity=Severity.MEDIUM, fix=fix)
        case Truth.MAYBE:
            claim = f"how requests move to a new model is not known: {kind.why}"
            yield Hit(kind, claim, certain=False, attribute="deployment.type", severity=Severity.MEDIUM)
