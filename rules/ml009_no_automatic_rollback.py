"""Progressive deployments are tied to alarms that roll back.

## What it does
Looks at serving workloads that move traffic to a new version in steps (canary, linear, rolling), or
that refresh their machines, and reports those in which nothing that is measured turns the step back: no
alarms, no analysis, automatic rollback switched off.

## Why is this bad
A canary that nobody watches is a slow all-at-once. The bad model gets its first five percent, and then, at
three in the morning, all the rest.

## Example
```hcl
deployment_config {
  blue_green_update_policy {
    traffic_routing_configuration {
      type                     = "CANARY"
      wait_interval_in_seconds = 600
    }
  }
}
```

## Use instead
```hcl
deployment_config {
  blue_green_update_policy {
    traffic_routing_configuration {
      type                     = "CANARY"
      wait_interval_in_seconds = 600
    }
  }

  auto_rollback_configuration {
    alarms {
      alarm_name = aws_cloudwatch_metric_alarm.p95.alarm_name
    }
  }
}
```

## When it does not fire
Updates that are not progressive (MLA-ML004 tells of those in one step), and steps that wait for a person:
a Rollout that pauses without an end or whose `autoPromotionEnabled` is off, `canaryTrafficPercent` of KServe.

## References
- https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
- https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html
- https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RollbackInstanceRefresh.html
- https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html
- https://learn.microsoft.com/azure/virtual-machine-scale-sets/virtual-machine-scale-sets-automatic-upgrade
- https://argo-rollouts.readthedocs.io/en/stable/features/analysis/
"""

from mlarchlint.api import SERVING, Design, Hit, Hits, Kind, Relation, Resource, Severity, Truth, Value, rule

_STEPS = {"canary": "in steps", "linear": "in steps", "rolling": "batch by batch"}
_ECS_STEPS = ("CANARY", "LINEAR", "BLUE_GREEN")
_FIX = "name alarms on errors and latency that roll the update back"


@rule(
    id="MLA-ML009",
    severity=Severity.MEDIUM,
    on=Kind("model_endpoint", "container_service", "compute_group", "serverless_function"),
    roles=SERVING,
    since="0.1",
)
def no_automatic_rollback(node: Resource, design: Design) -> Hits:
    if node.kind in ("model_endpoint", "serverless_function") and node.provider == "aws":
        yield from _shifted(node)
    elif node.kind == "container_service" and node.provider == "kubernetes":
        yield from _rollout(node)
    elif node.kind == "container_service" and node.provider == "aws":
        yield from _ecs(node, design)
    elif node.kind == "compute_group" and not design.hosts_others(node):
        yield from _machines(node)


def _shifted(node: Resource) -> Hits:
    """Endpoints of SageMaker and functions behind an alias."""
    kind, alarms = node["deployment.type"], node["deployment.rollback_alarms"]
    if alarms.is_set() is Truth.YES or node.type.endswith(("aws_lambda_function", "::Lambda::Function")):
        return  # the alarms of an alias are those of CodeDeploy, elsewhere
    if kind.is_unknown or alarms.is_unknown:
        why = kind.why or alarms.why
        claim = f"whether alarms roll a new version back is not known: {why}"
        yield Hit(kind, claim, certain=False, attribute="alarms", fix=_FIX)
        return
    text = (kind.text() or "").lower()
    steps = next((words for word, words in _STEPS.items() if word in text), None)
    if steps is not None:
        claim = f"a new version gets its traffic {steps}, and no alarm takes it back"
        yield Hit(kind, claim, attribute="alarms", fix=_FIX)


def _rollout(node: Resource) -> Hits:
    strategy, analysis = node["strategy"], node["update.analysis"]
    if strategy.one_of("canary", "blue_green") is not Truth.YES:
        return
    if analysis.is_true() is Truth.NO and node["update.manual"].is_true() is not Truth.YES:
        claim = "a new version gets its traffic in steps, and no analysis of metrics takes it back"
        yield Hit(
            strategy, claim, attribute="analysis", fix="add an analysis of errors and latency to the steps"
        )


def _ecs(node: Resource, design: Design) -> Hits:
    groups = [g for g in design.sources(node, Relation.PROTECTS) if g.kind == "deployment_group"]
    for group in groups:
        yield from _switched_off(group["update.rollback"], "CodeDeploy", group.address)
    if groups:
        return
    strategy, alarms, back = node["update.strategy"], node["update.rollback_alarms"], node["update.rollback"]
    watched = alarms.is_set() | node["update.circuit_breaker"].is_true()
    if watched is Truth.YES:
        yield from _switched_off(back, "ECS", "")
    elif strategy.one_of(*_ECS_STEPS) is Truth.YES:
        if watched is Truth.MAYBE:
            claim = "whether alarms roll a new version back is not known: an input decides"
            yield Hit(strategy, claim, certain=False, attribute="alarms", fix=_FIX)
        else:
            claim = "a new version gets its traffic in steps, and no alarm takes it back"
            yield Hit(strategy, claim, attribute="alarms", fix=_FIX)


def _switched_off(back: Value, who: str, where: str) -> Hits:
    """Failures are noticed, and then nothing is done about them."""
    told = f" ({where})" if where else ""
    match back.is_true():
        case Truth.NO:
            claim = f"{who} stops an update that fails, and does not roll it back{told}"
            yield Hit(back, claim, attribute="rollback", fix="turn on automatic rollback")
        case Truth.MAYBE:
            claim = f"whether an update that fails is rolled back is not known: {back.why}"
            yield Hit(back, claim, certain=False, attribute="rollback")


def _machines(node: Resource) -> Hits:
    """A refresh of an Auto Scaling group, and automatic image upgrades of a scale set."""
    back, strategy = node["update.rollback"], node["update.strategy"]
    if node.instance.format.value == "cloudformation":
        return  # CloudFormation rolls a failed update back itself
    if node.provider == "azure" and not back.is_absent:
        yield from _switched_off(back, "the scale set", "")
    elif (
        node.provider == "aws"
        and not strategy.is_absent
        and node["update.rollback_alarms"].is_set() is Truth.NO
    ):
        if back.is_unknown or strategy.is_unknown:
            claim = f"whether a refresh that fails is rolled back is not known: {back.why or strategy.why}"
            yield Hit(back, claim, certain=False, attribute="rollback")
        elif back.is_true() is Truth.NO:
            claim = "its machines are replaced batch by batch, and a refresh that fails is not rolled back"
            yield Hit(
                strategy, claim, attribute="rollback", fix="set auto_rollback, and alarms that trigger it"
            )
