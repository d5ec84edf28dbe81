"""Tracking and registry servers use a database and object store, and a machine of their own.

## What it does
Reports MLflow servers that keep their runs in local files or in SQLite, or artifacts in a local
folder, and servers that run on the machine that trains.

## Why is this bad
The file goes with the container, the pod or the machine, and with it which data, parameters and
metrics belong to the model in production. A SQLite file takes one writer at a time, and many
parallel trials lock each other out.

## Example
```yaml
args: [mlflow, server, --host=0.0.0.0, --backend-store-uri=sqlite:///mlflow.db]
```

## Use instead
```yaml
args:
  - mlflow
  - server
  - --backend-store-uri=postgresql://$(DB_USER):$(DB_PASSWORD)@mlflow-db/mlflow
  - --artifacts-destination=s3://acme-mlflow-artifacts
```

## When it does not fire
Managed trackers (SageMaker, Databricks, Azure Machine Learning), other tracking tools, and addresses that a
secret or variable gives. Files on a volume that stays are a hint.

## References
- https://mlflow.org/docs/latest/self-hosting/architecture/backend-store
- https://mlflow.org/docs/latest/self-hosting/architecture/artifact-store
- https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow.html
"""

import re

from mlarchlint.api import (
    TRAINING,
    Design,
    Hit,
    Hits,
    Kind,
    Resource,
    Severity,
    Value,
    regex,
    rule,
    script_text,
)

_RUNS = ("container_service", "serverless_container", "compute_instance", "compute_group")
_SERVER = regex(r"\bmlflow\s+(server|ui)\b")
# What keeps what: in words, and the options and variables that name it.
_STORES = (
    ("backend", "runs", r"--backend-store-uri", r"(MLFLOW_)?BACKEND_(STORE_)?URI"),
    (
        "artifact_store",
        "artifacts",
        r"--default-artifact-root|--artifacts-destination",
        r"(MLFLOW_)?((DEFAULT_)?ARTIFACT_ROOT|ARTIFACTS_DESTINATION)",
    ),
)
_FILES = regex(r"^(sqlite:|file:|\.{0,2}/|~|mlruns|mlartifacts)", re.IGNORECASE)
_ELSEWHERE = {
    "backend": regex(r"(postgres|mysql|mariadb|mssql)", re.IGNORECASE),
    "artifact_store": regex(r"(s3|gs|wasbs?|abfss?|hdfs|dbfs|azure)://", re.IGNORECASE),
}
# Without a leading slash it is below the working directory, which is / in most images.
_PATH = regex(r"^(?:sqlite:/{2,3}|file:/{0,2})?\.?/?([^?]*)")
_REFERENCE = regex(r"^[\"']?\$[({]?(\w+)")
_KEPT = ("pvc:", "nfs:", "csi:", "ebs:", "gce-pd:", "azure-disk:", "azure-file:", "cephfs:", "glusterfs:")
_FIX = "keep runs in a database and artifacts in a bucket"


@rule(
    id="MLA-ML013",
    severity=Severity.MEDIUM,
    on=Kind(*_RUNS),
    roles=("tracking", "registry", *TRAINING),
    since="0.1",
)
def tracking_server_not_durable(node: Resource, design: Design) -> Hits:
    line = _line(node)
    serves = _SERVER.search(line) is not None
    trains = design.role(node) in TRAINING
    if serves and trains:
        fix = "run the tracking server as a service of its own"
        yield Hit(
            _begin(node), "the tracking server runs on the machine that trains", attribute="place", fix=fix
        )
    if not serves:
        yield from _unseen(node) if not trains else ()
        return
    local = False
    for attribute, what, option, variable in _STORES:
        told = _told(node, option, variable)
        if told is None and (local or _leads_elsewhere(node, attribute)):
            continue  # one finding for a server that is told nothing
        if told is None and _hidden(node, variable):
            claim = f"where it keeps its {what} is not known: a secret or an input decides"
            yield Hit(_begin(node), claim, certain=False, attribute=attribute, fix=_FIX)
        elif told is None or _FILES.match(told[1]):
            local = True
            yield _in_files(node, attribute, what, told, design)
        elif told[0].is_unknown and told[1][:1] in ("", "*"):
            claim = f"where it keeps its {what} is not known: {told[0].why}"
            yield Hit(told[0], claim, certain=False, attribute=attribute, fix=_FIX)


