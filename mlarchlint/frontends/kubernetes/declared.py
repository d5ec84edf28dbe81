"""The declared objects, indexed by name and by label, so that thousands of them stay fast."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping

from mlarchlint.frontends.kubernetes.manifests import is_namespaced
from mlarchlint.frontends.kubernetes.paths import field, group_kind
from mlarchlint.frontends.kubernetes.selectors import known_pairs, label_text, map_matches, selector_matches
from mlarchlint.frontends.kubernetes.templates import PodTemplate, pod_template
from mlarchlint.model.record import record
from mlarchlint.model.resource import Instance
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value


@record(frozen=True, slots=True, eq=False)
class Node:
    """One object: its key in the graph, its namespace ("" if cluster-scoped) and its pods, with labels."""

    key: str
    instance: Instance
    group: str
    kind: str
    namespace: str
    folder: tuple[str, ...]
    templates: tuple[PodTemplate, ...]
    pod_labels: tuple[Value, ...]

    @property
    def name(self) -> str:
        return self.instance.name

    @property
    def labels(self) -> Value:
        return field(self.instance, "metadata.labels")


def node_of(key: str, instance: Instance) -> Node:
    group, kind = group_kind(instance)
    version = instance.type.rpartition("/")[0]
    templates = tuple(pod_template(instance))
    return Node(
        key,
        instance,
        group,
        kind,
        namespace_key(instance) if is_namespaced(version, kind) else "",
        folder_of(instance.span.file),
        templates,
        tuple(_pod_labels(instance, kind, template) for template in templates),
    )


def folder_of(path: str) -> tuple[str, ...]:
    return tuple(part for part in posixpath.dirname(path).split("/") if part)


def namespace_key(instance: Instance) -> str:
    """The namespace; an unknown one equals another that is unknown for the same reason."""
    written = field(instance, "metadata.namespace")
    if written.is_unknown:
        return f"?{','.join(written.refs) or written.why}"
    return written.text() or "default"


def _pod_labels(instance: Instance, kind: str, template: PodTemplate) -> Value:
    """The labels of the pods: those written, and those that the controller adds."""
    written = template.metadata.get("labels")
    if written.is_unknown:
        return written
    added = _added_labels(instance, kind, template)
    span = written.span
    labels = {name: Value.known(text, span) for name, text in added.items()}
    return Value.known({**labels, **written.mapping()}, span)


def _added_labels(instance: Instance, kind: str, template: PodTemplate) -> Mapping[str, str]:
    """Labels that people select by although no manifest writes them."""
    name = instance.name
    ray = {
        "ray.io/cluster": name,
        "ray.io/is-ray-node": "yes",
        "ray.io/node-type": "head" if template.hint == "control" else "worker",
    }
    return {
        "InferenceService": {"serving.kserve.io/inferenceservice": name, "component": template.label},
        "LLMInferenceService": {
            "app.kubernetes.io/name": name,
            "app.kubernetes.io/part-of": "llminferenceservice",
        },
        "RayCluster": {**ray, "ray.io/identifier": f"{name}-head"},
        "RayService": {"ray.io/serve": "true", "ray.io/node-type": ray["ray.io/node-type"]},
        "Job": {"job-name": name, "batch.kubernetes.io/job-name": name},
        "PyTorchJob": {"training.kubeflow.org/job-name": name},
        "TFJob": {"training.kubeflow.org/job-name": name},
        "JobSet": {"jobset.sigs.k8s.io/jobset-name": name},
        "LeaderWorkerSet": {"leaderworkerset.sigs.k8s.io/name": name},
        "SparkApplication": {"sparkoperator.k8s.io/app-name": name, "spark-role": template.label},
        "SeldonDeployment": {"seldon-deployment-id": name},
        "Notebook": {"notebook-name": name},
        "Service": {"serving.knative.dev/service": name},
    }.get(kind, {})


class Declared:
    """All objects, with the look-ups that links need."""

    def __init__(self, pairs: Iterable[tuple[str, Instance]]) -> None:
        self.nodes = [node_of(key, instance) for key, instance in pairs]
        self.namespaces = sorted({node.namespace for node in self.nodes})
        self.by_address: dict[str, Node] = {node.instance.address: node for node in self.nodes}
        self._named: dict[tuple[str, str, str], list[Node]] = {}
        self._kinds: dict[str, list[Node]] = {}
        self._pods: dict[str, list[tuple[Node, Value]]] = {}
        self._labelled: dict[tuple[str, str, str], list[tuple[Node, Value]]] = {}
        for node in self.nodes:
            self._named.setdefault((node.kind, node.namespace, node.name), []).append(node)
            self._kinds.setdefault(node.kind, []).append(node)
            for labels in node.pod_labels:
                self._pods.setdefault(node.namespace, []).append((node, labels))
                for name, value in labels.mapping().items():
                    if (text := label_text(value)) is not None:
                        self._labelled.setdefault((node.namespace, name, text), []).append((node, labels))

    def of_kind(self, *kinds: str) -> Iterator[Node]:
        for kind in kinds:
            yield from self._kinds.get(kind, ())

    def named(self, source: Node, kind: str, name: Value, namespace: str | None = None) -> list[Node]:
        """The objects of that kind and name in the source's namespace (or another), nearest ones.

        A name that Terraform does not know yet may still refer to the object.
        """
        text = name.text()
        where = source.namespace if namespace is None else namespace
        found = self._named.get((kind, where, text), []) if text else []
        if not found:
            found = [
                node for ref in name.refs if (node := self._referred(ref)) is not None and node.kind == kind
            ]
        return self.nearest(source, found)

    def _referred(self, ref: str) -> Node | None:
        while ref:
            if ref in self.by_address:
                return self.by_address[ref]
            ref = ref.rpartition(".")[0]
        return None

    def pods_by_map(self, source: Node, selector: Value, namespace: str | None = None) -> list[Node]:
        """The workloads whose pods a plain map of labels surely selects; an empty map selects none."""
        if not selector.mapping():
            return []
        pods = self._candidates(selector, source.namespace if namespace is None else namespace)
        found = [node for node, labels in pods if map_matches(selector, labels) is Truth.YES]
        return self.nearest(source, found, apart=True)

    def pods_by_selector(self, source: Node, selector: Value, namespace: str | None = None) -> list[Node]:
        """The workloads whose pods a LabelSelector surely selects; an empty one selects all."""
        where = source.namespace if namespace is None else namespace
        pods = self._candidates(selector.get("matchLabels"), where)
        found = [node for node, labels in pods if selector_matches(selector, labels) is Truth.YES]
        return self.nearest(source, found, apart=bool(selector.mapping()))

    def _candidates(self, labels: Value, namespace: str) -> list[tuple[Node, Value]]:
        """The pods that carry the rarest of the labels."""
        pairs = known_pairs(labels)
        if not pairs:
            return self._pods.get(namespace, [])
        return min((self._labelled.get((namespace, *pair), []) for pair in pairs), key=len)

    def nearest(self, source: Node, found: list[Node], *, apart: bool = False) -> list[Node]:
        """Of several declarations of one object those in the nearest folder; not those that another
        declaration of the source is nearer to. apart: objects in the source's own folder leave no
        room for those of an unrelated folder (two designs that use the same label)."""
        found = list(dict.fromkeys(found))
        twins = self._named.get((source.kind, source.namespace, source.name), [])
        if len(found) < 2 and len(twins) < 2:
            return found
        close = {node: closeness(source, node) for node in found}
        best: dict[tuple[str, str, str], int] = {}
        for node in found:
            name = (node.kind, node.namespace, node.name)
            best[name] = max(best.get(name, -1), close[node])
        kept = [
            node for node in found
            if close[node] == best[node.kind, node.namespace, node.name]
            and all(close[node] >= closeness(twin, node) for twin in twins)
        ]  # fmt: skip
        if apart and any(node.folder == source.folder for node in kept):
            kept = [node for node in kept if _related(node.folder, source.folder)]
        return kept


def shared_folders(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many folders two paths begin with in common."""
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        shared += 1
    return shared


def closeness(one: Node, other: Node) -> int:
    """How many folders two declarations share; one more if they are in one file."""
    shared = shared_folders(one.folder, other.folder)
    # within what they share, a declaration beside the source is nearer than one further down
    beside = 1 if one.folder == other.folder else 0
    return shared * 3 + beside + (1 if one.instance.span.file == other.instance.span.file else 0)


def _related(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    short = min(len(one), len(other))
    return one[:short] == other[:short]
