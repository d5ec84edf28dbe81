"""Failed training or data jobs raise an event or alarm.

## What it does
Looks at the jobs and workflows of the pipeline and of training that something starts: a schedule or an event. It
reports the first one of a stack of whose failure nobody is told: no event rule on failed runs of its service, no alarm
on failures, no step that catches the failure, no handler at the end.

## Why is this bad
A job that runs at night has no user who complains. The features of that day are missing, the model of last month goes
on serving, and everything else is green; it is found when the predictions have become bad enough for people to ask.

## Example
```hcl
resource "aws_glue_trigger" "nightly" {
  name     = "nightly"
  type     = "SCHEDULED"
  schedule = "cron(0 3 * * ? *)"

  actions {
    job_name = aws_glue_job.features.name
  }
}
```

## Use instead
```hcl
resource "aws_cloudwatch_event_rule" "failed" {
  name = "features-failed"

  event_pattern = jsonencode({
    source      = ["aws.glue"]
    detail-type = ["Glue Job State Change"]
    detail      = { state = ["FAILED", "TIMEOUT"] }
  })
}

resource "aws_cloudwatch_event_target" "failed" {
  rule = aws_cloudwatch_event_rule.failed.name
  arn  = aws_sns_topic.alerts.arn
}
```

## When it does not fire
Notebooks and jobs that people start; jobs that an orchestrator starts, which is judged itself; Airflow, whose programs
say whom they tell; agents and monitors of other makers (Datadog, New Relic, ...), which have their alarms elsewhere;
programs that are given an address to tell (a webhook of Slack, Sentry, PagerDuty).

## References
- https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
- https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
- https://cloud.google.com/monitoring/alerts
- https://learn.microsoft.com/azure/data-factory/monitor-data-factory
- https://argo-workflows.readthedocs.io/en/latest/walk-through/exit-handlers/
"""

import re

from mlarchlint.api import (
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
    regex,
    rule,
)

_JOBS = ("orchestrator", "batch_job", "data_processor")
_ROLES = ("pipeline", "training", "tuning")
_LEAST = 0.6
_AIRFLOW = regex(r"mwaa|composer|airflow", re.IGNORECASE)
# How the events and the metrics of AWS call the service that runs a job; emr covers its serverless and container forms.
_SERVICES = ("glue", "states", "sagemaker", "batch", "emr", "ecs")
_CALLED = {"sfn": "states", "statemachine": "states", "stepfunctions": "states"}
_WENT_WELL = regex(r"^(succeeded|success|completed|complete)$", re.IGNORECASE)
_WENT_WRONG = regex(r"fail|time_?d?_?out|abort|cancel|error|stopped|incomplete", re.IGNORECASE)
_ADDRESSES = regex(
    r"slack|pager_?duty|opsgenie|sentry|webhook|alert|notif|sns_topic|healthcheck", re.IGNORECASE
)
_FIX = "tell somebody: an event rule or an alarm on failed runs that leads to a topic or a channel"


@rule(
    id="MLA-OB008",
    severity=Severity.MEDIUM,
    on=Kind(*_JOBS),
    roles=_ROLES,
    since="0.1",
)
def pipeline_failure_unnoticed(node: Resource, design: Design) -> Hits:
    if design.once(_unnoticed).get(node.instance.scope) is not node:
        return
    open_at = _noticed(node, design)[1]
    if open_at is not None:
        claim = f"whether anybody is told when it fails is not known: {open_at.why or 'an input decides'}"
        yield Hit(open_at, claim, certain=False, fix=_FIX)
    else:
        claim = "is started by itself, and nobody is told of its failure"
        yield Hit(Value.absent(node.span), claim, missing=("alarm", "trigger"), fix=_FIX)


def _unnoticed(design: Design) -> dict[str, Resource]:
    """By stack: the first job of which it is so, a certain one before open ones."""
    sure: dict[str, Resource] = {}
    opens: dict[str, Resource] = {}
    for node in design.graph.of_kind(*_JOBS):
        scope = node.instance.scope
        if scope not in sure and _judged(node, design):
            told, open_at = _noticed(node, design)
            if told is not Truth.YES:
                (sure if open_at is None else opens).setdefault(scope, node)
    return opens | sure


