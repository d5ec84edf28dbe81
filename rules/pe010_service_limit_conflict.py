"""Payload, timeout and memory limits along the path must fit the model.

## What it does
Compares every hop on the way to a model, and the service that runs it, with what the requirements
say of the model: how long it computes (`model.service_time_ms`), how large its requests and answers
are (`traffic.payload_kb`) and what it weighs (`model.size_gib`).

## Why is this bad
The shortest timeout on the way decides. A gateway that gives up after 29 seconds answers with an error
while the model behind it goes on computing, and the caller tries again: the load grows and nobody gets
an answer. Limits of the service cannot be raised by more machines.

## Example
```hcl
resource "aws_lambda_function" "summarise" {
  function_name = "summarise"
  timeout       = 30
}
```
with `model: {service_time_ms: {p95: 45000}}`.

## Use instead
```hcl
resource "aws_sagemaker_endpoint_configuration" "summarise" {
  async_inference_config {
    output_config { s3_output_path = "s3://acme-answers/" }
  }
}
```

## When it does not fire
Where the numbers are not stated, for endpoints that are called asynchronously or answer as a stream, and for
models that no function can hold (MLA-PE003).

## References
- https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
- https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
- https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints.html
- https://cloud.google.com/run/quotas
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlarchlint.api import SERVING_KINDS, Design, Hit, Hits, Kind, Related, Resource, Severity, Value, rule

if TYPE_CHECKING:
    from mlarchlint.api import Needs

_TIMES = ("model.service_time_ms.p95", "model.service_time_ms.p50")
# Of a model that no function can hold, MLA-PE003 speaks.
_LARGEST_GIB = 10
_FIX = "call the model asynchronously or as a stream, or take a way that allows it"


@rule(
    id="MLA-PE010",
    severity=Severity.MEDIUM,
    on=Kind(*SERVING_KINDS, "load_balancer", "backend_pool", "api_gateway"),
    roles=("inference", "pipeline"),
    since="0.1",
)
def service_limit_conflict(node: Resource, design: Design) -> Hits:
    if not design.requirements.data:
        return  # nothing is said of times or sizes
    needs = _needs(node, design)
    yield from _time(node, design, needs)
    yield from _bodies(node, design, needs)
    yield from _memory(node, needs)


def _needs(node: Resource, design: Design) -> Needs:
    """Of the model behind an entry."""
    behind = [other for other in design.behind(node) if other.kind in SERVING_KINDS]
    return design.needs(behind[0] if behind else node)


def _time(node: Resource, design: Design, needs: Needs) -> Hits:
    path = next((path for path in _TIMES if needs.number(path)), None)
    limits = design.limits(node)
    if path is None:
        return
    seconds = (needs.number(path) or 0.0) / 1000
    related = (Related("what the model takes stands here", needs.span(path)),)
    if limits.wait.is_unknown:
        claim = f"whether it waits for the {seconds:g} s that the model takes is not known: {limits.wait.why}"
        yield Hit(limits.wait, claim, certain=False, attribute="timeout", related=related, fix=_FIX)
    elif limits.seconds is not None and limits.seconds < seconds:
        claim = f"gives up after {limits.seconds:g} s, and the model takes {seconds:g} s"
        yield Hit(_place(node, limits.wait), claim, attribute="timeout", related=related, fix=_FIX)


def _bodies(node: Resource, design: Design, needs: Needs) -> Hits:
    limits = design.limits(node)
    for name, most in (("request", limits.request_kb), ("response", limits.response_kb)):
        path = f"traffic.payload_kb.{name}"
        size = needs.number(path)
        if size is not None and most is not None and size > most:
            claim = f"carries a {name} of {most / 1024:g} MiB at most, and {size / 1024:.1f} MiB are stated"
            related = (Related("the size stands here", needs.span(path)),)
            fix = "pass large bodies through an object store, and their address through the call"
            yield Hit(Value.absent(node.span), claim, attribute=path, related=related, fix=fix)


def _memory(node: Resource, needs: Needs) -> Hits:
    """A function holds its model in its own memory."""
    size = needs.number("model.size_gib")
    if size is None or node.kind != "serverless_function" or size >= _LARGEST_GIB:
        return
    mib, gib = node["memory_mib"], node["memory_gib"]
    given, scale = (gib, 1) if mib.is_absent else (mib, 1024)
    number = given.number()
    if number is not None and float(number) / scale < size:
        claim = f"has {float(number) / scale:g} GiB of memory, and the model weighs {size:g} GiB"
        related = (Related("its size stands here", needs.span("model.size_gib")),)
        fix = "more memory, or a service with machines of its own"
        yield Hit(given, claim, attribute="memory", related=related, fix=fix)


def _place(node: Resource, wait: Value) -> Value:
    return wait if wait.span.file else Value.absent(node.span)
