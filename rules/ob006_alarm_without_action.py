"""Alarms must notify someone or trigger rollback/scaling.

## What it does
Reports alarms that do nothing when they go off: no topic, no channel, no action group, no scaling, or actions that
are switched off.

## Why is this bad
An alarm without an action turns red on a page that nobody looks at during the night. The users find the fault first,
and the alarm has only cost money.

## Example
```hcl
resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name  = "classifier-errors"
  metric_name = "Invocation5XXErrors"
}
```

## Use instead
```hcl
resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name    = "classifier-errors"
  metric_name   = "Invocation5XXErrors"
  alarm_actions = [aws_sns_topic.alerts.arn]
}
```

## When it does not fire
Alarms that a composite alarm combines, alarms that roll a deployment back, and rules of Prometheus, whose routes
Alertmanager holds; stacks in which nothing of a model or its training was found.

## References
- https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
- https://cloud.google.com/monitoring/support/notification-options
- https://learn.microsoft.com/azure/azure-monitor/alerts/action-groups
"""

from mlarchlint.api import Design, Hit, Hits, Kind, Resource, Severity, Truth, rule

_ML = ("inference", "inference-batch", "training", "tuning", "pipeline")
_FIX = "name a topic, a channel or an action group that tells the team"
_LEAST = 0.6


@rule(id="MLA-OB006", severity=Severity.LOW, on=Kind("alarm"), since="0.1")
def alarm_without_action(node: Resource, design: Design) -> Hits:
    actions, enabled = node["actions"], node["actions_enabled"]
    if enabled.is_absent or _used(node, design) or not _beside_ml(node, design):
        return  # what knows no actions of its own has its routes elsewhere
    if enabled.is_true() is Truth.NO:
        yield Hit(
            enabled,
            "does nothing when it goes off: its actions are switched off",
            attribute="enabled",
            fix=_FIX,
        )
    elif actions.is_unknown:
        yield Hit(actions, f"whether it tells anybody is not known: {actions.why}", certain=False, fix=_FIX)
    elif not actions.items():
        yield Hit(actions, "tells nobody when it goes off", fix=_FIX)
    elif enabled.is_true() is Truth.MAYBE:
        claim = f"whether its actions are on is not known: {enabled.why}"
        yield Hit(enabled, claim, certain=False, attribute="enabled", fix=_FIX)


def _used(node: Resource, design: Design) -> bool:
    """By a composite alarm, or by a deployment that rolls back: by what names it, or may."""
    if any(other.kind != "dashboard" for other in design.sources(node)):
        return True
    clue = node["name"].clue()
    named = design.once(_named_by_deployments)
    scope = node.instance.scope
    return (scope, None) in named or (clue is not None and (scope, clue) in named)


def _named_by_deployments(design: Design) -> frozenset[tuple[str, str | None]]:
    """By stack, the names of alarms on which a deployment rolls back; None where one is not known."""
    return frozenset(
        (other.instance.scope, None if value.is_unknown else value.clue())
        for other in design.graph.of_kind(*_DEPLOYED)
        for trait in _ROLLBACK
        for value in other[trait].walk()
        if value.is_unknown or value.clue() is not None
    )


_DEPLOYED = ("model_endpoint", "container_service", "serverless_function", "compute_group")
_ROLLBACK = ("update.rollback_alarms", "deployment.rollback_alarms")


def _beside_ml(node: Resource, design: Design) -> bool:
    """It watches a part of the ML system, or stands in its code."""
    return node.instance.scope in design.once(_stacks_of_ml)


def _stacks_of_ml(design: Design) -> frozenset[str]:
    return frozenset(
        design.graph[key].instance.scope
        for key, role in design.roles.items()
        if key in design.graph and role.role in _ML and role.confidence >= _LEAST
    )
