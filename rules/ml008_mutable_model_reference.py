"""Endpoints reference an immutable model version, not latest/ or an unversioned key.

## What it does
Reads which model an endpoint serves, and reports a reference whose content may change behind it: a
`latest`, `current` or `prod` in the path without a version, the output path of a training job, a model
of the Model Garden without `@version`, and (as a hint) a key without any version in a bucket of the
same code.

## Why is this bad
A replica that starts tonight loads another model than its neighbour of this morning, without any
deployment, test or canary in between. Nobody can say which model gave an answer, and there is nothing to
roll back to.

## Example
```hcl
resource "aws_sagemaker_model" "ranker" {
  primary_container {
    model_data_url = "s3://acme-models/ranker/latest/model.tar.gz"
  }
}
```

## Use instead
```hcl
resource "aws_sagemaker_model" "ranker" {
  primary_container {
    model_data_url = "s3://acme-models/ranker/1.4.2/model.tar.gz"
  }
}
```
or a `model_package_name`, which is an approved version of a registry.

## When it does not fire
References with a version, date, run or hash in the path, with a `versionId`, packages of a
registry, stages and aliases of an MLflow registry (which keeps a record of who moved them; `latest` is none), models that lie in
the image, and endpoints for many models, to which programs add them.

## References
- https://docs.aws.amazon.com/wellarchitected/latest/machine-learning-lens/welcome.html
- https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry.html
- https://kserve.github.io/website/docs/model-serving/storage/overview
- https://learn.microsoft.com/azure/machine-learning/concept-model-management-and-deployment
- https://mlflow.org/docs/latest/ml/model-registry/
"""

import re
from collections.abc import Iterator

from mlarchlint.api import (
    SERVING,
    Design,
    Hit,
    Hits,
    Kind,
    Relation,
    Resource,
    Severity,
    Truth,
    Value,
    regex,
    rule,
    script_text,
)

_SERVES = (
    "model",
    "model_endpoint",
    "container_service",
    "serverless_container",
    "serverless_function",
    "compute_group",
    "compute_instance",
)
_NEWEST = regex(r"(^|[-_.:@/])(latest|current|newest)([-_.]|$)", re.IGNORECASE)
_STAGE = regex(r"(^|[-_.])(prod|production|live|champion)(\.tar\.gz|\.zip)?$", re.IGNORECASE)
# 1.4.2, v3, resnet-v3, 2026-11-01, 20261101, run and job names with a number or a hash at their end
_VERSION = regex(
    r"^v?\d+([._-]\d+)*([-._]?(rc|alpha|beta|dev)\.?\d*)?$|(^|[-_.])v\d+([._]\d+)*([-_.]|$)|\d+\.\d+|\d{4}-?\d{2}-?\d{2}|"
    r"^[0-9a-f]{7,64}$|[-_][0-9a-f]{8,}([-_.]|$)|^[0-9a-f]{8}-[0-9a-f]{4}-|\d{4,}|[-_=]\d+(\.tar\.gz)?$",
    re.IGNORECASE,
)
_PINNED = regex(r"version_?id=|@sha256:|[?&]generation=|#\d{6,}$", re.IGNORECASE)
_MODEL = regex(r"model|weights|artifact", re.IGNORECASE)
_ADDRESS = regex(
    r"(?<![\w])(?:s3a?|gs|gcs|abfss?|wasbs?|hdfs|models|azureml|runs):/{1,2}[^\s\"',;]+|https://[\w.-]+/[^\s\"',;]+",
    re.IGNORECASE,
)


@rule(id="MLA-ML008", severity=Severity.MEDIUM, on=Kind(*_SERVES), since="0.1")
def mutable_model_reference(node: Resource, design: Design) -> Hits:
    if node.kind != "model" and design.role(node) not in SERVING:
        return
    if node["multi_model"].is_true() is Truth.YES or design.targets(node, Relation.SERVES):
        return  # programs add models to the one; the model is judged itself for the other
    fix = "name a version in the path, or a version of a model registry"
    for at, text in _named(node):
        claim, severity = _mutable(node, at, text, design)
        if claim:
            yield Hit(at, claim, attribute="uri", severity=severity, fix=fix)
            return
    uri = node["uri"]
    known = uri.clue() or ""
    if uri.is_unknown and not _has_version(known.rpartition("*")[2]):
        claim = f"whether the model it serves may change behind it is not known: {uri.why}"
        yield Hit(uri, claim, certain=False, attribute="uri", fix=fix)


def _named(node: Resource) -> Iterator[tuple[Value, str]]:
    """The model's own address first; then what variables and arguments say of models."""
    own = node["uri"].text()
    if own is not None:
        yield node["uri"], own
    for trait in ("commands", "env", "user_data"):
        for value in node[trait].walk():
            text = script_text(value.clue() or "")
            for found in _ADDRESS.findall(text):
                if _MODEL.search(found):
                    yield value, found


def _mutable(node: Resource, at: Value, text: str, design: Design) -> tuple[str, Severity | None]:
    """What may change about it, and how grave that is; an empty text where nothing may."""
    if _PINNED.search(text):
        return "", None
    parts = _parts(text)
    for place, part in enumerate(parts):
        if _NEWEST.search(part) and not any(
            "*" in after or _VERSION.search(after) for after in parts[place + 1 :]
        ):
            return f"serves whatever model is the newest: {text}", None
    if text.startswith("models:/") or _is_garden(node):
        return _of_garden(node, text), None
    if any(_STAGE.search(part) for part in parts) and not _has_version(text):
        return f"serves whatever model was put there last: {text}", None
    if at is node["uri"] or at.span == node["uri"].span:
        return _of_key(node, text, design)
    return "", None


def _parts(text: str) -> list[str]:
    """The steps of a path behind its bucket."""
    scheme, _, rest = text.partition("://")
    return (rest if rest else scheme).strip("/").split("/")[1 if rest else 0 :]


def _is_garden(node: Resource) -> bool:
    return node.type == "google_vertex_ai_endpoint_with_model_garden_deployment"


def _of_garden(node: Resource, text: str) -> str:
    """`publishers/google/models/gemma3@gemma-3-1b-it`; names of Hugging Face cannot carry a version."""
    pinned = "@" in text or not text.startswith("publishers/") or not _is_garden(node)
    return "" if pinned else f"serves whatever version of {text} the publisher offers"


def _of_key(node: Resource, text: str, design: Design) -> tuple[str, Severity | None]:
    bare = text.rstrip("/")
    outputs = design.once(_outputs)
    folders = [bare, *(bare[:at] for at, sign in enumerate(bare) if sign == "/")]
    jobs = sorted(place for folder in folders if (place := outputs.get(folder)) is not None)
    if jobs and not _has_version(bare):
        _, job = jobs[0]
        return f"serves what {job} writes: its next run replaces the model", None
    own = any(store.kind == "object_store" for store in design.targets(node, Relation.READS))
    if own and not _has_version(text):
        return f"nothing in {text} says which version it is: an upload replaces the model", Severity.LOW
    return "", None


def _outputs(design: Design) -> dict[str, tuple[int, str]]:
    """By where it is written, the first job that does, and its place among the jobs."""
    found: dict[str, tuple[int, str]] = {}
    for place, job in enumerate(design.graph.of_kind("batch_job")):
        for output in job["outputs"].walk():
            if path := (output.text() or "").rstrip("/"):
                found.setdefault(path, (place, job.address))
    return found


def _has_version(text: str) -> bool:
    return bool(_PINNED.search(text)) or any(_VERSION.search(part) for part in _parts(text))
