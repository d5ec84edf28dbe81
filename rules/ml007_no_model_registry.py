"""Models reach serving through a registry with versions and approval.

## What it does
Reports, once for a design that both trains and serves models, that nothing in it looks like a model registry: no
registry, no tracker that has one, no package or registry address in an endpoint, a job, a
pipeline or the environment of either.

## Why is this bad
Without a registry the way from training to serving is a file name. Nobody approves it, nobody
sees which data and run it came from, and to go back means to find the right file again.

## Example
A training job that writes `s3://acme-models/ranker/model.tar.gz`, and an endpoint that reads it.

## Use instead
```hcl
resource "aws_sagemaker_model_package_group" "ranker" {
  model_package_group_name = "ranker"
}

resource "aws_sagemaker_model" "ranker" {
  primary_container {
    model_package_name = var.approved_package_arn
  }
}
```

## When it does not fire
Designs that only train or only serve, manifests that lie in folders far apart (examples of their own), Azure Machine Learning and Vertex AI endpoints, which serve registered
models, MLflow and the like, and `tracking.tool` in the requirements, wherever the tool runs.

## References
- https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry.html
- https://cloud.google.com/vertex-ai/docs/model-registry/introduction
- https://learn.microsoft.com/azure/machine-learning/concept-model-management-and-deployment
- https://mlflow.org/docs/latest/ml/model-registry/
"""

import re
from pathlib import PurePosixPath

from mlarchlint.api import (
    SERVING,
    TRAINING,
    Design,
    Hit,
    Hits,
    Kind,
    Resource,
    Severity,
    Truth,
    Value,
    rule,
    script_text,
)

_SERVES = (
    "model_endpoint",
    "container_service",
    "serverless_container",
    "serverless_function",
    "compute_group",
    "compute_instance",
)
_CONTENT = (
    "images",
    "commands",
    "env_names",
    "env",
    "user_data",
    "hyperparameters",
    "uri",
    "definition",
    "version",
)
_TOOLS = re.compile(
    r"mlflow|models:/|model[-_]?registry|model[-_]?package|register[-_]?model|wandb|weights-and-biases|comet[_-]?ml|comet_api|"
    r"neptune_|neptune\.ai|clearml|azureml:|bentoml|yatai|hopsworks|dvc\b",
    re.IGNORECASE,
)
_BUILT_IN = ("azure_ml", "vertex_ai", "databricks")
_TRIES = re.compile(r"(^|[^a-z])(nccl|tests?|bench(mark)?s?|stress|smoke)([^a-z]|$)")


@rule(id="MLA-ML007", severity=Severity.LOW, on=Kind(*_SERVES), roles=SERVING, since="0.1")
def no_model_registry(node: Resource, design: Design) -> Hits:
    if design.requirements.text("tracking.tool") is not None or node is not _first(node, design):
        return
    fix = "register each model with a version, and let serving name an approved one"
    match _registered(node, design):
        case Truth.NO:
            claim = "models are trained and served here, and no registry lies between"
            yield Hit(node["uri"], claim, missing=("model_registry", "experiment_tracker"), fix=fix)
        case Truth.MAYBE:
            claim = "whether its models come from a registry is not known: an input decides what it runs with"
            yield Hit(node["uri"], claim, certain=False, fix=fix)


def _first(node: Resource, design: Design) -> Resource | None:
    """One finding for a design that trains as well: on the first thing that serves in it."""
    mine = [
        other
        for other in design.graph
        if other.instance.scope == node.instance.scope
        and other.part_of is None
        and design.environment(other) == design.environment(node)
        and (role := design.role_of(other)) is not None
        and role.role in (*SERVING, *TRAINING)
        and role.confidence >= 0.6
    ]
    trains = [
        other
        for other in mine
        if design.role(other) in TRAINING
        and other.kind in ("batch_job", "training_cluster", "compute_group", "compute_instance")
        and not _TRIES.search(f"{other.name} {other['name'].clue() or ''}".lower())
        and _belong_together(node, other)
    ]
    serves = (
        other
        for other in mine
        if design.role(other) in SERVING and other.kind in _SERVES and _belong_together(node, other)
    )
    return next(serves, None) if trains else None


def _belong_together(node: Resource, other: Resource) -> bool:
    """Manifests have no root: those of a collection of examples lie far apart in its folders."""
    if node.provider != "kubernetes":
        return True
    one, two = (PurePosixPath(part.span.file).parts[:-1] for part in (node, other))
    shared = next((at for at, (a, b) in enumerate(zip(one, two)) if a != b), min(len(one), len(two)))  # noqa: B905
    return max(len(one), len(two)) - shared <= 2


def _registered(node: Resource, design: Design) -> Truth:
    """Of the whole design: what trains registers, what serves asks."""
    found = Truth.NO
    for other in design.graph:
        if other.kind == "model_registry" or design.role(other) in ("registry", "tracking"):
            return Truth.YES
        if (other["platform"].text() or "") in _BUILT_IN or "databricks" in other.type:
            return Truth.YES
        if other.instance.scope == node.instance.scope:
            found = found | _names_one(other, design)
    return found


def _names_one(node: Resource, design: Design) -> Truth:
    values = [node[trait] for trait in _CONTENT]
    for value in (part for whole in values for part in whole.walk()):
        if any(_TOOLS.search(text) for text in (script_text(value.clue() or ""), *value.mapping())):
            return Truth.YES
    matters = design.role(node) in (*SERVING, *TRAINING)
    return Truth.MAYBE if matters and any(_unread(value) for value in values[1:5]) else Truth.NO


def _unread(value: Value) -> bool:
    """Nothing of it is known; of variables, their names are enough."""
    nothing = value.is_unknown and not value.pattern
    return nothing or (bool(value.items()) and all(item.is_unknown for item in value.items()))
