"""How Kubernetes objects belong together: selectors, names, owners. Pure; the graph's edges.

Links stay in a namespace. Where several trees declare the same object (overlays), a link goes
to the declarations in the nearest folder. Only what surely holds is an edge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlarchlint.frontends.kubernetes.declared import Declared, Node
from mlarchlint.frontends.kubernetes.link_calls import calls
from mlarchlint.frontends.kubernetes.link_placement import placements
from mlarchlint.frontends.kubernetes.link_routes import routes
from mlarchlint.frontends.kubernetes.link_storage import storage
from mlarchlint.frontends.kubernetes.node_groups import NodeGroup
from mlarchlint.frontends.kubernetes.node_pools import node_group
from mlarchlint.frontends.kubernetes.paths import each, field
from mlarchlint.frontends.kubernetes.selectors import selector_matches
from mlarchlint.model.graph import Edge, Relation
from mlarchlint.model.resource import Instance
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value


def kubernetes_links(objects: Iterable[tuple[str, Instance]], groups: Iterable[NodeGroup] = ()) -> list[Edge]:
    """The edges between Kubernetes objects, given as (key in the graph, instance), and from their
    pods to node groups. Without repetition.

    groups: those of other formats, made by `node_group`; Karpenter's pools are among the objects.
    """
    declared = Declared(objects)
    pools = [
        pool
        for node in declared.of_kind("NodePool", "Provisioner")
        if (pool := node_group(node.key, node.instance)) is not None
    ]
    edges: dict[tuple[str, str, Relation], Edge] = {}
    for found in (
        routes(declared),
        calls(declared),
        _scaling(declared),
        _protection(declared),
        _monitoring(declared),
        storage(declared),
        _identity(declared),
        _named_uses(declared),
        placements(declared, [*groups, *pools]),
    ):
        for edge in found:
            if edge.source != edge.target:
                edges.setdefault((edge.source, edge.target, edge.relation), edge)
    return list(edges.values())


def _scaling(declared: Declared) -> Iterator[Edge]:
    for scaler in declared.of_kind("HorizontalPodAutoscaler", "VerticalPodAutoscaler", "ScaledObject"):
        spec = scaler.instance.get("spec")
        target = spec.get("scaleTargetRef")
        if target.is_absent:
            target = spec.get("targetRef")
        kind = target.get("kind").text() or "Deployment"
        for node in declared.named(scaler, kind, target.get("name")):
            yield Edge(scaler.key, node.key, Relation.SCALES, target.span)


def _protection(declared: Declared) -> Iterator[Edge]:
    for kind, path in (
        ("PodDisruptionBudget", "spec.selector"),
        ("NetworkPolicy", "spec.podSelector"),
        ("AuthorizationPolicy", "spec.selector"),
        ("RequestAuthentication", "spec.selector"),
        ("PeerAuthentication", "spec.selector"),
    ):
        for guard in declared.of_kind(kind):
            selector = field(guard.instance, path)
            if kind == "PodDisruptionBudget" and selector.is_absent:
                continue  # selects no pods
            for node in declared.pods_by_selector(guard, selector):
                yield Edge(guard.key, node.key, Relation.PROTECTS, selector.span)
    for rule in declared.of_kind("DestinationRule"):
        host = field(rule.instance, "spec.host")
        name, _, rest = (host.text() or "").partition(".")
        namespace = rest.partition(".")[0] or None
        for node in declared.named(rule, "Service", Value.known(name, host.span, refs=host.refs), namespace):
            yield Edge(rule.key, node.key, Relation.PROTECTS, host.span)
    for policy in declared.of_kind("BackendTrafficPolicy", "SecurityPolicy", "ClientTrafficPolicy", "HealthCheckPolicy",
                                   "GCPBackendPolicy"):  # fmt: skip
        spec = policy.instance.get("spec")
        for target in (spec.get("targetRef"), *spec.get("targetRefs").items()):
            for node in declared.named(policy, target.get("kind").text() or "", target.get("name")):
                yield Edge(policy.key, node.key, Relation.PROTECTS, target.span)


def _monitoring(declared: Declared) -> Iterator[Edge]:
    """Prometheus scrapes Services (and so the pods behind them) and pods."""
    services: dict[str, list[Node]] = {}
    for service in declared.of_kind("Service"):
        services.setdefault(service.namespace, []).append(service)
    for monitor in declared.of_kind("ServiceMonitor"):
        selector = field(monitor.instance, "spec.selector")
        chosen = [
            service
            for namespace in _namespaces(monitor, declared)
            for service in services.get(namespace, ())
            if selector_matches(selector, service.labels) is Truth.YES
        ]
        for service in declared.nearest(monitor, chosen):
            yield Edge(monitor.key, service.key, Relation.MONITORS, selector.span)
            for node in declared.pods_by_map(service, field(service.instance, "spec.selector")):
                yield Edge(monitor.key, node.key, Relation.MONITORS, selector.span)
    for monitor in declared.of_kind("PodMonitor", "PodMonitoring"):
        selector = field(monitor.instance, "spec.selector")
        for namespace in _namespaces(monitor, declared):
            for node in declared.pods_by_selector(monitor, selector, namespace):
                yield Edge(monitor.key, node.key, Relation.MONITORS, selector.span)


def _namespaces(monitor: Node, declared: Declared) -> list[str]:
    chosen = field(monitor.instance, "spec.namespaceSelector")
    if chosen.get("any").raw is True:
        return declared.namespaces
    return [name.text() or "" for name in chosen.get("matchNames").items()] or [monitor.namespace]


def _identity(declared: Declared) -> Iterator[Edge]:
    for node in declared.nodes:
        for template in node.templates:
            account = template.spec.get("serviceAccountName")
            if account.is_absent:
                account = template.spec.get("serviceAccount")
            if account.is_absent:
                account = template.spec.with_default("default", template.spec.span)
            for target in declared.named(node, "ServiceAccount", account):
                yield Edge(node.key, target.key, Relation.ASSUMES, account.span)
    for binding in declared.of_kind("RoleBinding", "ClusterRoleBinding"):
        role = binding.instance.get("roleRef")
        kind = role.get("kind").text() or "ClusterRole"
        for target in declared.named(binding, kind, role.get("name"), "" if kind == "ClusterRole" else None):
            yield Edge(binding.key, target.key, Relation.USES, role.span)
        for subject in binding.instance.get("subjects").items():
            if subject.get("kind").text() == "ServiceAccount":
                namespace = subject.get("namespace").text() or binding.namespace
                for target in declared.named(binding, "ServiceAccount", subject.get("name"), namespace):
                    yield Edge(binding.key, target.key, Relation.GRANTS, subject.span)


# kind -> (path of a name, kind that it names, whether that is cluster-scoped)
_NAMED = {
    "LocalQueue": (("spec.clusterQueue", "ClusterQueue", True),),
    "ClusterQueue": (("spec.resourceGroups[].flavors[].name", "ResourceFlavor", True),),
    "NodePool": tuple(
        ("spec.template.spec.nodeClassRef.name", kind, True)
        for kind in ("EC2NodeClass", "AKSNodeClass", "GCENodeClass", "NodeClass")
    ),
    "RayJob": (("spec.clusterSelector{}", "RayCluster", False),),
    "InferenceService": (
        ("spec.predictor.model.runtime", "ServingRuntime", False),
        ("spec.predictor.model.runtime", "ClusterServingRuntime", True),
    ),
    "TrainJob": (
        ("spec.runtimeRef.name", "TrainingRuntime", False),
        ("spec.runtimeRef.name", "ClusterTrainingRuntime", True),
    ),
    "Workflow": (("spec.workflowTemplateRef.name", "WorkflowTemplate", False),),
    "CronWorkflow": (("spec.workflowSpec.workflowTemplateRef.name", "WorkflowTemplate", False),),
    "Certificate": (
        ("spec.issuerRef.name", "Issuer", False),
        ("spec.issuerRef.name", "ClusterIssuer", True),
    ),
    "Rollout": (("spec.workloadRef.name", "Deployment", False),),
    "Job": (("spec.queue", "Queue", True),),
}


def _certified(declared: Declared) -> Iterator[Edge]:
    """Entries to the Certificate that fills the Secret which they serve with."""
    made: dict[tuple[str, str], list[Node]] = {}
    for certificate in declared.of_kind("Certificate"):
        secret = field(certificate.instance, "spec.secretName").text()
        if secret:
            made.setdefault((certificate.namespace, secret), []).append(certificate)
    for kind, path in (
        ("Ingress", "tls[].secretName"),
        ("Gateway", "listeners[].tls.certificateRefs[].name"),
        ("Gateway", "servers[].tls.credentialName"),
    ):
        for entry in declared.of_kind(kind):
            for _, name in each(entry.instance.get("spec"), path):
                for target in declared.nearest(entry, made.get((entry.namespace, name.text() or ""), [])):
                    yield Edge(entry.key, target.key, Relation.USES, name.span)


def _named_uses(declared: Declared) -> Iterator[Edge]:
    yield from _certified(declared)
    for kind, references in _NAMED.items():
        for node in declared.of_kind(kind):
            top = Value.known(node.instance.body, node.instance.span)
            for path, target_kind, cluster_scoped in references:
                for _, name in each(top, path):
                    for target in declared.named(node, target_kind, name, "" if cluster_scoped else None):
                        yield Edge(node.key, target.key, Relation.USES, name.span)
    for node in declared.nodes:
        queue = node.labels.mapping().get("kueue.x-k8s.io/queue-name") if node.templates else None
        if queue is not None:
            for target in declared.named(node, "LocalQueue", queue):
                yield Edge(node.key, target.key, Relation.USES, queue.span)
        for template in node.templates:
            for kind, name in _configuration(template.spec):
                for target in declared.named(node, kind, name):
                    yield Edge(node.key, target.key, Relation.USES, name.span)


def _configuration(spec: Value) -> Iterator[tuple[str, Value]]:
    """(kind, name) of the ConfigMaps and Secrets that the pods read."""
    for path, kind in (
        ("volumes[].configMap.name", "ConfigMap"),
        ("volumes[].secret.secretName", "Secret"),
        ("containers[].envFrom[].configMapRef.name", "ConfigMap"),
        ("containers[].envFrom[].secretRef.name", "Secret"),
        ("containers[].env[].valueFrom.configMapKeyRef.name", "ConfigMap"),
        ("containers[].env[].valueFrom.secretKeyRef.name", "Secret"),
    ):
        for _, name in each(spec, path):
            yield kind, name
