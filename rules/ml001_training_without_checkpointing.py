"""Training longer than an hour, or on spot, must checkpoint to durable storage and resume.

## What it does
Looks for a place that outlives the machine in which a training job keeps its progress: the
checkpoint setting of the service, a bucket, or a mounted volume together with an argument or
variable that speaks of checkpoints. It reports jobs on interruptible capacity, on several machines
or of more than an hour that have none.

## Why is this bad
A job that loses its machine after ten hours starts again at zero. On spot capacity that is a
matter of time, and of several machines one fails sooner than any single one.

## Example
```hcl
resource "aws_sagemaker_training_job" "resnet" {
  enable_managed_spot_training = true
}
```

## Use instead
```hcl
resource "aws_sagemaker_training_job" "resnet" {
  enable_managed_spot_training = true

  checkpoint_config {
    s3_uri = "s3://acme-checkpoints/resnet"
  }
}
```

## When it does not fire
Jobs on a single on-demand machine that nothing says run for more than an hour, algorithms of the
provider that cannot checkpoint, benchmarks and tests of the machines, jobs whose script may well write to a store they are given
(unknown: the script cannot be seen), and checkpoints that go with the machine, of which MLA-ML006 tells.

## References
- https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html
- https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html
- https://cloud.google.com/kubernetes-engine/docs/concepts/spot-vms
- https://learn.microsoft.com/azure/well-architected/service-guides/azure-machine-learning
"""

import re

from mlarchlint.api import (
    TRAINING,
    Design,
    Hit,
    Hits,
    Kind,
    Related,
    Resource,
    Severity,
    Truth,
    Value,
    has_accelerator,
    regex,
    rule,
)

_HOUR = 3600
_SPEAKS = regex(r"check-?_?point|ckpt|resume|save[-_](dir|steps|freq)|output[-_]dir|snapshot", re.IGNORECASE)
_DURABLE = regex(
    r"(?<![a-z])(s3a?|gs|gcs|abfss?|wasbs?|azureml|hdfs|dbfs|oci)://|=(pvc|csi):|^(pvc|csi):", re.IGNORECASE
)
# Algorithms of SageMaker that do not write checkpoints.
_CANNOT = regex(
    r"(^|/)(linear-learner|kmeans|pca|factorization-machines|knn|lda|ntm|randomcutforest|ipinsights|blazingtext)(:|$)"
)
# What tries out the machines, not a model.
_TRIES = regex(r"(^|[^a-z])(nccl|tests?|bench(mark)?s?|stress|smoke|profile|compile)([^a-z]|$)")
_STORES = ("object_store", "file_share", "block_volume")


@rule(id="MLA-ML001", severity=Severity.HIGH, on=Kind("batch_job"), roles=TRAINING, since="0.1")
def training_without_checkpointing(node: Resource, design: Design) -> Hits:
    place = _loses_progress(node, design)
    if design.lost_checkpoints(node) is not None:
        return  # MLA-ML006 tells of them
    if place is None or any(_CANNOT.search(image) for image in _texts(node, "images")) or _tries(node):
        return
    at, why = place
    severity = None if at is design.interruptible(node) else Severity.MEDIUM
    fix = "write checkpoints to a bucket or a persistent volume, and resume from the last one"
    match _keeps_progress(node, design):
        case Truth.NO:
            inside = at.span.file == node.span.file and node.span.line <= at.span.line <= node.span.end_line
            related = () if inside else (Related("this is where it runs", at.span),)
            at = at if inside and not at.default else node["checkpoint.uri"]
            claim = f"{why}, and nothing keeps its progress"
            yield Hit(at, claim, severity=severity, related=related, fix=fix)
        case Truth.MAYBE:
            claim = f"{why}; whether it keeps its progress is not known: {_open(node)}"
            yield Hit(node["checkpoint.uri"], claim, certain=False, severity=severity, fix=fix)


def _loses_progress(node: Resource, design: Design) -> tuple[Value, str] | None:
    """What makes it likely that the job is lost on the way, with the value that says so."""
    spot = design.interruptible(node)
    if spot is not None:
        return spot, "trains on interruptible capacity"
    if node["nodes"].more_than(1) is Truth.YES and (
        node.provider != "kubernetes" or has_accelerator(node) is not None
    ):
        return node["nodes"], f"trains on {node['nodes'].number()} machines"
    hours = design.requirements.number("training.max_run_hours")
    if hours is not None and hours > 1:
        return node["checkpoint.uri"], f"may train for {hours} hours"
    runtime = node["max_runtime_s"]
    seconds = runtime.number()
    if seconds is not None and seconds > _HOUR and not runtime.default:
        return runtime, f"may train for {seconds / _HOUR:.0f} hours"
    return None


def _tries(node: Resource) -> bool:
    words = re.sub(
        r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", f"{node.name} {node['name'].clue() or ''}"
    ).lower()
    return _TRIES.search(words) is not None


def _keeps_progress(node: Resource, design: Design) -> Truth:
    uri, durable = node["checkpoint.uri"], node["checkpoint.durable"]
    if uri.is_set() is Truth.YES or durable.is_true() is Truth.YES:
        return Truth.YES
    texts = _texts(node, "commands", "env_names", "env", "hyperparameters", "mounts", "volumes", "outputs")
    speaks = any(_SPEAKS.search(text) for text in texts)
    stores = any(store.kind in _STORES for store in design.stores(node))
    place = stores or any(_DURABLE.search(text) for text in texts)
    if speaks and place:
        return Truth.YES
    if not durable.is_absent and not uri.is_unknown:
        return Truth.NO  # the service itself is told where checkpoints go, and here it is not
    return Truth.of(False) if not (speaks or place or uri.is_unknown or _unread(node)) else Truth.MAYBE


def _unread(node: Resource) -> bool:
    values = [node[trait] for trait in ("commands", "env_names", "env", "mounts", "volumes")]
    return any(
        value.is_unknown or (bool(value.items()) and all(item.is_unknown for item in value.items()))
        for value in values
    )


def _open(node: Resource) -> str:
    uri = node["checkpoint.uri"]
    return uri.why if uri.is_unknown else "its script may write to the stores it is given"


def _texts(node: Resource, *traits: str) -> list[str]:
    """Everything that is written there, names of members too."""
    found = []
    for trait in traits:
        for value in node[trait].walk():
            text = value.clue()
            found += [text] if text else []
            found += value.mapping()
    return found
