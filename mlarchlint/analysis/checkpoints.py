"""Checkpoints that are written to a place which goes with the machine or the pod."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlarchlint.analysis.access import stores_of
from mlarchlint.analysis.scripts import script_text
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

_NAME = r"[\w.-]*(?:check[-_]?point|ckpt)[\w.-]*"
_OPTION = regex(rf"-*{_NAME}", re.IGNORECASE)
_GIVEN = regex(rf"({_NAME})(?:\s*=\s*|\s+)[\"']?(/[\w./-]+)", re.IGNORECASE)
# What is read at the start, and numbers.
_NO_PLACE = regex(
    r"load|init|pretrain|base|resume|restore|(^|[-_])from([-_]|$)|interval|freq|every|keep|max", re.IGNORECASE
)
_URI = regex(
    r"([\w.-]*)[=\s\"':]*(?<![a-z])(?:s3a?|gs|gcs|abfss?|wasbs?|azureml|hdfs|dbfs|oci)://", re.IGNORECASE
)
_READ = regex(
    r"data|train[-_]?(set|file|path)?$|val|input|corpus|token|vocab|image|(?<!up)load|base", re.IGNORECASE
)
# What a script does with disks that stay and with stores.
_KEPT = regex(
    r"\bmount\b|\bnfs|\befs\b|\bfsx\b|lustre|gcsfuse|blobfuse|s3fs|mountpoint|/dev/(?!null)|rsync|\bscp\b|gsutil|gcloud storage|"
    r"azcopy|az storage|aws s3|rclone|boto3",
    re.IGNORECASE,
)
_FAST = regex(r"nvme|k8s-disks|local-?ssd|scratch|^/tmp|^/var/tmp|ephemeral", re.IGNORECASE)
_GOES = {"emptyDir": "an emptyDir, which goes with the pod", "ephemeral": "a volume that goes with the pod"}
_LAYER = "the file system of the container, which goes with it"
# SageMaker uploads these when the job ends, and mounts what it reads.
_SAGEMAKER = regex(r"/opt/ml/(model|output|input)(/|$)")


@record(frozen=True, slots=True)
class Lost:
    """at: what says where they go. path: as written. place: what it lies on, in words."""

    at: Value
    path: str
    place: str
    certain: bool = True


def lost_checkpoints(graph: ResourceGraph, node: Resource) -> Lost | None:
    """None where nothing says where checkpoints go, or where they (also) go to what stays."""
    if node["checkpoint.uri"].is_set() is not Truth.NO or node["checkpoint.durable"].is_true() is Truth.YES:
        return None
    texts = list(_texts(node))
    if any(_goes_to_store(text) for _, text in texts):
        return None
    for at, path in _places(texts):
        place = _place(graph, node, path)
        if place is not None:
            return Lost(at, path, *place)
    return None


def _texts(node: Resource) -> Iterator[tuple[Value, str]]:
    """Words of the command and scripts; variables and parameters as `NAME=value`."""
    for value in node["commands"].walk():
        text = value.clue()
        if text:
            yield value, text
    script = node["user_data"].clue()
    if script:
        yield node["user_data"], script_text(script)
    for trait in ("env", "hyperparameters"):
        for name, value in _named(node[trait]):
            text = value.clue()
            if text:
                yield value, f"{name}={text}"


def _named(value: Value) -> Iterator[tuple[str, Value]]:
    """`{NAME: value}`, and lists of `{name, value}` as containers have them."""
    yield from value.mapping().items()
    for item in value.items():
        members = {key.lower(): part for key, part in item.mapping().items()}
        name = members["name"].text() if "name" in members else None
        if name and "value" in members:
            yield name, members["value"]


def _goes_to_store(text: str) -> bool:
    """Names an object store for anything but what is read."""
    return any(not _READ.search(found[1]) for found in _URI.finditer(text))


def _places(texts: list[tuple[Value, str]]) -> Iterator[tuple[Value, str]]:
    before = ""
    for at, text in texts:
        if text.startswith("/") and _OPTION.fullmatch(before) and not _NO_PLACE.search(before):
            yield at, text
        for found in _GIVEN.finditer(text):
            if not _NO_PLACE.search(found[1]):
                yield at, found[2]
        before = text


def _place(graph: ResourceGraph, node: Resource, path: str) -> tuple[str, bool] | None:
    """What the path lies on, if that goes, and whether this is certain."""
    if node.provider == "kubernetes":
        return _in_pod(node, path)
    if node.kind != "batch_job":
        return _on_machine(graph, node)
    platform = node["platform"].text()
    if platform == "sagemaker":
        if _SAGEMAKER.match(path):
            return None
        return (
            "the machine of the job, and SageMaker copies no checkpoints without a place to copy them to",
            True,
        )
    if any(store.kind == "file_share" for store in stores_of(graph, node)):
        return None
    if platform == "azure_ml":
        return _LAYER, path.startswith("/tmp")  # inputs and outputs are mounted under names of their own
    return (_LAYER, True) if not _has_volumes(node) else ("a volume of the machine it runs on", False)


def _in_pod(node: Resource, path: str) -> tuple[str, bool] | None:
    mounts = node["mounts"]
    if mounts.is_unknown or any(item.text() is None for item in mounts.items()):
        return None
    held = [item.text() or "" for item in mounts.items()]
    over = [
        (where, source)
        for where, _, source in (text.partition("=") for text in held)
        if path == where or path.startswith(where.rstrip("/") + "/")
    ]
    if not over:
        # Runtimes and clusters that are elsewhere bring volumes of their own.
        return _LAYER, node["images"].is_known and not node.type.endswith(("/TrainJob", "/Experiment"))
    source = max(over, key=lambda mount: len(mount[0]))[1]
    kind, _, rest = source.partition(":")
    if kind == "hostPath":
        return (f"{rest} of the node it runs on", False) if _FAST.search(rest) else None
    return (_GOES[kind], True) if kind in _GOES else None


def _on_machine(graph: ResourceGraph, node: Resource) -> tuple[str, bool] | None:
    script = script_text(node["user_data"].clue() or "")
    kept = (
        node["disk_delete_on_termination"].is_true() is Truth.NO
        and node["disk_delete_on_termination"].is_known
    )
    disks = any(store.kind in ("block_volume", "file_share") for store in stores_of(graph, node))
    if kept or disks or _KEPT.search(script):
        return None
    return "a disk that goes with the machine", node["user_data"].is_known


def _has_volumes(node: Resource) -> bool:
    """Whether a container of a service is given any volume; what it is may be decided elsewhere."""
    for name in (
        "container_properties",
        "ContainerProperties",
        "template",
        "node_properties",
        "NodeProperties",
    ):
        for value in node.instance.get(name).walk():
            if re.search(r'"volumes"\s*:\s*\[\s*\{', value.clue() or "", re.IGNORECASE):
                return True
            if any(key.lower() == "volumes" and not part.is_absent for key, part in value.mapping().items()):
                return True
    return False
