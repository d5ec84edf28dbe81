"""Programs that observe what runs beside them: log collectors, metric exporters, tracers, and services of other makers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from mlarchlint.analysis.scripts import script_text
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

# They take logs, metrics and traces alike.
_EVERYTHING = (
    r"datadog|(?<![a-z])dd_(agent|api|trace|env|service)|new[-_]?relic|dynatrace|splunk|elastic[-_]agent|"
    r"appdynamics|instana|honeycomb|signoz|grafana[-_](agent|alloy)|(?<![a-z])alloy(?![a-z])|observeinc"
)
_OPEN_TELEMETRY = r"opentelemetry|(?<![a-z])otel(?![a-z])|otelcol|(?<![a-z])adot(?![a-z])"
_SIGNS = {
    "everything": r"datadog",
    "logs": r"fluent|(?<![a-z])vector(?=[:@/_-]|$)|promtail|filebeat|logstash|awslogs|(?<![a-z])loki(?![a-z])|rsyslog|"
    r"cloudwatch[-_]?(agent|observability)|containerinsights|container-insights|ops-agent|logging-agent|"
    r"azuremonitor|ama-logs|omsagent|stackdriver|log[-_]?agent",
    "metrics": r"prometheus|node[-_]exporter|telegraf|cloudwatch[-_]?(agent|observability)|containerinsights|ops-agent|"
    r"azuremonitor|omsagent|victoria-?metrics|collectd|stackdriver|monitoring-agent",
    "traces": r"jaeger|zipkin|(?<![a-z])tempo(?![a-z])|x-?ray|langfuse|langsmith|arize|phoenix|applicationinsights|"
    r"application_insights|instrumentation\.opentelemetry|powertools|istio[-_]?proxy|linkerd",
    "accelerators": r"dcgm|nvidia[-_]?gpu|gpu[-_]operator|nvidia-smi|gpu[-_]exporter|nvml|ops-agent|gpu[-_]monitor|"
    r"gpu[-_]metrics|neuron[-_]monitor|cloudwatch[-_]?observability",
}
# Monitors and services that their own providers declare.
_MAKERS = ("datadog_", "newrelic_", "dynatrace_", "grafana_", "honeycombio_", "signalfx_", "sentry_", "elasticstack_", "Datadog::", "NewRelic::")  # fmt: skip
_TEXTS = (
    "images",
    "commands",
    "env_names",
    "managed_policies",
    "image_id",
    "log_types",
    "metrics",
)
_SAYING = frozenset({*_TEXTS, "user_data"})
_GRANTS = ("policy_attachment", "policy_attachments_exclusive")
# Objects by which a cluster collects from all of its pods.
_OF_CLUSTERS = {"log_sink": "logs", "trace_sink": "traces"}
_ON_EACH_MACHINE = ("logs", "metrics", "accelerators")
_NAMED_KINDS = ("addon", "container_service", "policy")
_INSTALLERS = (
    "extension",
    "ssm_association",
    "SSM::Association",
    "os_policy_assignment",
    "eks_addon",
    "EKS::Addon",
)


@record(frozen=True, slots=True)
class Agents:
    """What is collected by agents in a part of the code; MAYBE where something could be one.

    everything: a service of another maker takes it all, and has its own alarms.
    """

    logs: Truth = Truth.NO
    metrics: Truth = Truth.NO
    traces: Truth = Truth.NO
    accelerators: Truth = Truth.NO
    everything: Truth = Truth.NO

    def __or__(self, other: Agents) -> Agents:
        return Agents(**{what: getattr(self, what) | getattr(other, what) for what in _SIGNS})


@lru_cache(maxsize=1)  # compiled when first asked for
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return {
        what: re.compile(
            f"{_EVERYTHING}|{words}{'' if what in ('accelerators', 'everything') else '|' + _OPEN_TELEMETRY}",
            re.IGNORECASE,
        )
        for what, words in _SIGNS.items()
    }


@lru_cache(maxsize=4096)  # images, variables and metrics are the same in many places
def _signs_in(text: str) -> frozenset[str]:
    """What a program of this name collects."""
    return frozenset(what for what, pattern in _patterns().items() if pattern.search(text))


def agents_of(nodes: Iterable[Resource]) -> Agents:
    """Of these nodes together: an agent beside one of them is there for all."""
    seen: set[str] = set()
    unread = False
    for node in nodes:
        if _says_nothing(node):
            continue
        if node.type.startswith(_MAKERS):
            seen.update(_SIGNS)
        elif node.provider == "kubernetes" and node.kind in _OF_CLUSTERS:
            seen.add(_OF_CLUSTERS[node.kind])
        seen.update(*map(_signs_in, _texts(node)))
        unread = unread or _may_collect(node)
    return Agents(**{what: _collected(what, seen, unread) for what in _SIGNS})


def _says_nothing(node: Resource) -> bool:
    """Most nodes: they run nothing and install nothing."""
    return (
        node.provider != "kubernetes"
        and node.attrs.keys().isdisjoint(_SAYING)
        and node.kind not in _NAMED_KINDS
        and not _may_tell(node.type)
    )


@lru_cache(maxsize=1024)
def _may_tell(type_name: str) -> bool:
    of_makers = type_name.startswith(_MAKERS) or type_name.endswith((*_GRANTS, "DaemonSet"))
    return of_makers or any(part in type_name for part in _INSTALLERS)


def _collected(what: str, seen: set[str], unread: bool) -> Truth:
    if what in seen:
        return Truth.YES
    return Truth.MAYBE if unread and what in _ON_EACH_MACHINE else Truth.NO


def agents_in_clusters(graph: ResourceGraph) -> Agents:
    """For clusters and their pods: of all that runs in clusters, in whatever stack."""
    return agents_of(node for node in graph if node.provider == "kubernetes")


def _texts(node: Resource) -> Iterator[str]:
    if script := node["user_data"].clue():
        yield script_text(script)
    for written in (node.attrs[trait] for trait in _TEXTS if trait in node.attrs):
        for value in written.walk():
            if text := value.clue():
                yield text
    if node.provider == "kubernetes":
        spec = node.instance.get("spec")
        yield from spec.get("template").get("metadata").get("annotations").mapping()
        if node.type.startswith("telemetry.istio.io") and not spec.get("tracing").is_absent:
            yield "opentelemetry"
    if node.kind in _NAMED_KINDS:
        yield node["name"].clue() or node.name
    if any(part in node.type for part in _INSTALLERS):
        yield from _written(node, "type", "Type", "name", "addon_name", "AddonName", "extension", "settings")
    if node.type.endswith(_GRANTS):
        yield from _written(node, "policy_arn")


def _written(node: Resource, *names: str) -> Iterator[str]:
    for name in names:
        for value in node.instance.get(name).walk():
            if text := value.clue():
                yield text


def _may_collect(node: Resource) -> bool:
    """Something runs on every machine, and what it is depends on an input."""
    if not node.type.endswith("DaemonSet"):
        return False
    images: Value = node["images"]
    return images.is_unknown or any(image.is_unknown and not image.clue() for image in images.items())
