"""Jobs have a maximum run time and a bounded retry count.

## What it does
Reports training jobs that nothing ends but themselves: no timeout, no deadline. It also reports
jobs on interruptible capacity that are told not to try again.

## Why is this bad
A job that waits for a peer which never comes, or whose loss stays at NaN, keeps its accelerators
until somebody looks at the bill. And on spot capacity the first interruption ends a job
for good that has no second attempt.

## Example
```hcl
resource "aws_batch_job_definition" "train" {
  name = "train"
  type = "container"
}
```

## Use instead
```hcl
resource "aws_batch_job_definition" "train" {
  name = "train"
  type = "container"

  timeout {
    attempt_duration_seconds = 129600
  }

  retry_strategy {
    attempts = 3
  }
}
```

## When it does not fire
Services that end a job after a time of their own (SageMaker after a day, Cloud Run after ten
minutes), jobs that a queue or short-lived nodes end (Kueue, flex-start), custom models of Bedrock, Dataproc jobs, training that goes on as data arrives (`stream`, `online` or
`continuous` in its name), tests of the machines, and jobs that are not started. Without accelerators
it is a hint.

## References
- https://docs.aws.amazon.com/batch/latest/APIReference/API_JobTimeout.html
- https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html
- https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup
- https://kueue.sigs.k8s.io/docs/concepts/workload/
- https://learn.microsoft.com/azure/machine-learning/how-to-manage-optimize-cost
"""

from mlarchlint.api import (
    TRAINING,
    Design,
    Hit,
    Hits,
    Kind,
    Related,
    Relation,
    Resource,
    Severity,
    Truth,
    has_accelerator,
    regex,
    rule,
)

_ON_AND_ON = regex(r"(^|[^a-z])(stream(ing)?|online|continuous(ly)?|incremental|daemon)([^a-z]|$)")
_CAMEL = regex(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TRIES = regex(r"(^|[^a-z])(nccl|tests?|bench(mark)?s?|stress|smoke|dlio)([^a-z]|$)")
# Labels and annotations by which the queue or the nodes end a job.
_ENDED = (
    "kueue.x-k8s.io/max-exec-time-seconds",
    "provreq.kueue.x-k8s.io/maxRunDurationSeconds",
    "cloud.google.com/gke-max-run-duration-seconds",
    "cluster-autoscaler.kubernetes.io/consume-provisioning-request",
    "autoscaling.x-k8s.io/consume-provisioning-request",
)
# The provider ends them, or has no setting for it.
_MANAGED = ("aws_bedrock_custom_model", "google_dataproc_job")


@rule(id="MLA-ML012", severity=Severity.MEDIUM, on=Kind("batch_job"), roles=TRAINING, since="0.1")
def training_job_unbounded(node: Resource, design: Design) -> Hits:
    words = _CAMEL.sub("-", f"{node.name} {node['name'].clue() or ''}").lower()
    if node.type in _MANAGED or _ON_AND_ON.search(words) or _TRIES.search(words):
        return
    if node["suspended"].is_true() is Truth.YES:
        return
    yield from _no_end(node, design)
    yield from _no_second_attempt(node, design)


def _no_end(node: Resource, design: Design) -> Hits:
    runtime, severity = node["max_runtime_s"], _severity(node, design)
    fix = "set a timeout somewhat above the longest run that you expect"
    match runtime.is_set():
        case Truth.NO if not _ended_from_outside(node):
            claim = "nothing ends it if it hangs: it has no maximum run time"
            yield Hit(runtime, claim, attribute="max_runtime_s", severity=severity, fix=fix)
        case Truth.MAYBE:
            claim = f"whether it has a maximum run time is not known: {runtime.why}"
            yield Hit(runtime, claim, certain=False, attribute="max_runtime_s", severity=severity, fix=fix)


def _ended_from_outside(node: Resource) -> bool:
    parts = (part for name in ("metadata", "spec") for part in node.instance.get(name).walk())
    return any(label in part.mapping() for part in parts for label in _ENDED)


def _severity(node: Resource, design: Design) -> Severity | None:
    """What a hanging job costs are its accelerators."""
    hosts = design.targets(node, Relation.PLACED_IN, Relation.USES)
    accelerated = any(has_accelerator(machine) is not None for machine in (node, *hosts))
    unknown = node["instance_type"].is_unknown or node["requests.gpu"].is_unknown
    return None if accelerated or unknown else Severity.LOW


def _no_second_attempt(node: Resource, design: Design) -> Hits:
    retries, spot = node["retries"], design.interruptible(node)
    # Where the operator replaces lost workers, zero is its default and no choice.
    chosen = not retries.default or node["platform"].equals("batch") is Truth.YES
    if spot is not None and chosen and retries.equals(0) is Truth.YES:
        claim = "runs on interruptible capacity, and the first interruption ends it: it is not tried again"
        related = (Related("this is where it runs", spot.span),)
        fix = "allow a few attempts, and resume from the last checkpoint"
        yield Hit(retries, claim, attribute="retries", related=related, fix=fix)
