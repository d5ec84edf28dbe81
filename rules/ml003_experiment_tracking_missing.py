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

from mlarchlint.api import TRAINING, Design, Hit, Hits, Kind, Resource, Severity, Truth, Value, regex, rule

_TRAINS = ("batch_job", "training_cluster", "compute_group", "compute_instance")
_CONTENT = ("images", "commands", "env_names", "env", "user_data", "hyperparameters")
_TOOLS = regex(
    r"mlflow|wandb|weights-and-biases|comet[_-]?ml|comet_api|neptune_|neptune\.ai|clearml|aimstack|aim_|tensorboard|dvclive",
    re.IGNORECASE,
)
# What tries out the machines, not a model.
_TRIES = regex(r"(^|[^a-z])(nccl|tests?|bench(mark)?s?|stress|smoke|dlio)([^a-z]|$)")
_BUILT_IN = ("azure_ml", "databricks", "vertex_ai_experiments")


@rule(id="MLA-ML003", severity=Severity.LOW, on=Kind(*_TRAINS), roles=TRAINING, since="0.1")
def experiment_tracking_missing(node: Resource, design: Design) -> Hits:
    if design.requirements.text("tracking.tool") is not None or not _is_first(node, design):
        return
    fix = "record runs in a tracking server, and name it in the environment of the jobs"
    match _tracked(node, design):
        case Truth.NO:
            claim = "trains models, and nothing records its runs"
            yield Hit(node["tracking"], claim, missing=("experiment_tracker",), fix=fix)
        case Truth.MAYBE:
            claim = "whether its runs are recorded is not known: an input decides what it runs with"
            yield Hit(node["tracking"], claim, certain=False, fix=fix)


def _is_first(node: Resource, design: Design) -> bool:
    place = node.instance.scope, design.environment(node)
    return design.once(_firsts).get(place) is node


def _firsts(design: Design) -> dict[tuple[str, str], Resource]:
    """One finding for a design: on the first thing that trains in it, by stack and environment."""
    found: dict[tuple[str, str], Resource] = {}
    for node in design.graph.of_kind(*_TRAINS):
        if (
            design.role(node) in TRAINING
            and node.part_of is None
            and not _TRIES.search(f"{node.name} {node['name'].clue() or ''} {node.address}".lower())
        ):
            found.setdefault((node.instance.scope, design.environment(node)), node)
    return found


def _tracked(node: Resource, design: Design) -> Truth:
    """Of the whole design: jobs share their tracker."""
    if design.once(_has_tracker):
        return Truth.YES
    return design.once(_tracked_stacks).get(node.instance.scope, Truth.NO)


def _has_tracker(design: Design) -> bool:
    return any(
        node.kind == "experiment_tracker"
        or design.role(node) == "tracking"
        or (node["platform"].text() or "") in _BUILT_IN
        or "databricks" in node.type
        or node["tracking"].is_true() is Truth.YES
        for node in design.graph
    )


def _tracked_stacks(design: Design) -> dict[str, Truth]:
    """Of the stacks that are judged."""
    scopes = {node.instance.scope for node in design.once(_firsts).values()}
    return {
        scope: Truth.any(_named(node, design) for node in design.graph.in_scope(scope)) for scope in scopes
    }


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
