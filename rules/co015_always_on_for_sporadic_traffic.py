"""Little or sporadic traffic should not pay for capacity that is always on.

## What it does
Compares what a serving fleet keeps running with the traffic of the requirements. It reports fleets that never scale to
zero for at most a request a minute, or for traffic that is called sporadic or comes in business hours and uses less than
`least_use` of them, and warm instances of functions and containers beyond what the peak needs. It names what is paid
around the clock.

## Why is this bad
A machine that waits costs as much as one that works. Two `ml.m5.xlarge` for a thousand requests a day are idle for
more than 99 percent of the month; per execution the same answers cost cents.

## Example
```hcl
resource "aws_sagemaker_endpoint_configuration" "ranker" {
  production_variants {
    model_name             = "ranker"
    initial_instance_count = 2
    instance_type          = "ml.m5.xlarge"
  }
}
```
with `traffic: {predictions_per_day: 1000, pattern: sporadic}`.

## Use instead
```hcl
resource "aws_sagemaker_endpoint_configuration" "ranker" {
  production_variants {
    model_name = "ranker"

    serverless_config {
      memory_size_in_mb = 4096
      max_concurrency   = 5
    }
  }
}
```

## When it does not fire
Without traffic in the requirements; with accelerators; where a start from nothing takes longer than the latency target
allows (see MLA-PE005); machines of Kubernetes, which are shared; what is stopped and started on a schedule.

## Parameters
`least_use` (0.05): share of what runs that the average load uses.

## References
- https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html
- https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
- https://cloud.google.com/run/docs/configuring/min-instances
- https://learn.microsoft.com/azure/container-apps/scale-app
"""

from collections.abc import Mapping
from typing import Any

from mlarchlint.api import (
    SERVING,
    SERVING_KINDS,
    Capacity,
    Design,
    Hit,
    Hits,
    Kind,
    Related,
    Relation,
    Resource,
    Severity,
    Truth,
    Value,
    dollars,
    has_accelerator,
    rate,
    rule,
)

_TINY = 1 / 60  # requests a second: most of them find nothing under way
_SOMETIMES = ("sporadic", "business-hours")
_WARM = ("serverless_function", "serverless_container")


@rule(
    id="MLA-CO015",
    severity=Severity.INFO,
    on=Kind(*SERVING_KINDS),
    roles=SERVING,
    since="0.1",
    params={"least_use": 0.05},
)
def always_on_for_sporadic_traffic(node: Resource, design: Design, params: Mapping[str, Any]) -> Hits:
    capacity = design.capacity(node)
    if capacity is None or _excused(node, design):
        return
    needs = design.needs(node)
    related = (Related("the traffic stands here", needs.span("traffic")),)
    if _is_idle(capacity, needs.text("traffic.pattern"), params["least_use"]):
        least, at = _kept(node, capacity)
        fix = "let it scale to zero, or pay for each request: a serverless endpoint, function or container"
        average = f"{capacity.load.average * 86_400:,.0f} requests a day"
        if least is None:
            claim = f"whether anything runs while nothing is asked is not known: {at.why}"
            yield Hit(at, claim, certain=False, fix=fix)
        elif least > 0:
            claim = f"keeps {_instances(least)} running for {average}{_cost(node, design)}"
            yield Hit(at, claim, related=related, fix=fix)
        return
    yield from _too_warm(node, capacity, design)


def _excused(node: Resource, design: Design) -> bool:
    if node.provider == "kubernetes" and node.kind != "model_endpoint":
        return True
    if has_accelerator(node) is not None or node["serverless"].is_true() is Truth.YES:
        return True
    if any(
        not scaler["schedules"].is_absent or not scaler["schedule"].is_absent
        for scaler in design.sources(node, Relation.SCALES)
    ):
        return True
    target, cold = design.needs(node).number("slo.latency_p95_ms"), design.cold_start(node)
    return target is not None and cold is not None and cold.ms > target


def _is_idle(capacity: Capacity, pattern: str | None, least_use: float) -> bool:
    average = capacity.load.average
    if not capacity.alone:
        return False
    if average <= _TINY:
        return True
    if pattern not in _SOMETIMES or capacity.throughput is None or not capacity.running:
        return False
    return average / (capacity.running * capacity.throughput.rps) < least_use


def _kept(node: Resource, capacity: Capacity) -> tuple[int | None, Value]:
    """What runs in any case, and the value that says so."""
    warm = node["provisioned_concurrency"]
    if node.kind == "serverless_function":
        number = warm.number()
        return (None if warm.is_unknown else int(number or 0)), warm
    return capacity.fleet.count.least, capacity.fleet.count.at


def _too_warm(node: Resource, capacity: Capacity, design: Design) -> Hits:
    """More is kept warm than the peak of the load needs, with one more for a zone that is lost."""
    least, at = _kept(node, capacity)
    if node.kind not in _WARM or least is None or capacity.needed is None or not capacity.alone:
        return
    enough = max(1, capacity.needed) + 1
    if least > 2 * enough:
        peak = rate(capacity.load.peak)
        claim = f"keeps {_instances(least)} warm where {_carrying(capacity.needed)} the peak of {peak} requests a second{_cost(node, design)}"
        yield Hit(
            at, claim, attribute="warm", fix=f"keep {enough} warm and let the rest start when it is asked for"
        )


def _carrying(number: int) -> str:
    return "one carries" if number == 1 else f"{number} carry"


def _instances(number: int) -> str:
    return "one instance" if number == 1 else f"{number} instances"


def _cost(node: Resource, design: Design) -> str:
    low = design.cost(node).monthly.low
    return f"; that costs at least {dollars(low)} a month" if low >= 1 else ""
