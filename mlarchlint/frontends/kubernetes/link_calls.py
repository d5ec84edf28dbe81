"""Who calls whom by name: hosts in environment and arguments, also by way of ConfigMaps."""

from __future__ import annotations

from collections.abc import Iterator

from mlarchlint.frontends.kubernetes.containers import commands, containers_of, env_entries
from mlarchlint.frontends.kubernetes.declared import Declared, Node
from mlarchlint.frontends.kubernetes.link_routes import made_services, services
from mlarchlint.frontends.kubernetes.paths import each, field
from mlarchlint.frontends.kubernetes.stores import store_kind
from mlarchlint.model.graph import Edge, Relation
from mlarchlint.model.regex import regex
from mlarchlint.model.value import Value

# host names in a text: after `://` or `@`, or with a port, or with the cluster's suffix
_HOST = regex(
    r"(?:://(?:[^\s/@\"']*@)?|@)([a-z0-9][a-z0-9.-]*)|(?<![\w./:@-])([a-z0-9][a-z0-9.-]*):\d{2,5}(?![\d.])"
    r"|(?<![\w.-])([a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)?\.svc(?:\.[a-z0-9.-]+)?)"
)
_HOST_NAMES = ("HOST", "_SERVICE", "_ADDR", "_HOSTNAME", "_SERVER", "_ENDPOINT", "_BROKER", "_BROKERS")


def calls(declared: Declared) -> Iterator[Edge]:
    """A workload USES the Services that its environment and its arguments name, and the stores behind them."""
    made = made_services(declared)
    for node in declared.nodes:
        for mention in _mentions(declared, node):
            for host in hosts_named(mention.text() or ""):
                for target in services(declared, made, node, Value.known(host, mention.span)):
                    if target is not node:
                        yield Edge(node.key, target.key, Relation.USES, mention.span)
                        for store in _stores_behind(declared, target):
                            yield Edge(node.key, store.key, Relation.USES, mention.span)


def hosts_named(text: str) -> list[str]:
    """The host names that a text of a manifest may mean."""
    if len(text) > 20_000:
        return []
    return list(dict.fromkeys(host for groups in _HOST.findall(text) for host in groups if host))


def _mentions(declared: Declared, node: Node) -> Iterator[Value]:
    """The texts in which a workload may name a host; a variable for a host may hold the bare name."""
    for template in node.templates:
        containers = containers_of(template.spec)
        yield from commands(containers)
        variables = [(name.text() or "", value) for name, value in env_entries(containers)]
        variables += _from_maps(declared, node, template.spec)
        for name, value in variables:
            yield value
            if name.upper().endswith(_HOST_NAMES) and value.text():
                yield Value.known(f"://{value.text()}", value.span)


def _from_maps(declared: Declared, node: Node, spec: Value) -> list[tuple[str, Value]]:
    """The variables that ConfigMaps give, at the place where the workload asks for them."""
    found = []
    for _, name in each(spec, "containers[].envFrom[].configMapRef.name"):
        for source in declared.named(node, "ConfigMap", name):
            for key, value in source.instance.get("data").mapping().items():
                found.append((key, _moved(value, name)))
    for _, entry in each(spec, "containers[].env[]"):
        reference = entry.get("valueFrom").get("configMapKeyRef")
        for source in declared.named(node, "ConfigMap", reference.get("name")) if reference.mapping() else ():
            value = source.instance.get("data").get(reference.get("key").text() or "")
            found.append((entry.get("name").text() or "", _moved(value, reference)))
    return found


def _moved(value: Value, place: Value) -> Value:
    text = value.text()
    return value if text is None else Value.known(text, place.span)


def _stores_behind(declared: Declared, service: Node) -> Iterator[Node]:
    if service.kind != "Service" or service.group != "":
        return
    for node in declared.pods_by_map(service, field(service.instance, "spec.selector")):
        if store_kind(node.instance):
            yield node
