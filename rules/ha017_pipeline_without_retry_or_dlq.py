"""Event-driven and scheduled data jobs need retries and a place for poison records.

## What it does
Looks at what feeds and runs the data pipeline: queues, functions that events call, jobs and workflows
that are scheduled. It reports a queue without a dead-letter queue, an event that is lost after its last
attempt, and a job that a single failure ends.

## Why is this bad
A record that cannot be read is delivered again and again, until it expires or blocks what waits behind
it. A job without a second attempt ends with the first lost machine or throttled call, and the features
of that day are missing from every model that is trained on them.

## Example
```hcl
resource "aws_sqs_queue" "raw" {
  name = "raw-events"
}

resource "aws_lambda_event_source_mapping" "clean" {
  event_source_arn = aws_sqs_queue.raw.arn
  function_name    = aws_lambda_function.preprocess.arn
}
```

## Use instead
```hcl
resource "aws_sqs_queue" "raw" {
  name           = "raw-events"
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 5 })
}
```

## When it does not fire
Consumers of Kafka, which keep their own offsets, jobs that an orchestrator starts and repeats, jobs that
nothing starts, and resources with the tag `mlarchlint.dev/idempotent`: a full refresh that the next run
makes good.

## References
- https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
- https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
- https://cloud.google.com/pubsub/docs/handling-failures
- https://learn.microsoft.com/azure/event-grid/delivery-and-retry
- https://kubernetes.io/docs/concepts/workloads/controllers/job/
"""

from mlarchlint.api import Design, Hit, Hits, Kind, Relation, Resource, Severity, Truth, Value, rule

_IDEMPOTENT = "mlarchlint.dev/idempotent"
_EVENTS = ("object_store", "topic", "event_bus", "stream", "queue")
_LEAST = 0.6


@rule(
    id="MLA-HA017",
    severity=Severity.MEDIUM,
    on=Kind("queue", "trigger", "serverless_function", "data_processor", "batch_job", "orchestrator"),
    since="0.1",
)
def pipeline_without_retry_or_dlq(node: Resource, design: Design) -> Hits:
    if _IDEMPOTENT in node.tags:
        return
    if node.kind == "queue":
        yield from _queue(node, design)
    elif node.kind == "trigger":
        yield from _subscription(node, design)
    elif not _in_pipeline(node, design):
        return
    elif node.kind == "serverless_function":
        yield from _function(node, design)
    else:
        yield from _job(node, design)


def _in_pipeline(node: Resource, design: Design) -> bool:
    role = design.role_of(node)
    return role is not None and role.role == "pipeline" and role.confidence >= _LEAST


def _queue(node: Resource, design: Design) -> Hits:
    if node.type == "azurerm_storage_queue" or any(
        source.kind in ("queue", "topic", "trigger") for source in design.sources(node, Relation.WRITES)
    ):
        return  # the reader of a storage queue sets messages aside itself; and what takes dead letters needs none
    readers = [user for user in _readers(node, design) if _in_pipeline(user, design)]
    if readers:
        claim = f"a message that {readers[0].address} cannot handle comes back until it expires: no dead-letter queue"
        yield from _dead_letter(node, claim, "set messages aside in a dead-letter queue after a few attempts")


def _readers(node: Resource, design: Design) -> list[Resource]:
    called = design.graph.reach(node, Relation.TRIGGERS)
    return [*called, *design.sources(node, Relation.READS)]


def _subscription(node: Resource, design: Design) -> Hits:
    """What passes records of a stream, or events of Event Grid, to a function."""
    called = [user for user in design.targets(node, Relation.TRIGGERS) if _in_pipeline(user, design)]
    streams = [source for source in design.sources(node, Relation.TRIGGERS) if source.kind == "stream"]
    if not called:
        return
    if node["type"].equals("event_source") is Truth.YES:
        if streams and not any("kafka" in s.type.lower() or "msk" in s.type.lower() for s in streams):
            claim = f"a record that {called[0].address} cannot handle blocks its shard until it expires"
            yield from _dead_letter(
                node, claim, "give it a destination for failures and a number of attempts"
            )
    elif node.provider == "azure" and not node["dead_letter"].is_absent:
        claim = f"an event that {called[0].address} does not take is dropped after its last attempt"
        yield from _dead_letter(node, claim, "keep undelivered events in a storage container")


def _function(node: Resource, design: Design) -> Hits:
    sources = [source for source in design.sources(node, Relation.TRIGGERS) if source.kind in _EVENTS]
    pushed = [
        source for source in sources if source.kind not in ("queue", "stream") or node.provider != "aws"
    ]
    if not pushed:
        return
    if node.provider == "aws":
        claim = f"an event of {pushed[0].address} that fails its last attempt is lost: no queue or destination for it"
        yield from _dead_letter(node, claim, "name a queue or a destination for events that fail")
    elif node.provider == "google" and pushed[0].kind != "queue":
        yield from _attempts(node, f"an event of {pushed[0].address} that fails once is dropped")


def _job(node: Resource, design: Design) -> Hits:
    """Where it is started by itself, or its code says that one attempt is all."""
    starters = design.sources(node, Relation.TRIGGERS)
    if any(starter.kind == "orchestrator" for starter in starters) or "/" in node.name:
        return
    retries = node["retries"]
    started = bool(starters) or not node["schedule"].is_absent
    written = not retries.is_absent and not retries.default
    if not (started or written) or node["failure_handling"].is_true() is Truth.YES:
        return
    if node.kind == "orchestrator" and retries.is_absent:
        return
    yield from _attempts(node, "a single failure ends it: it has no second attempt")


def _attempts(node: Resource, claim: str) -> Hits:
    retries = node["retries"]
    if retries.is_absent:
        return
    match retries.at_least(1):
        case Truth.NO:
            yield Hit(retries, claim, attribute="retries", fix="let it be tried again, two or three times")
        case Truth.MAYBE:
            open_claim = f"whether it is tried again is not known: {retries.why}"
            yield Hit(retries, open_claim, certain=False, attribute="retries")


def _dead_letter(node: Resource, claim: str, fix: str) -> Hits:
    kept: Value = node["dead_letter"]
    match kept.is_true():
        case Truth.NO if not kept.is_absent:
            yield Hit(kept, claim, missing=("part",), attribute="dead_letter", fix=fix)
        case Truth.MAYBE:
            open_claim = f"whether what fails is kept is not known: {kept.why}"
            yield Hit(kept, open_claim, certain=False, attribute="dead_letter", fix=fix)
