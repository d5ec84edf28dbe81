"""Manifests as instances: YAML or JSON documents, lists unwrapped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mlarchlint.frontends.kubernetes.kustomize import Kustomizations, is_kustomization, read_kustomizations
from mlarchlint.frontends.kubernetes.placeholders import member_value, without_schemas
from mlarchlint.frontends.yaml_nodes import (
    Comment,
    Document,
    List,
    Map,
    Node,
    Scalar,
    read_documents,
)
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.record import record
from mlarchlint.model.resource import Evaluation, Format, Instance
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value

IGNORE_ANNOTATION = "mlarchlint.dev/ignore"

# kinds that no namespace holds; of custom resources those that are often met
CLUSTER_SCOPED = frozenset({
    "Namespace", "Node", "PersistentVolume", "StorageClass", "CSIDriver", "CSINode", "VolumeAttachment",
    "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "APIService", "PriorityClass",
    "RuntimeClass", "IngressClass", "GatewayClass", "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding",
    "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "CertificateSigningRequest", "FlowSchema",
    "PriorityLevelConfiguration", "PodSecurityPolicy", "DeviceClass", "ResourceSlice", "VolumeSnapshotClass",
    "VolumeSnapshotContent", "ClusterIssuer", "NodePool", "EC2NodeClass", "AKSNodeClass", "GCENodeClass",
    "NodeClass", "NodeClaim",
    "Provisioner", "AWSNodeTemplate", "ClusterQueue", "ResourceFlavor", "WorkloadPriorityClass", "Cohort",
    "AdmissionCheck", "Topology", "Queue", "ClusterServingRuntime", "ClusterTrainingRuntime", "ClusterStorageContainer",
    "ClusterWorkflowTemplate", "ClusterSecretStore", "ClusterExternalSecret", "ClusterPolicy", "ComputeClass",
    "Profile", "ClusterTriggerAuthentication",
})  # fmt: skip
# the same Kind, namespaced, in another group
_NAMESPACED = {("kubeflow.org", "Profile"): False, ("kafka.strimzi.io", "NodePool"): True}
# configuration of tools in the clothes of an object
_TOOL_GROUPS = frozenset({
    "kustomize.config.k8s.io", "kubeadm.k8s.io", "kubelet.config.k8s.io", "kubeproxy.config.k8s.io",
    "kubescheduler.config.k8s.io", "kind.x-k8s.io", "eksctl.io", "skaffold", "audit.k8s.io",
    "apiserver.config.k8s.io", "client.authentication.k8s.io", "ctlptl.dev", "k3d.io", "builtin",
    "config.kubernetes.io", "config.karmada.io", "minikube.k8s.io", "controller-runtime.sigs.k8s.io",
    "kopf.dev", "chart-testing", "backstage.io", "mlarchlint",
})  # fmt: skip
_TOOL_OBJECTS = frozenset({("v1", "Config"), ("v1beta1", "Config"), ("v1alpha1", "Config")})


@record(frozen=True, slots=True)
class ManifestOptions:
    """whole: the manifests were read as a whole stack, so that missing is missing."""

    whole: bool = True


_DEFAULTS = ManifestOptions()


@dataclass(slots=True)
class Rendered:
    """What charts and overlays render to, at the lines of what they are rendered from.

    replaced: folders and files that are not to be read as plain manifests. left: folders of charts and
    files of kustomizations that were not rendered, which has been said. instances: of releases, whose
    values are not all known. tools: how many charts and overlays each tool rendered, and "" none.
    """

    documents: list[Document] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    instances: list[Instance] = field(default_factory=list)
    tools: Counter[str] = field(default_factory=Counter)

    def count(self, tool: str) -> None:
        self.tools[tool] += 1


def read_manifests(
    sources: Iterable[tuple[str, str | bytes]],
    options: ManifestOptions = _DEFAULTS,
    rendered: Rendered | None = None,
) -> Evaluation:
    """(path, text) of files as an evaluation: reading and evaluating in one."""
    rendered = rendered or Rendered()
    documents: list[Document] = list(rendered.documents)
    diagnostics: list[Diagnostic] = list(rendered.diagnostics)
    failed = set()
    for path, text in sources:
        if _is_in(path, rendered.replaced):
            continue
        read, found = read_documents(without_schemas(text), path)
        documents += read
        found = _once_a_file(found)
        diagnostics += found
        if any(diagnostic.level is Level.ERROR for diagnostic in found):
            failed.add(path)
    evaluation = evaluate_manifests(documents, options)
    diagnostics += evaluation.diagnostics
    return Evaluation(
        (*evaluation.instances, *rendered.instances),
        tuple(d for d in diagnostics if not (d.code in _SAID_ONCE and _is_in(d.span.file, rendered.left))),
        evaluation.files_read - failed,
        frozenset(failed),
        tuple(sorted(rendered.tools.items())),
    )


# what is known of every part of a chart or an overlay that was not rendered
_SAID_ONCE = ("yaml-template", "kustomize-not-applied")


def _is_in(path: str, places: Iterable[str]) -> bool:
    return any(place in (".", path) or path.startswith(f"{place}/") for place in places)


def _once_a_file(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    """A template is one wherever that was noticed; its other mistakes are not the author's."""
    templates = [diagnostic for diagnostic in diagnostics if diagnostic.code == "yaml-template"]
    return templates[:1] or diagnostics


