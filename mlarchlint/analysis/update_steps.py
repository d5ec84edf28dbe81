"""An update in steps: how many replicas one of them may take away."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal

from mlarchlint.analysis.replicas import replicas_of
from mlarchlint.analysis.update_faults import Fault, Update
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.value import Value

FIX = "replace replicas a few at a time, and only after the new ones answer"


@record(frozen=True, slots=True)
class Step:
    """bound: what says how large a step is. away: replicas it may take; None where that is not known.

    more: replicas that run beside the others meanwhile, as written; empty if there are none.
    """

    bound: Value
    away: Decimal | None
    more: str = ""


def least_of(graph: ResourceGraph, node: Resource) -> Decimal | None:
    return replicas_of(graph, node).least.number()


def in_steps(
    graph: ResourceGraph, node: Resource, at: Value, steps: Iterator[Step], what: str = "replicas"
) -> Update:
    """Rolling, as the tightest of the steps allows. at: the value that asks for it."""
    least, found, faults = least_of(graph, node), list(steps), []
    for step in found:
        fault = _too_many(step, least, what)
        if fault is not None:
            faults.append(fault)
    widest = max(
        (one for one in found if one.away is not None), key=lambda one: one.away or Decimal(0), default=None
    )
    if widest is None:
        return Update("rolling", at, tuple(faults))
    place = widest.bound if _written(widest.bound) else at
    return Update(_words(widest, least, what), place, tuple(faults), away=widest.away)


def _too_many(step: Step, least: Decimal | None, what: str) -> Fault | None:
    bound, away = step.bound, step.away
    if bound.is_unknown:
        claim = f"how many {what} an update takes away is not known: {bound.why}"
        return Fault("step", bound, claim, FIX, certain=False)
    if away is None or least is None or not 0 < least <= away:
        return None
    usual = " unless told otherwise" if bound.default else ""
    if least == 1:
        claim = f"an update takes away its only {what.removesuffix('s')} before the new one answers"
        return Fault("only one", bound, claim, FIX)
    return Fault("step", bound, f"an update may take away all of its {least} {what} at once{usual}", FIX)


def _words(step: Step, least: Decimal | None, what: str) -> str:
    of = f" of {least}" if least is not None else ""
    gone = step.away if least is None or step.away is None else min(step.away, least)
    away = f"at most {gone}{of} {what} away" if step.away else f"all{of} {what} stay"
    if least == 0:
        return "rolling: new replicas take over, of which there may be none while nothing is asked"
    if least == 1 and not step.away:
        away = f"its only {what.removesuffix('s')} stays"
    return f"rolling: {away}" + (f", {step.more} more meanwhile" if step.more else "")


def _written(value: Value) -> bool:
    return bool(value.span.file) and not value.default


def pod_steps(node: Resource, least: Decimal | None) -> Iterator[Step]:
    """`maxUnavailable` and `maxSurge` of Kubernetes."""
    bound, surge = node["update.max_unavailable"], node["update.max_surge"]
    if not bound.is_absent:
        yield Step(bound, share_of(bound, least), _more(surge, least))


def group_steps(node: Resource, least: Decimal | None) -> Iterator[Step]:
    """Managed instance groups of Google: a number, or a share rounded down."""
    bound, share, more = (
        node["update.max_unavailable"],
        node["update.max_unavailable_pct"],
        _more(node["update.max_surge"]),
    )
    if not share.is_absent:
        yield Step(share, _floor(share.number(), least), more)
    elif not bound.is_absent:
        yield Step(bound, bound.number(), more)


def batches_of_scale_set(node: Resource, least: Decimal | None) -> Iterator[Step]:
    """A share of the instances, one at least, unless new ones come first.

    https://learn.microsoft.com/azure/virtual-machine-scale-sets/virtual-machine-scale-sets-configure-rolling-upgrades
    """
    share, surge = node["update.max_unavailable_pct"], node["update.max_surge"]
    if share.is_absent:
        share = node["update.strategy"].with_default(20, node.span)
    if surge.number():
        yield Step(share, Decimal(0), "a batch")
        return
    away = _floor(share.number(), least)
    yield Step(share, max(away, Decimal(1)) if away is not None else None)


def batches_of_stack(node: Resource, least: Decimal | None) -> Iterator[Step]:
    """`AutoScalingRollingUpdate`: a batch, of which the group keeps so many in service.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
    """
    batch, kept = node["update.max_unavailable"], node["update.min_in_service"]
    if kept.is_unknown:
        yield Step(kept, None)
        return
    if batch.is_absent:
        batch = node["update.in_batches"].with_default(1, node["update.in_batches"].span)
    size, number = batch.number(), kept.number()
    if size is not None and number is not None and least is not None:
        size = max(Decimal(0), min(size, least - number))
    yield Step(batch, size)


def refresh_steps(node: Resource, least: Decimal | None) -> Iterator[Step]:
    """An instance refresh ends instances before it starts others, unless more than all may run meanwhile.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/understand-instance-refresh-default-values.html
    """
    healthy, most = node["update.min_healthy_pct"], node["update.max_healthy_pct"]
    if healthy.is_absent:
        healthy = node["update.strategy"].with_default(90, node["update.strategy"].span)
    away = _beyond(healthy.number(), least)
    if not most.is_absent and (most.number() or 0) > 100:
        yield Step(healthy, away, _percent(most))
    else:
        yield Step(healthy, max(away, Decimal(1)) if away is not None else None)


def task_steps(node: Resource, least: Decimal | None) -> Iterator[Step]:
    """ECS: what stays healthy is rounded up, and new tasks come first where they may.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
    """
    healthy, most = node["update.min_healthy_pct"], node["update.max_healthy_pct"]
    if not healthy.is_absent:
        yield Step(healthy, _beyond(healthy.number(), least), _percent(most))


def share_of(value: Value, least: Decimal | None) -> Decimal | None:
    """Replicas as a number, or as a share of them, rounded down."""
    text = value.text() or ""
    if not text.endswith("%"):
        return value.number()
    return _floor(Value.known(text[:-1]).number(), least)


def _floor(percent: Decimal | None, least: Decimal | None) -> Decimal | None:
    return Decimal(math.floor(percent * least / 100)) if percent is not None and least is not None else None


def _beyond(percent: Decimal | None, least: Decimal | None) -> Decimal | None:
    """What may go while this share of them stays."""
    return least - math.ceil(percent * least / 100) if percent is not None and least is not None else None


def _more(surge: Value, least: Decimal | None = None) -> str:
    """Rounded up where it is a share."""
    text = surge.text() or ""
    percent = Value.known(text[:-1]).number() if text.endswith("%") else None
    if surge.number() == 0 or percent == 0:
        return ""
    if percent is not None and least is not None:
        return str(math.ceil(percent * least / 100))
    return str(surge.raw) if surge.is_known else ""


def _percent(most: Value) -> str:
    number = most.number()
    return f"up to {number - 100:g} %" if number is not None and number > 100 else ""
