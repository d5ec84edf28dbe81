"""Compute and storage types should match the role's decision table.

## What it does
Reports what the lesson's tables ("when to use each") advise against: training on functions, on burstable machines
and in a workload that is restarted for ever; models that are larger than a function can hold; and GPUs that train
from spinning disks or from file systems whose throughput comes in bursts.

## Why is this bad
A function ends after 15 minutes and takes the run with it. A burstable machine falls back to a fifth of its speed
once its credits are spent, which training does in an hour. A Deployment starts a finished run again. And a
GPU that waits for a disk of 100 MiB/s costs the same as one that computes.

## Example
```hcl
resource "aws_lambda_function" "train" {
  function_name = "train-model"
  timeout       = 900
}
```

## Use instead
A job: `aws_batch_job_definition`, a training job of SageMaker or Vertex AI, a Job of Kubernetes; for its data SSD volumes
(gp3, pd-ssd, Premium_LRS), FSx for Lustre, or object storage.

## When it does not fire
Small models that functions train in five minutes (their timeout says so), evaluation and data steps; burstable machines
that serve (MLA-PE004 judges their load); disks whose type the code does not choose.

## Parameters
`least_training_s` (300): functions that may run no longer than this may train.
`function_gib` (10): the memory of the largest function, in GiB.

## References
- https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
- https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances.html
- https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
- https://cloud.google.com/compute/docs/disks
- https://learn.microsoft.com/azure/virtual-machines/disks-types
- https://kubernetes.io/docs/concepts/workloads/controllers/job/
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

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
    Value,
    has_accelerator,
    regex,
    rule,
)

_TRAINS = ("compute_instance", "compute_group", "training_cluster", "batch_job", "container_service")
_SLOW_DISKS = ("st1", "sc1", "standard", "pd-standard", "Standard_LRS", "Standard_ZRS", "HDD")
_SLOW_SHARES = regex(r"^(BASIC_HDD|STANDARD|HDD)$", re.IGNORECASE)
_CREDITS = regex(
    r"^(t[1-4][a-z]*\.|Standard_B\d|(.*/)?(e2-(micro|small|medium)|f1-micro|g1-small)$)", re.IGNORECASE
)
_RUN = regex(
    r"torchrun|deepspeed|accelerate launch|(^|[/ ])(train|finetune|fine_tune|pretrain)\w*\.(py|sh)",
    re.IGNORECASE,
)
_SERVED = ("Deployment", "ReplicaSet", "StatefulSet")


@rule(
    id="MLA-PE003",
    severity=Severity.MEDIUM,
    on=Kind("serverless_function", *_TRAINS),
    roles=(*TRAINING, "inference"),
    since="0.1",
    params={"least_training_s": 300, "function_gib": 10},
)
def unsuited_compute_or_storage(node: Resource, design: Design, params: Mapping[str, Any]) -> Hits:
    if design.role(node) == "inference":
        yield from _too_large(node, design, float(params["function_gib"]))
    elif node.kind == "serverless_function":
        yield from _function(node, int(params["least_training_s"]))
    else:
        yield from _burstable(node)
        yield from _restarted(node)
        yield from _slow_storage(node, design)


def _function(node: Resource, least: int) -> Hits:
    limit, fix = node["timeout_s"], "train in a job (Batch, a training job, a Job of Kubernetes)"
    match limit.more_than(least):
        case Truth.YES:
            claim = (
                f"trains in a function, which ends after {limit.number():,.0f} s whatever it has done by then"
            )
            yield Hit(limit, claim, attribute="compute", fix=fix)
        case Truth.MAYBE:
            claim = f"trains in a function, and how long it may run is not known: {limit.why}"
            yield Hit(limit, claim, certain=False, attribute="compute", fix=fix)


def _too_large(node: Resource, design: Design, most: float) -> Hits:
    """What the requirements say of the model against the memory of the largest function."""
    size = design.needs(node).number("model.size_gib")
    if node.kind == "serverless_function" and size is not None and size >= most:
        claim = f"serves a model of {size:g} GiB from a function, which has {most:g} GiB of memory at most"
        related = (Related("the size is stated here", design.needs(node).span("model.size_gib")),)
        fix = "serve it from containers or a model endpoint"
        yield Hit(node["memory_mib"], claim, attribute="compute", related=related, fix=fix)


def _burstable(node: Resource) -> Hits:
    if node.kind not in ("compute_instance", "compute_group", "training_cluster"):
        return
    types = [value for trait in ("instance_type", "instance_types") for value in _each(node[trait])]
    names = [value.text() for value in types]
    if names and all(name is not None and _CREDITS.search(name) for name in names):
        claim = (
            f"trains on burstable machines ({names[0]}): at full load their credits are spent within hours"
        )
        fix = "use machines with a fixed speed (m, c or r families, n2, D series)"
        yield Hit(types[0], claim, attribute="compute", fix=fix)


def _each(value: Value) -> tuple[Value, ...]:
    return () if value.is_absent else (value.items() or (value,))


def _restarted(node: Resource) -> Hits:
    """A workload that is started again when its run has ended well."""
    kind = node.type.rpartition("/")[2]
    served = kind in _SERVED or node.type.startswith(("kubernetes_deployment", "kubernetes_stateful_set"))
    if node.kind != "container_service" or not served or not node["ports"].is_absent:
        return
    texts = [value.clue() or "" for value in node["commands"].walk()]
    if any(_RUN.search(text) for text in (*texts, " ".join(texts))):
        claim = f"trains in a {kind.lower()}: when the run has ended, it is started again from the beginning"
        yield Hit(
            node["commands"], claim, attribute="controller", fix="train in a Job, with a limit of retries"
        )


def _slow_storage(node: Resource, design: Design) -> Hits:
    """Only beside accelerators: others wait for a disk at no great cost."""
    if has_accelerator(node) is None:
        return
    fix = "put the data on SSD volumes, a parallel file system or object storage with a cache"
    for place, (value, what) in enumerate(_disks(node, design)):
        if value.is_unknown:
            claim = f"whether its accelerators wait for {what} is not known: {value.why}"
            yield Hit(value, claim, certain=False, attribute=f"storage{place}", fix=fix)
        else:
            claim = f"trains on accelerators from {what} ({value.text()}), which cannot keep them busy"
            yield Hit(value, claim, attribute=f"storage{place}", fix=fix)


def _disks(node: Resource, design: Design) -> Iterator[tuple[Value, str]]:
    root = node["root_disk_type"]
    if not root.default and (root.is_unknown or root.one_of(*_SLOW_DISKS) is Truth.YES):
        yield root, "its own disk"
    for store in design.stores(node):
        kind, tier, throughput = store["type"], store["tier"], store["throughput"]
        if store.kind == "block_volume":
            kind = next(
                (c["type"] for c in design.targets(store, Relation.USES) if c.kind == "storage_class"), kind
            )
        if store.kind == "block_volume" and not kind.default:
            if kind.is_unknown or kind.one_of(*_SLOW_DISKS) is Truth.YES:
                yield kind, store.address
        elif store.kind == "file_share":
            if _SLOW_SHARES.match(tier.text() or "") and not tier.default:
                yield tier, store.address
            elif throughput.equals("bursting") is Truth.YES:
                yield throughput, f"{store.address}, whose throughput comes in bursts,"
