"""Latency alarms use a percentile, and their threshold agrees with the latency requirement.

## What it does
Reports alarms on the latency of a model that look at an average, and alarms whose threshold lies above
`slo.latency_p95_ms` of the requirements, in the unit of their metric.

## Why is this bad
In an average the many fast answers hide the slow ones: one request in twenty may take ten seconds while the average
stays under one. And ModelLatency counts microseconds: 500 is half a millisecond, and goes off always.

## Example
```hcl
resource "aws_cloudwatch_metric_alarm" "latency" {
  metric_name = "ModelLatency"
  statistic   = "Average"
  threshold   = 500
}
```

## Use instead
```hcl
resource "aws_cloudwatch_metric_alarm" "latency" {
  metric_name        = "ModelLatency"
  extended_statistic = "p95"
  threshold          = 500000 # microseconds
}
```

## When it does not fire
Alarms on other metrics and on a maximum, and stacks in which no model serves. A second alarm may go off later, at a
higher percentile or a higher severity, where another one on the same goes off within the target. Azure Monitor has no
percentiles of its metrics: there only the threshold is judged.

## References
- https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
- https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
- https://cloud.google.com/monitoring/api/v3/aggregation
"""

from mlarchlint.api import Design, Hit, Hits, Kind, Related, Resource, Severity, Truth, regex, rule

_AVERAGES = ("Average", "ALIGN_MEAN")
# Milliseconds in one unit of a metric.
_UNITS = (
    (regex(r"^(ModelLatency|OverheadLatency)$"), 0.001),
    (regex(r"^TargetResponseTime$"), 1000.0),
    (regex(r"^(ResponseTime|TotalLatency|BackendLastByteResponseTime|RequestLatency)$"), 1.0),
    (regex(r"^(Latency|IntegrationLatency|Duration|OriginLatency|InvocationLatency)$"), 1.0),
    (
        regex(r"run\.googleapis\.com/request_latencies|loadbalancing\.googleapis\.com/https/\w*latencies"),
        1.0,
    ),
)
_LEAST = 0.6
_FIX = "look at the 95th or 99th percentile, with the threshold of the requirement"


@rule(id="MLA-OB005", severity=Severity.LOW, on=Kind("alarm"), since="0.1")
def alarm_on_average(node: Resource, design: Design) -> Hits:
    serves = _serving(node, design)
    if serves is None or not _on_latency(node):
        return
    statistic = node["statistic"]
    match statistic.one_of(*_AVERAGES):
        case Truth.YES if node.provider != "azure":
            claim = "looks at the average latency, in which slow answers do not show"
            yield Hit(statistic, claim, attribute="statistic", fix=_FIX)
        case Truth.MAYBE if node.provider != "azure":
            claim = f"whether it looks at a percentile is not known: {statistic.why}"
            yield Hit(statistic, claim, certain=False, attribute="statistic", fix=_FIX)
    yield from _threshold(node, serves, design)


def _threshold(node: Resource, serves: Resource, design: Design) -> Hits:
    target, unit = design.needs(serves).number("slo.latency_p95_ms"), _unit(node)
    threshold = node["threshold"]
    value = threshold.number()
    if target is None or unit is None or threshold.is_absent:
        return
    related = (Related("the target is stated here", design.needs(serves).span("slo.latency_p95_ms")),)
    if threshold.is_unknown:
        claim = f"whether its threshold agrees with the target of {target:g} ms is not known: {threshold.why}"
        yield Hit(threshold, claim, certain=False, attribute="threshold", related=related, fix=_FIX)
    elif value is not None and float(value) * unit > target and not _earlier(serves, design, float(target)):
        claim = f"goes off above {float(value) * unit:,.0f} ms only, and the target is {target:g} ms"
        yield Hit(threshold, claim, attribute="threshold", related=related, fix=_FIX)


def _earlier(serves: Resource, design: Design, target: float) -> bool:
    """Whether some alarm tells in time; then a later one is a second stage, as of a higher percentile."""
    earliest = design.once(_earliest).get(serves.key)
    return earliest is not None and earliest <= target


def _earliest(design: Design) -> dict[str, float]:
    """By fleet that an alarm is judged for, the least of the limits, in milliseconds."""
    found: dict[str, float] = {}
    for fleet in set(design.once(_served).values()):
        for alarm, _ in design.alarms(fleet):
            limit, unit = alarm["threshold"].number(), _unit(alarm)
            if limit is not None and unit and _on_latency(alarm):
                found[fleet.key] = min(float(limit) * unit, found.get(fleet.key, float("inf")))
    return found


def _on_latency(node: Resource) -> bool:
    said = node["metric_class"].text()
    return said == "latency" or (said is None and _unit(node) is not None)


def _unit(node: Resource) -> float | None:
    metric = node["metric"].clue() or ""
    if metric == "Latency" and node["namespace"].text() == "AWS/ELB":
        return 1000.0
    return next((unit for pattern, unit in _UNITS if pattern.search(metric)), None)


def _serving(node: Resource, design: Design) -> Resource | None:
    """What the alarm tells of, or what serves in the same code."""
    return design.once(_served).get(node.key)


def _served(design: Design) -> dict[str, Resource]:
    """By alarm, the first fleet of its stack that it tells of."""
    found: dict[str, Resource] = {}
    for fleet in design.fleets:
        for alarm, _ in design.alarms(fleet.node):
            if alarm.instance.scope == fleet.node.instance.scope:
                found.setdefault(alarm.key, fleet.node)
    return found
