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
    regex,
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
_TRAINS = ("batch_job", "training_cluster", "compute_group", "compute_instance")
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
_TOOLS = regex(
    r"mlflow|models:/|model[-_]?registry|model[-_]?package|register[-_]?model|wandb|weights-and-biases|comet[_-]?ml|comet_api|"
    r"neptune_|neptune\.ai|clearml|azureml:|bentoml|yatai|hopsworks|dvc\b",
    re.IGNORECASE,
)
_BUILT_IN = ("azure_ml", "vertex_ai", "databricks")
_TRIES = regex(r"(^|[^a-z])(nccl|tests?|bench(mark)?s?|stress|smoke)([^a-z]|$)")


@rule(id="MLA-ML007", severity=Severity.LOW, on=Kind(*_SERVES), roles=SERVING, since="0.1")
def no_model_registry(node: Resource, design: Design) -> Hits:
    if design.requirements.text("tracking.tool") is not None or node.key not in design.once(_firsts):
        return
    fix = "register each model with a version, and let serving name an approved one"
    match _registered(node, design):
        case Truth.NO:
            claim = "models are trained and served here, and no registry lies between"
            yield Hit(node["uri"], claim, missing=("model_registry", "experiment_tracker"), fix=fix)
        case Truth.MAYBE:
            claim = "whether its models come from a registry is not known: an input decides what it runs with"
            yield Hit(node["uri"], claim, certain=False, fix=fix)


def _firsts(design: Design) -> frozenset[str]:
    """One finding for a design that trains as well: on the first thing that serves in it."""
    found: set[str] = set()
    for trains, serves in _by_environment(design).values():
        folders = dict.fromkeys(_folder(node) for node in trains)
        leading: dict[tuple[str, tuple[str, ...]], Resource] = {}
        for node in serves:
            leading.setdefault((node.provider, _folder(node)), node)
        for node in leading.values():
            if any(_belong_together(node, folder) for folder in folders) and node is next(
                other for other in leading.values() if _belong_together(node, _folder(other))
            ):
                found.add(node.key)
    return frozenset(found)


def _by_environment(design: Design) -> dict[tuple[str, str], tuple[list[Resource], list[Resource]]]:
    """What trains and what serves, by stack and environment."""
    found: dict[tuple[str, str], tuple[list[Resource], list[Resource]]] = {}
    for node in design.graph:
        role = design.role_of(node)
        if role is None or node.part_of is not None or role.confidence < 0.6:
            continue
        trains, serves = found.setdefault((node.instance.scope, design.environment(node)), ([], []))
        if role.role in TRAINING and node.kind in _TRAINS and not _is_try(node):
            trains.append(node)
        elif role.role in SERVING and node.kind in _SERVES:
            serves.append(node)
    return found


def _is_try(node: Resource) -> bool:
    return bool(_TRIES.search(f"{node.name} {node['name'].clue() or ''}".lower()))


def _folder(node: Resource) -> tuple[str, ...]:
    return PurePosixPath(node.span.file).parts[:-1]


def _belong_together(node: Resource, folder: tuple[str, ...]) -> bool:
    """Manifests have no root: those of a collection of examples lie far apart in its folders."""
    if node.provider != "kubernetes":
        return True
    own = _folder(node)
    shared = next((at for at, (a, b) in enumerate(zip(own, folder)) if a != b), min(len(own), len(folder)))  # noqa: B905
    return max(len(own), len(folder)) - shared <= 2


def _registered(node: Resource, design: Design) -> Truth:
    """Of the whole design: what trains registers, what serves asks."""
    if design.once(_has_registry):
        return Truth.YES
    return design.once(_registered_stacks).get(node.instance.scope, Truth.NO)


def _has_registry(design: Design) -> bool:
    return any(
        node.kind == "model_registry"
        or design.role(node) in ("registry", "tracking")
        or (node["platform"].text() or "") in _BUILT_IN
        or "databricks" in node.type
        for node in design.graph
    )


def _registered_stacks(design: Design) -> dict[str, Truth]:
    """Of the stacks that are judged."""
    scopes = {design.graph[key].instance.scope for key in design.once(_firsts)}
    return {
        scope: Truth.any(_names_one(node, design) for node in design.graph.in_scope(scope))
        for scope in scopes
    }


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
