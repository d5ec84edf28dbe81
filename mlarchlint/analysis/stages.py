"""The data-flow stages of an ML system, and which services of the design fill each.

A stage that nothing fills is empty in the scanned code; what software development kits create at run
time is not seen.
"""

from __future__ import annotations

from collections.abc import Mapping

from mlarchlint.analysis.access import COMPUTE
from mlarchlint.analysis.roles import data_role
from mlarchlint.analysis.tokens import find_token
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.workload import RoleOf

STAGES = ("ingestion", "preprocessing", "training", "evaluation", "deployment", "monitoring")
SURE, LIKELY = 0.95, 0.80  # below: assumed

# What the kind alone decides.
_BY_KIND = {
    "stream": "ingestion",
    "data_transfer": "ingestion",
    "data_quality": "preprocessing",
    "feature_store": "preprocessing",
    "experiment_tracker": "evaluation",
    "model_registry": "evaluation",
    "alarm": "monitoring",
    "dashboard": "monitoring",
    "log_sink": "monitoring",
    "metric_sink": "monitoring",
    "trace_sink": "monitoring",
    "model_monitor": "monitoring",
}
_BY_ROLE = {
    "pipeline": "preprocessing",
    "feature_store": "preprocessing",
    "training": "training",
    "tuning": "training",
    "tracking": "evaluation",
    "registry": "evaluation",
    "inference": "deployment",
    "inference-batch": "deployment",
}
_INGESTS = ("ingest", "ingestion", "ingester", "collector", "crawler", "scraper")
_OBSERVES = (
    "prometheus",
    "grafana",
    "loki",
    "jaeger",
    "tempo",
    "alertmanager",
    "kibana",
    "opentelemetry-collector",
)
_NUMBER = regex(r"\[\d+\]")
_STORES_OF_RAW_DATA = ("object_store", "file_share")


@record(frozen=True, slots=True)
class Service:
    """One declaration that fills a stage; count: its instances as far as they are known."""

    key: str
    address: str
    kind: str
    type: str
    count: int
    confidence: float
    reason: str
    span: SourceSpan


@record(frozen=True, slots=True)
class Stage:
    name: str
    services: tuple[Service, ...]

    @property
    def confidence(self) -> float:
        """That of its surest service; 0 for an empty stage."""
        return max((service.confidence for service in self.services), default=0.0)


def find_stages(graph: ResourceGraph, roles: Mapping[str, RoleOf]) -> tuple[Stage, ...]:
    """All stages in the order of the data flow, empty ones included."""
    filled: dict[str, dict[tuple[str, str], Service]] = {name: {} for name in STAGES}
    for node in graph:
        placed = stage_of(node, roles.get(node.key))
        if placed is None:
            continue
        name, confidence, reason = placed
        address = folded_address(node)
        known = filled[name].get((node.instance.scope, address))
        filled[name][node.instance.scope, address] = Service(
            known.key if known else node.key,
            address,
            node.kind,
            node.type,
            known.count + 1 if known else 1,
            max(confidence, known.confidence) if known else confidence,
            known.reason if known else reason,
            known.span if known else node.span,
        )
    return tuple(Stage(name, tuple(services.values())) for name, services in filled.items())


def folded_address(node: Resource) -> str:
    """One name for the copies that `count` makes; what `for_each` makes has names of its own."""
    return _NUMBER.sub("", node.address)


def stage_of(node: Resource, found: RoleOf | None) -> tuple[str, float, str] | None:
    """The stage a resource fills, how sure that is, and why; None for what fills none."""
    if node.part_of is not None or node.instance.mode is Mode.DATA:
        return None
    if node.kind in _BY_KIND:
        return _BY_KIND[node.kind], 1.0, f"it is a {node.kind.replace('_', ' ')}"
    if node.kind in _STORES_OF_RAW_DATA and data_role(node) == "dataset":
        return "ingestion", LIKELY, "its name says that it holds data sets"
    if node.kind not in (*COMPUTE, "foundation_model_api"):
        return None
    if found is None or found.role is None:
        program = find_token(_programs(node), _OBSERVES)
        return ("monitoring", LIKELY, f"it runs {program}") if program else None
    reason = found.evidence[0].reason if found.evidence else ""
    if found.role == "pipeline" and find_token([node.name, node["name"].text() or ""], _INGESTS):
        return "ingestion", found.confidence, reason
    stage = _BY_ROLE.get(found.role)
    return (stage, found.confidence, reason) if stage else None


def _programs(node: Resource) -> list[str]:
    """The names of its images, without registry and tag."""
    texts = (item.text() for item in node["images"].items())
    return [text.rpartition("/")[2].partition(":")[0] for text in texts if text]


def in_words(confidence: float) -> str:
    if confidence >= SURE:
        return "sure"
    if confidence >= LIKELY:
        return "likely"
    return "assumed" if confidence else "none found"
