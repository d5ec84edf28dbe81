"""Training jobs record runs in a tracking system, on its own durable service.

## What it does
Looks for anything that records training runs: a tracking server, an experiment or TensorBoard
resource, a workspace with tracking built in, or variables and arguments that name one. It reports
the first training workload of a design in which there is none.

## Why is this bad
Without a record of parameters, data and metrics nobody can say which run made the model in
production, or repeat it. Notes in file names and notebooks do not survive the next person.

## Example
A Batch queue for training, and nothing that looks like tracking.

## Use instead
```hcl
resource "aws_sagemaker_mlflow_tracking_server" "runs" {
  tracking_server_name = "runs"
  role_arn             = aws_iam_role.tracking.arn
  artifact_store_uri   = "s3://${aws_s3_bucket.artifacts.bucket}/mlflow"
}
```
and `MLFLOW_TRACKING_URI` in the environment of the jobs.

## When it does not fire
Azure Machine Learning and Databricks, which track by themselves, benchmarks, and `tracking.tool` in the
requirements, wherever the tool runs.

## References
- https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow.html
- https://cloud.google.com/vertex-ai/docs/experiments/intro-vertex-ai-experiments
- https://learn.microsoft.com/azure/machine-learning/concept-mlflow
- https://mlflow.org/docs/latest/ml/tracking/
"""

import re

from mlarchlint.api import TRAINING, Design, Hit, Hits, Kind, Resource, Severity, Truth, Value, rule

_TRAINS = ("batch_job", "training_cluster", "compute_group", "compute_instance")
_CONTENT = ("images", "commands", "env_names", "env", "user_data", "hyperparameters")
_TOOLS = re.compile(
    r"mlflow|wandb|weights-and-biases|comet[_-]?ml|comet_api|neptune_|neptune\.ai|clearml|aimstack|aim_|tensorboard|dvclive",
    re.IGNORECASE,
)
# What tries out the machines, not a model.
_TRIES = re.compile(r"(^|[^a-z])(nccl|tests?|bench(mark)?s?|stress|smoke|dlio)([^a-z]|$)")
_BUILT_IN = ("azure_ml", "databricks", "vertex_ai_experiments")


@rule(id="MLA-ML003", severity=Severity.LOW, on=Kind(*_TRAINS), roles=TRAINING, since="0.1")
def experiment_tracking_missing(node: Resource, design: Design) -> Hits:
    if design.requirements.text("tracking.tool") is not None or node is not _first(node, design):
        return
    fix = "record runs in a tracking server, and name it in the environment of the jobs"
    match _tracked(node, design):
        case Truth.NO:
            claim = "trains models, and nothing records its runs"
            yield Hit(node["tracking"], claim, missing=("experiment_tracker",), fix=fix)
        case Truth.MAYBE:
            claim = "whether its runs are recorded is not known: an input decides what it runs with"
            yield Hit(node["tracking"], claim, certain=False, fix=fix)


def _first(node: Resource, design: Design) -> Resource | None:
    """One finding for a design: on the first thing that trains in it."""
    return next(
        (
            other
            for other in design.graph.of_kind(*_TRAINS)
            if other.instance.scope == node.instance.scope
            and design.role(other) in TRAINING
            and other.part_of is None
            and not _TRIES.search(f"{other.name} {other['name'].clue() or ''} {other.address}".lower())
            and design.environment(other) == design.environment(node)
        ),
        None,
    )


def _tracked(node: Resource, design: Design) -> Truth:
    """Of the whole design: jobs share their tracker."""
    found = Truth.NO
    for other in design.graph:
        if other.kind == "experiment_tracker" or design.role(other) == "tracking":
            return Truth.YES
        if (other["platform"].text() or "") in _BUILT_IN or "databricks" in other.type:
            return Truth.YES
        if other["tracking"].is_true() is Truth.YES:
            return Truth.YES
        if other.instance.scope == node.instance.scope:
            found = found | _named(other, design)
    return found


def _named(node: Resource, design: Design) -> Truth:
    for trait in _CONTENT:
        for value in node[trait].walk():
            if any(_TOOLS.search(text) for text in (value.clue() or "", *value.mapping())):
                return Truth.YES
    trains = design.role(node) in TRAINING
    return Truth.MAYBE if trains and any(_unread(node[trait]) for trait in _CONTENT[1:4]) else Truth.NO


def _unread(value: Value) -> bool:
    """Nothing of it is known; of variables, their names are enough."""
    return value.is_unknown or (bool(value.items()) and all(item.is_unknown for item in value.items()))