def _judged(node: Resource, design: Design) -> bool:
    """A job of its own that something in the code starts again and again."""
    role = design.role_of(node)
    if role is None or role.role not in _ROLES or role.confidence < _LEAST:
        return False
    if node.part_of is not None or node.instance.mode is not Mode.MANAGED or "/" in node.name:
        return False
    images = " ".join(image.clue() or "" for image in node["images"].items())
    if _AIRFLOW.search(f"{node.type} {images}"):
        return False
    starters = design.sources(node, Relation.TRIGGERS)
    if any(starter.kind == "orchestrator" for starter in starters):
        return False
    return bool(starters) or not node["schedule"].is_absent


def _noticed(node: Resource, design: Design) -> tuple[Truth, Value | None]:
    """Whether somebody is told; the value that decides where it is open."""
    if design.agents(node).everything is Truth.YES or _tells_itself(node):
        return Truth.YES, None
    open_at = node["failure_notice"] if node["failure_notice"].is_unknown else None
    if "states" in _services(node) and node["definition"].is_unknown:
        open_at = node["definition"]
    for alarm, about in design.alarms(node):
        if _of_its_service(alarm, node, design):
            if about & {"errors", "health"}:
                return Truth.YES, None
            if "unread" in about:
                open_at = alarm["metric"] if open_at is None else open_at
    services = _services(node)
    told, unread = design.once(_told_of).get(node.instance.scope, (frozenset(), None))
    own = [one["triggers_on"] for one in design.sources(node, Relation.MONITORS)]
    if told.intersection(services) or any(_told_by(pattern).intersection(services) for pattern in own):
        return Truth.YES, None
    possible = (open_at, unread, *(pattern for pattern in own if pattern.is_unknown))
    open_at = next((value for value in possible if value is not None), None)
    return (Truth.NO if open_at is None else Truth.MAYBE), open_at


def _tells_itself(node: Resource) -> bool:
    """A handler at its end, a step that catches failures, or an address that its program is given."""
    if node["failure_notice"].is_true() is Truth.YES:
        return True
    if any("Catch" in value.mapping() for value in node["definition"].walk()):
        return True
    return any(_ADDRESSES.search(name.text() or "") for name in node["env_names"].items())


def _services(node: Resource) -> tuple[str, ...]:
    text = node.type.lower()
    called = [service for word, service in _CALLED.items() if word in text]
    return (*called, *(service for service in _SERVICES if service in text))


def _of_its_service(alarm: Resource, node: Resource, design: Design) -> bool:
    """Alarms on metrics of another service of AWS tell nothing of it, unless they name it."""
    space = (alarm["namespace"].text() or "").lower()
    if not space.startswith("aws/") or node in design.targets(alarm, Relation.MONITORS):
        return True
    return any(service in space for service in (*_services(node), "mapreduce"))


def _told_of(design: Design) -> dict[str, tuple[frozenset[str], Value | None]]:
    """By stack: the services of whose failures event rules tell that name no job, and a pattern that is open."""
    found: dict[str, tuple[frozenset[str], Value | None]] = {}
    for trigger in design.graph.of_kind("trigger"):
        pattern, scope = trigger["triggers_on"], trigger.instance.scope
        if pattern.is_absent or design.targets(trigger, Relation.MONITORS):
            continue
        told, unread = found.get(scope, (frozenset(), None))
        if pattern.is_unknown and unread is None:
            unread = pattern
        found[scope] = (told | _told_by(pattern), unread)
    return found


def _told_by(pattern: Value) -> frozenset[str]:
    """The services of all of whose events, or of the failures among them, a rule tells."""
    words = [text for value in pattern.walk() if (text := value.clue())]
    if any(_WENT_WELL.search(word) for word in words) and not any(_WENT_WRONG.search(word) for word in words):
        return frozenset()
    return frozenset(
        service for service in _SERVICES if any(word.lower().startswith(f"aws.{service}") for word in words)
    )
