"""Serving exports latency percentiles, errors and saturation with alarms; training exports GPU/CPU utilisation.

## What it does
Looks for alarms on the latency and the errors of every serving workload: on itself, on what stands before and
behind it on the way of a request, and among those that name nothing in the code. Of the machines that train on
GPUs it looks for an agent that collects the use of the accelerators. It reports the first workload of a stack
without them.

## Why is this bad
Without an alarm the users are the monitoring. A model that answers slowly or with errors stays so until somebody
complains, and nobody can say how long the error budget of the month has been used up. A GPU that waits for
data costs as much as one that computes, and looks the same from outside.

## Example
```hcl
resource "aws_sagemaker_endpoint" "model" {
  name                 = "classifier"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.model.name
}
```

## Use instead
```hcl
resource "aws_cloudwatch_metric_alarm" "latency" {
  alarm_name          = "classifier-latency-p95"
  namespace           = "AWS/SageMaker"
  metric_name         = "ModelLatency"
  extended_statistic  = "p95"
  threshold           = 400000 # microseconds
  comparison_operator = "GreaterThanThreshold"
  period              = 60
  evaluation_periods  = 5
  alarm_actions       = [aws_sns_topic.alerts.arn]
  dimensions          = { EndpointName = aws_sagemaker_endpoint.model.name, VariantName = "a" }
}
```
and another one on `Invocation5XXErrors`.

## When it does not fire
Agents and monitors of other makers (Datadog, New Relic, Dynatrace, ...), which have their alarms elsewhere;
services that measure accelerators by themselves (SageMaker, Vertex AI, Azure Machine Learning, GKE); machines
whose start-up script is not in the code. Where neither `slo` nor the environment `prod` says that somebody relies on
it, serving is reported with severity low.

## References
- https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
- https://docs.aws.amazon.com/wellarchitected/latest/machine-learning-lens/mloe-15.html
- https://cloud.google.com/monitoring/alerts
- https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-types
- https://github.com/NVIDIA/dcgm-exporter
"""

from mlarchlint.api import (
    SERVING_KINDS,
    Design,
    Hit,
    Hits,
    Kind,
    Mode,
    Relation,
    Resource,
    Severity,
    Truth,
    Value,
    needs_gpu_agent,
    rule,
)

_MACHINES = ("compute_group", "compute_instance", "training_cluster")
_WANTED = {"latency": ("latency",), "errors": ("errors", "health")}
_LEAST = 0.6


@rule(
    id="MLA-OB001",
    severity=Severity.MEDIUM,
    on=Kind(*dict.fromkeys((*SERVING_KINDS, *_MACHINES))),
    roles=("inference", "training", "tuning"),
    since="0.1",
)
def metrics_and_alarms_missing(node: Resource, design: Design) -> Hits:
    if design.agents(node).everything is Truth.YES:
        return
    if design.role(node) == "inference":
        yield from _serving(node, design)
    else:
        yield from _training(node, design)


def _serving(node: Resource, design: Design) -> Hits:
    if design.once(_first_unwatched).get(node.instance.scope) is not node:
        return
    silent = _without(node, design)
    what = " and ".join(silent)
    unread = [alarm for alarm, about in design.alarms(node) if "unread" in about]
    severity = Severity.MEDIUM if _relied_on(node, design) else Severity.LOW
    fix = "add alarms on its p95 latency and its errors that tell somebody"
    if unread:
        claim = f"whether an alarm watches its {what} is not known: an input decides what {unread[0].address} is about"
        yield Hit(unread[0]["metric"], claim, certain=False, severity=severity, fix=fix)
        return
    claim = f"answers requests, and no alarm watches its {what}"
    if scraped := _scraped(node, design):
        claim = f"{claim}: its metrics are collected ({scraped}), and nobody is told"
        severity = Severity.LOW
    yield Hit(Value.absent(node.span), claim, missing=("alarm",), severity=severity, fix=fix)


def _first_unwatched(design: Design) -> dict[str, Resource]:
    """By stack: one finding for each."""
    found: dict[str, Resource] = {}
    for fleet in design.fleets:
        scope = fleet.node.instance.scope
        if scope not in found and _without(fleet.node, design):
            found[scope] = fleet.node
    return found


def _without(node: Resource, design: Design) -> tuple[str, ...]:
    """What no alarm is about."""
    pool = node.kind == "compute_group" and design.sources(node, Relation.CONTAINS)
    if pool or not design.takes_requests(node):
        return ()
    classes = {one for _, about in design.alarms(node) for one in about}
    return tuple(what for what, enough in _WANTED.items() if not classes.intersection(enough))


def _relied_on(node: Resource, design: Design) -> bool:
    needs = design.needs(node)
    stated = needs.get("slo.availability") is not None or needs.get("slo.latency_p95_ms") is not None
    return stated or design.environment(node) == "prod"


def _scraped(node: Resource, design: Design) -> str:
    """What reads its metrics, in words."""
    if node["metrics_scraped"].is_true() is Truth.YES:
        return "an annotation asks for it"
    seen = (found.observer for found in design.observations(node) if found.observer.kind == "metric_sink")
    return next((sink.address for sink in seen), "")


def _training(node: Resource, design: Design) -> Hits:
    if not needs_gpu_agent(node) or design.once(_first_machines).get(node.instance.scope) is not node:
        return
    script, agents = node["user_data"], design.agents(node).accelerators
    if agents is Truth.YES:
        return
    fix = "install an agent that collects the use of the GPUs (DCGM exporter, CloudWatch agent with nvidia_gpu, Ops Agent)"
    if agents is Truth.MAYBE or script.is_unknown:
        why = script.why or "an input decides what collects metrics on it"
        claim = f"whether the use of its accelerators is measured is not known: {why}"
        yield Hit(script, claim, certain=False, attribute="accelerators", fix=fix)
    else:
        claim = "trains on accelerators, and nothing measures their use"
        yield Hit(script, claim, missing=("metric_sink", "addon"), attribute="accelerators", fix=fix)


def _first_machines(design: Design) -> dict[str, Resource]:
    """By stack: one finding for each."""
    found: dict[str, Resource] = {}
    for node in design.graph.of_kind(*_MACHINES):
        own = node.part_of is None and node.instance.mode is Mode.MANAGED
        if own and node.instance.scope not in found and _trains(node, design) and needs_gpu_agent(node):
            found[node.instance.scope] = node
    return found


def _trains(node: Resource, design: Design) -> bool:
    role = design.role_of(node)
    return role is not None and role.role in ("training", "tuning") and role.confidence >= _LEAST
