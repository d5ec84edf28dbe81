"""A service that scales to zero must not meet a latency target that its cold start breaks.

## What it does
Finds serving functions, containers and endpoints that may have no instance running, where the
traffic is sporadic or below a request a minute, and compares the start of one (with the time to
load `model.size_gib`) with `slo.latency_p95_ms`.

## Why is this bad
With few requests most of them find nothing running. They wait for a container, a runtime and a
model of a gigabyte or more: seconds, where the target is milliseconds.

## Example
```hcl
resource "google_cloud_run_v2_service" "predictor" {
  template {
    scaling {
      min_instance_count = 0
    }
  }
}
```
with `traffic: {pattern: sporadic}` and a target of 500 ms.

## Use instead
```hcl
resource "google_cloud_run_v2_service" "predictor" {
  template {
    scaling {
      min_instance_count = 1
    }
  }
}
```

## When it does not fire
Without a latency target, with traffic that keeps an instance warm, with warm instances
(provisioned concurrency, a minimum of one, SnapStart), and where the target is longer than the start.

## References
- https://cloud.google.com/run/docs/configuring/min-instances
- https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
- https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html
- https://learn.microsoft.com/azure/container-apps/scale-app
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
    milliseconds,
    rule,
)


@rule(
    id="MLA-PE005",
    severity=Severity.MEDIUM,
    on=Kind("serverless_function", "serverless_container", "model_endpoint", "container_service"),
    roles=SERVING,
    since="0.1",
)
def cold_start_breaks_latency(node: Resource, design: Design) -> Hits:
    needs = design.needs(node)
    target = needs.number("slo.latency_p95_ms")
    cold = design.cold_start(node)
    if target is None or cold is None or cold.ms <= target:
        return
    related = (Related("the latency target stands here", needs.span("slo.latency_p95_ms")),)
    fix = "keep one instance warm: a minimum of one, or provisioned concurrency"
    claim = f"may have no instance running, and starting one takes {milliseconds(cold.ms)} where {milliseconds(target)} are required: {cold.how}"
    match cold.happens:
        case Truth.YES:
            yield Hit(cold.at, claim, related=related, fix=fix)
        case Truth.MAYBE:
            why = cold.at.why or "the traffic is not stated"
            yield Hit(
                cold.at, f"{claim}; whether requests meet it is not known: {why}", certain=False, fix=fix
            )