def _in_files(
    node: Resource, attribute: str, what: str, told: tuple[Value, str] | None, design: Design
) -> Hit:
    at, text = told or (_begin(node), "/mlruns")
    kept = _stays(node, text, design)
    where = "on a single volume" if kept else "which go with the machine or container"
    named = text if told else "nothing names another place"
    claim = f"keeps its {what} in local files, {where}: {named}"
    return Hit(at, claim, attribute=attribute, severity=Severity.LOW if kept else None, fix=_FIX)


def _leads_elsewhere(node: Resource, attribute: str) -> bool:
    """A script around the server may read the address from a variable of any name."""
    values = [value.clue() or "" for _, value in _variables(node)]
    return any(_ELSEWHERE[attribute].match(value) for value in values)


def _unseen(node: Resource) -> Hits:
    """An MLflow server by its image, whose command the code does not say."""
    images = [image.clue() or "" for image in node["images"].walk()]
    variables = {name.text() or "" for name in node["env_names"].walk()}
    told = [name for name in variables if re.fullmatch(_STORES[0][3], name)]
    if any("mlflow" in image.lower() for image in images) and not told:
        claim = "where it keeps its runs is not known: the command is not in the code"
        yield Hit(_begin(node), claim, certain=False, attribute="backend", fix=_FIX)


def _begin(node: Resource) -> Value:
    """Where it is said what runs."""
    found = (node[trait] for trait in ("commands", "user_data", "images"))
    said = next((value for value in found if not value.is_absent), node["commands"])
    return next(iter(said.items()), said)


def _line(node: Resource) -> str:
    words = [text for value in node["commands"].walk() if (text := value.clue())]
    return " ".join((*words, script_text(node["user_data"].clue() or "")))


def _told(node: Resource, option: str, variable: str) -> tuple[Value, str] | None:
    """The value that names the place, and what is known of it; what a variable in it stands for, if known."""
    before = ""
    for value in (*node["commands"].walk(), node["user_data"]):
        text = script_text(value.clue() or "")
        if re.fullmatch(option, before) and not value.items():
            return _looked_up(node, value, text)
        found = re.search(rf"(?:{option})[= ]+[\"']?([^\s\"';]+)", text)
        if found:
            return _looked_up(node, value, found[1])
        before = text or before
    for name, value in _variables(node):
        if re.fullmatch(variable, name):
            return value, value.clue() or ""
    return None


def _looked_up(node: Resource, value: Value, text: str) -> tuple[Value, str]:
    named = _REFERENCE.match(text)
    if named is None:
        return value, text
    known = [own.clue() for name, own in _variables(node) if name == named[1]]
    return value, (known[0] if known else None) or text


def _variables(node: Resource) -> list[tuple[str, Value]]:
    env = node["env"]
    found = list(env.mapping().items())
    for item in env.items():
        members = {key.lower(): part for key, part in item.mapping().items()}
        if "name" in members and "value" in members:
            found.append((members["name"].text() or "", members["value"]))
    return found


def _hidden(node: Resource, variable: str) -> bool:
    """What is not in the code could name the place."""
    names = [*node["env_names"].walk(), *node["secrets"].walk()]
    if any(re.fullmatch(variable, name.text() or "") for name in names):
        return True
    said = (node["commands"], node["env"], node["env_names"])
    return any(value.is_unknown and not value.pattern for part in said for value in part.walk())


def _stays(node: Resource, text: str, design: Design) -> bool:
    """A path on a volume that outlives the container."""
    path = _PATH.match(text)
    if path is None:
        return False
    if node.provider != "kubernetes":
        return any(store.kind in ("file_share", "block_volume") for store in design.stores(node))
    for mount in node["mounts"].items():
        where, _, source = (mount.text() or "").partition("=")
        if (
            where
            and f"/{path[1].lstrip('/')}/".startswith(where.rstrip("/") + "/")
            and source.startswith(_KEPT)
        ):
            return True
    return node["mounts"].is_unknown