def evaluate_manifests(documents: Iterable[Document], options: ManifestOptions = _DEFAULTS) -> Evaluation:
    """The objects that the documents declare. Documents that are none are left out; kustomizations
    say which files are patches, and in which namespace their resources are."""
    documents = list(documents)
    customised = read_kustomizations(documents)
    diagnostics = list(customised.diagnostics)
    instances: list[Instance] = []
    for document in documents:
        if document.path in customised.patches or is_kustomization(document):
            continue
        found = list(_objects(document))
        instances += [_instance(node, remarks, customised, options) for node, remarks in found]
    with_objects = {instance.span.file for instance in instances}
    for document in documents:
        if document.path in with_objects and document.path not in customised.patches:
            diagnostics += _incomplete(document)
    return Evaluation(
        tuple(instances), tuple(diagnostics), frozenset(document.path for document in documents)
    )


def _objects(document: Document) -> Iterator[tuple[Map, tuple[Comment, ...]]]:
    """The objects of a document with their comments; a `List` is taken apart."""
    root = document.root
    if not isinstance(root, Map):
        return
    items = root.get("items")
    kind = _text(root.get("kind"))
    if kind.endswith("List") and isinstance(items, List) and _text(root.get("apiVersion")):
        before = root.span.line - 1
        for item in items.items:
            if isinstance(item, Map) and is_object(item):
                own = tuple(c for c in document.comments if before < c.span.line <= item.span.end_line)
                before = item.span.end_line
                yield item, own
    elif is_object(root):
        yield root, document.comments


def is_object(node: Map) -> bool:
    """Whether it is an object for the API server: apiVersion, kind and a name."""
    version, kind = _text(node.get("apiVersion")), _text(node.get("kind"))
    if not version or not kind or "/" in kind or not _name(node):
        return False
    return not _is_tool(version, kind)


def _is_tool(version: str, kind: str) -> bool:
    return version.partition("/")[0] in _TOOL_GROUPS or (version, kind) in _TOOL_OBJECTS


def _name(node: Map) -> str:
    """`metadata.name`; what the server will complete ends in `*`."""
    metadata = node.get("metadata")
    if not isinstance(metadata, Map):
        return ""
    name = metadata.get("name")
    if isinstance(name, Scalar) and name.value is not None:
        return name.text
    generated = _text(metadata.get("generateName"))
    return f"{generated}*" if generated else ""


def _instance(
    node: Map, remarks: tuple[Comment, ...], customised: Kustomizations, options: ManifestOptions
) -> Instance:
    version, kind = _text(node.get("apiVersion")), _text(node.get("kind"))
    body = {
        name: member_value(member)
        for name, member in node.members.items()
        # the schema of a custom resource is long, and says nothing of the design
        if not (kind == "CustomResourceDefinition" and name == "spec")
    }
    if kind == "Secret":
        body |= {name: hidden(body[name]) for name in ("data", "stringData") if name in body}
    namespaced = is_namespaced(version, kind)
    given = customised.namespaces.get(node.span.file)
    if given is not None and namespaced and body["metadata"].get("namespace").is_absent:
        metadata = body["metadata"]
        body["metadata"] = Value.known({**metadata.mapping(), "namespace": given}, metadata.span)
    name = _name(node)
    return Instance(
        address=object_address(kind, name, body["metadata"], namespaced),
        type=f"{version}/{kind}",
        name=name,
        format=Format.KUBERNETES,
        body=body,
        span=node.span,
        declaration=object_address(kind, name, body["metadata"], namespaced),
        whole=options.whole,
        ignores=(*((c.span, c.text) for c in remarks), *ignore_annotations(body["metadata"])),
    )


def is_namespaced(version: str, kind: str) -> bool:
    special = _NAMESPACED.get((version.partition("/")[0], kind))
    return special if special is not None else kind not in CLUSTER_SCOPED


def object_address(kind: str, name: str, metadata: Value, namespaced: bool) -> str:
    if not namespaced:
        return f"{kind}/{name}"
    return f"{kind}/{metadata.get('namespace').text() or 'default'}/{name}"


def ignore_annotations(metadata: Value) -> Iterator[tuple[SourceSpan, str]]:
    """The suppressions of the annotation, one a line, as `mlarchlint.dev/ignore: ID reason`."""
    written = metadata.get("annotations").mapping().get(IGNORE_ANNOTATION)
    text = written.text() if written is not None else None
    if written is None or text is None:
        return
    for line in text.splitlines():
        if line.strip():
            yield written.span, f"{IGNORE_ANNOTATION}: {line.strip()}"


def hidden(value: Value) -> Value:
    """The same, marked sensitive in all its parts."""
    raw = value.raw
    if isinstance(raw, tuple):
        raw = tuple(hidden(part) for part in raw)
    elif value.mapping():
        raw = {name: hidden(part) for name, part in value.mapping().items()}
    return Value(
        value.state,
        raw,
        value.span,
        value.origin,
        value.why,
        value.refs,
        sensitive=True,
        default=value.default,
    )


def _incomplete(document: Document) -> Iterator[Diagnostic]:
    """What looks like an object, in a file of objects, and cannot be one."""
    root = document.root
    if not isinstance(root, Map) or is_object(root):
        return
    version, kind = _text(root.get("apiVersion")), _text(root.get("kind"))
    if kind.endswith("List") or _is_tool(version, kind):
        return
    lacking = [name for name, text in (("apiVersion", version), ("kind", kind)) if not text]
    if len(lacking) == 1 and ("metadata" in root.members or "spec" in root.members):
        summary, detail = f"an object without `{lacking[0]}`", f"Add `{lacking[0]}`; the object was left out."
    elif not lacking and not _name(root):
        summary, detail = f"{kind} without a name", "Add `metadata.name`; the object was left out."
    else:
        return
    yield Diagnostic("incomplete-manifest", summary, detail, root.span, Level.WARNING)


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) and isinstance(node.value, str) else ""
