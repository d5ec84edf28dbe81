"""Claims to their classes and volumes; pods to the claims that they read and write."""

from __future__ import annotations

from collections.abc import Iterator

from mlarchlint.frontends.kubernetes.declared import Declared, Node
from mlarchlint.frontends.kubernetes.paths import annotations_of, each
from mlarchlint.frontends.kubernetes.selectors import label_text
from mlarchlint.model.graph import Edge, Relation
from mlarchlint.model.value import Value

# what ends, or keeps state, also writes to what it mounts
_WRITERS = frozenset({
    "StatefulSet", "Job", "CronJob", "PyTorchJob", "TFJob", "MPIJob", "XGBoostJob", "PaddleJob", "JAXJob",
    "TrainJob", "RayJob", "JobSet", "Workflow", "CronWorkflow", "SparkApplication", "Notebook", "Experiment",
    "ScheduledSparkApplication", "MXJob", "ScaledJob", "RayCronJob",
})  # fmt: skip


def storage(declared: Declared) -> Iterator[Edge]:
    for claim in declared.of_kind("PersistentVolumeClaim"):
        spec = claim.instance.get("spec")
        for node in declared.named(claim, "PersistentVolume", spec.get("volumeName"), ""):
            yield Edge(claim.key, node.key, Relation.USES, spec.get("volumeName").span)
        yield from _class_of(declared, claim, spec)
    for node in declared.nodes:
        for template in node.templates:
            for _, mounted in each(template.spec, "volumes[].persistentVolumeClaim"):
                yield from _mounted(declared, node, template.spec, mounted)
        for _, wanted in each(node.instance.get("spec"), "volumeClaimTemplates[].spec"):
            yield from _class_of(declared, node, wanted)


_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


def _class_of(declared: Declared, node: Node, claim: Value) -> Iterator[Edge]:
    """The StorageClass that a claim names, else the default one; a bound volume and `""` have none.

    https://kubernetes.io/docs/concepts/storage/persistent-volumes/#class-1
    """
    wanted = claim.get("storageClassName")
    found = declared.named(node, "StorageClass", wanted, "")
    if wanted.is_absent and claim.get("volumeName").is_absent:
        classes = [
            other
            for other in declared.of_kind("StorageClass")
            if label_text(annotations_of(other.instance).get(_DEFAULT_CLASS)) == "true"
        ]
        found = classes if len(classes) == 1 else []
    for target in found:
        yield Edge(node.key, target.key, Relation.USES, claim.span if wanted.is_absent else wanted.span)


def _mounted(declared: Declared, node: Node, spec: Value, claim: Value) -> Iterator[Edge]:
    for target in declared.named(node, "PersistentVolumeClaim", claim.get("claimName")):
        yield Edge(node.key, target.key, Relation.READS, claim.span)
        if node.kind in _WRITERS and not _read_only(spec, claim):
            yield Edge(node.key, target.key, Relation.WRITES, claim.span)


def _read_only(spec: Value, claim: Value) -> bool:
    if claim.get("readOnly").raw is True:
        return True
    name = next(
        (
            v.get("name").text()
            for v in spec.get("volumes").items()
            if v.get("persistentVolumeClaim") is claim
        ),
        None,
    )
    mounts = [m for _, m in each(spec, "containers[].volumeMounts[]") if m.get("name").text() == name]
    return bool(mounts) and all(mount.get("readOnly").raw is True for mount in mounts)
