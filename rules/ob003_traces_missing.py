"""Multi-hop inference paths need distributed tracing.

## What it does
Where a serving workload asks another one (a function that calls a model endpoint, a front service that calls
a model server), it reports the workload, and the API gateway before it, if nothing sends their traces.

## Why is this bad
A slow prediction is slow somewhere: in the gateway, in the features, in the queue before the model, or in the
model. Metrics of each service show averages of different requests. Only a trace shows where the one request
of a user spent its time.

## Example
```hcl
resource "aws_lambda_function" "api" {
  function_name = "predict"

  environment {
    variables = { ENDPOINT = aws_sagemaker_endpoint.model.name }
  }
}
```

## Use instead
```hcl
resource "aws_lambda_function" "api" {
  function_name = "predict"

  environment {
    variables = { ENDPOINT = aws_sagemaker_endpoint.model.name }
  }

  tracing_config {
    mode = "Active"
  }
}
```

## When it does not fire
Workloads that ask no other one; agents, sidecars and libraries of tracing that images, variables, layers or
annotations name; Cloud Run and Cloud Functions, which trace a share of their requests by themselves.

## References
- https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
- https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-xray.html
- https://cloud.google.com/run/docs/trace
- https://learn.microsoft.com/azure/azure-functions/functions-monitoring
- https://opentelemetry.io/docs/platforms/kubernetes/operator/automatic/
"""

from mlarchlint.api import Design, Edit, Hit, Hits, Kind, Related, Relation, Resource, Severity, Truth, rule

_CALLERS = ("serverless_function", "serverless_container", "container_service")
_ASKS = (Relation.ROUTES_TO, Relation.USES, Relation.READS, Relation.DEPENDS_ON)
_LEAST = 0.6
# One argument decides, nothing is replaced, and requests go on as before.
_EDITS = (Edit("tracing", True, safe=True, blocks=True),)
_FIX = "send its traces, and those of every hop on the way, to one place"


@rule(id="MLA-OB003", severity=Severity.LOW, on=Kind("api_gateway", *_CALLERS), since="0.1")
def traces_missing(node: Resource, design: Design) -> Hits:
    asked = _asked(node, design)
    if asked is None or node.provider == "google":
        return
    tracing = node["tracing"]
    related = (Related(f"{asked.address} is asked by it", asked.span),)
    match _traced(node, design):
        case Truth.NO:
            edits = _EDITS if node.provider == "aws" and not tracing.is_absent else ()
            missing = ("trace_sink",) if tracing.is_absent else ()  # an operator of a cluster may add it
            claim = f"is one of several hops to {asked.address}, and its requests are not traced"
            yield Hit(tracing, claim, missing=missing, fix=_FIX, edits=edits, related=related)
        case Truth.MAYBE:
            why = tracing.why or node["env_names"].why or "an input decides what runs in it"
            yield Hit(tracing, f"whether it is traced is not known: {why}", certain=False, related=related)


def _asked(node: Resource, design: Design) -> Resource | None:
    """The hop behind a workload; for a gateway, the one behind the workload that it leads to."""
    if node.kind != "api_gateway":
        return _next_hop(node, design)
    if node["tracing"].is_absent:
        return None  # HTTP APIs have no tracing of their own
    hops = (hop for hop in design.behind(node) if hop.kind in _CALLERS)
    return next((last for hop in hops if (last := _next_hop(hop, design)) is not None), None)


def _next_hop(node: Resource, design: Design) -> Resource | None:
    """What serves for it while it answers; the pods behind a Service, not the Service."""
    if not _on_the_way(node, design):
        return None
    asked = dict.fromkeys(design.targets(node, *_ASKS))
    for pool in [other for other in asked if other.kind in ("backend_pool", "load_balancer", "api_gateway")]:
        asked.update(dict.fromkeys(design.targets(pool, Relation.ROUTES_TO)))
    return next((other for other in asked if other is not node and _serves(other, design)), None)


def _on_the_way(node: Resource, design: Design) -> bool:
    """Requests reach it: not so hooks of deployments, and functions that events start."""
    role = design.role(node)
    if role not in (None, "inference", "shared") or node.kind == "model_endpoint":
        return False
    reached = role == "inference" or bool(design.sources(node, Relation.ROUTES_TO))
    if node.kind != "serverless_function":
        return design.takes_requests(node)
    return reached or design.exposure(node).reachable is not Truth.NO


def _serves(node: Resource, design: Design) -> bool:
    role = design.role_of(node)
    known = role is not None and role.role == "inference" and role.confidence >= _LEAST
    return node.kind == "model_endpoint" or (known and node.kind in _CALLERS)


def _traced(node: Resource, design: Design) -> Truth:
    if design.targets(node, Relation.TRACES_TO):
        return Truth.YES
    found = node["tracing"].is_true() | design.agents(node).traces
    return found | Truth.MAYBE if _unread(node) else found


def _unread(node: Resource) -> bool:
    """A variable, or the image of a sidecar, that an input decides could send them."""
    if node.provider == "aws" and not node["tracing"].is_absent:
        return False  # the argument decides
    images = (node["images"], *node["images"].items())
    return node["env_names"].is_unknown or any(image.is_unknown and not image.clue() for image in images)
