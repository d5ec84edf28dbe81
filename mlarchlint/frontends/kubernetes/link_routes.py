"""How requests travel: entries to routes to Services to pods."""

from __future__ import annotations

from collections.abc import Iterator

from mlarchlint.frontends.kubernetes.declared import Declared, Node
from mlarchlint.frontends.kubernetes.paths import at, each, field
from mlarchlint.model.graph import Edge, Relation
from mlarchlint.model.value import Value

_ROUTES = ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute")
# names of the Services that operators make for their resources
_MADE = {
    "InferenceService": (
        "{}",
        "{}-predictor",
        "{}-predictor-default",
        "{}-transformer",
        "{}-transformer-default",
    ),
    "LLMInferenceService": ("{}-kserve-workload-svc", "{}-inference-pool-ip"),
    "RayService": ("{}-serve-svc", "{}-head-svc"),
    "RayCluster": ("{}-head-svc",),
    "Notebook": ("{}",),
    "LeaderWorkerSet": ("{}",),
    "SeldonDeployment": ("{}-default", "{}"),
    "Kafka": ("{}-kafka-bootstrap", "{}-kafka-brokers"),
    "Cluster": ("{}-rw", "{}-ro", "{}-r"),  # of CloudNativePG
    "postgresql": ("{}", "{}-repl"),
    "FeatureStore": ("feast-{}-online", "feast-{}-offline", "feast-{}-registry"),
}


def routes(declared: Declared) -> Iterator[Edge]:
    made = made_services(declared)
    for service in declared.of_kind("Service"):
        if service.group == "":
            selector = field(service.instance, "spec.selector")
            for node in declared.pods_by_map(service, selector):
                yield Edge(service.key, node.key, Relation.ROUTES_TO, selector.span)
    for source, name, namespace in _backends(declared):
        for target in services(declared, made, source, name, namespace):
            yield Edge(source.key, target.key, Relation.ROUTES_TO, name.span)
    yield from _parents(declared)


def made_services(declared: Declared) -> dict[tuple[str, str], list[Node]]:
    """By namespace and name, what operators serve under a Service that they make themselves."""
    made: dict[tuple[str, str], list[Node]] = {}
    for kind, forms in _MADE.items():
        for node in declared.of_kind(kind):
            for form in forms:
                made.setdefault((node.namespace, form.format(node.name)), []).append(node)
    for node in declared.of_kind("Service"):
        if node.group == "serving.knative.dev":
            made.setdefault((node.namespace, node.name), []).append(node)
    return made


def services(
    declared: Declared,
    made: dict[tuple[str, str], list[Node]],
    source: Node,
    name: Value,
    namespace: str | None = None,
) -> list[Node]:
    """The Service of that name (`name`, `name.namespace.svc...`), or what an operator serves under it."""
    text = name.text()
    if text is not None and "." in text:
        head, _, rest = text.partition(".")
        name, namespace = Value.known(head, name.span), rest.partition(".")[0]
    found = declared.named(source, "Service", name, namespace)
    if found:
        return found
    where = source.namespace if namespace is None else namespace
    return declared.nearest(source, made.get((where, name.text() or ""), []))


def _backends(declared: Declared) -> Iterator[tuple[Node, Value, str | None]]:
    """(entry or route, name of the Service it sends to, the namespace if another)."""
    for node in declared.of_kind("Ingress"):
        spec = node.instance.get("spec")
        backends = [spec.get("defaultBackend"), spec.get("backend")]
        backends += [path.get("backend") for _, path in each(spec, "rules[].http.paths[]")]
        for backend in backends:
            for path in ("service.name", "serviceName"):
                if not at(backend, path).is_absent:
                    yield node, at(backend, path), None
    for node in declared.of_kind(*_ROUTES):
        for _, backend in each(node.instance.get("spec"), "rules[].backendRefs[]"):
            if backend.get("kind").text() in (None, "Service"):
                yield node, backend.get("name"), backend.get("namespace").text()
    for node in declared.of_kind("VirtualService"):
        for protocol in ("http", "tcp", "tls"):
            for _, host in each(node.instance.get("spec"), f"{protocol}[].route[].destination.host"):
                yield node, host, None
    for node in declared.of_kind("InferenceGraph"):
        for _, step in each(node.instance.get("spec"), "nodes{}.steps[]"):
            if not step.get("serviceName").is_absent:
                yield node, step.get("serviceName"), None


def _parents(declared: Declared) -> Iterator[Edge]:
    """Gateways to the routes that are attached to them; inference pools to their pods."""
    for route in declared.of_kind(*_ROUTES):
        for _, parent in each(route.instance.get("spec"), "parentRefs[]"):
            kind = parent.get("kind").text() or "Gateway"
            for gateway in declared.named(route, kind, parent.get("name"), parent.get("namespace").text()):
                yield Edge(gateway.key, route.key, Relation.ROUTES_TO, parent.span)
        for _, backend in each(route.instance.get("spec"), "rules[].backendRefs[]"):
            if backend.get("kind").text() == "InferencePool":
                for pool in declared.named(route, "InferencePool", backend.get("name")):
                    yield Edge(route.key, pool.key, Relation.ROUTES_TO, backend.span)
    for service in declared.of_kind("VirtualService"):
        for _, name in each(service.instance.get("spec"), "gateways[]"):
            namespace, _, plain = (name.text() or "").rpartition("/")
            for gateway in declared.named(service, "Gateway", Value.known(plain, name.span, refs=name.refs),
                                          namespace or None):  # fmt: skip
                yield Edge(gateway.key, service.key, Relation.ROUTES_TO, name.span)
    for pool in declared.of_kind("InferencePool"):
        selector = field(pool.instance, "spec.selector")
        labels = selector.get("matchLabels")
        for node in declared.pods_by_map(pool, selector if labels.is_absent else labels):
            yield Edge(pool.key, node.key, Relation.ROUTES_TO, selector.span)
