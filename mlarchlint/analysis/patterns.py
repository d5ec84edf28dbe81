"""The architecture patterns of ML systems, recognised on the whole design, with their evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mlarchlint.analysis.access import COMPUTE, consumers_of, entries_to, stores_of
from mlarchlint.analysis.roles import data_role
from mlarchlint.analysis.stages import folded_address
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.workload import RoleOf

_SERVING = ("inference",)
_LEARNING = ("training", "tuning")
_MACHINES = ("compute_instance", "compute_group")  # may only host what is declared beside them
_OBSERVING = ("alarm", "dashboard", "log_sink", "metric_sink", "trace_sink", "model_monitor")
PATTERNS = ("training", "inference", "data pipeline", "lambda", "microservices", "monolith")


@record(frozen=True, slots=True)
class Sign:
    """One component of a pattern that the design has."""

    component: str
    address: str
    span: SourceSpan


@record(frozen=True, slots=True)
class Pattern:
    """lacking: components that such an architecture usually has and the scanned code does not show."""

    name: str
    confidence: float
    signs: tuple[Sign, ...]
    lacking: tuple[str, ...]


def find_patterns(graph: ResourceGraph, roles: Mapping[str, RoleOf]) -> tuple[Pattern, ...]:
    """The patterns that the design shows, in the order of PATTERNS."""
    seen = _Seen(graph, roles)
    found = (
        _training(seen),
        _inference(seen),
        _data_pipeline(seen),
        _lambda(seen),
        _microservices(seen),
        _monolith(seen),
    )
    return tuple(pattern for pattern in found if pattern is not None)


class _Seen:
    """What the patterns ask for, read off the graph once."""

    def __init__(self, graph: ResourceGraph, roles: Mapping[str, RoleOf]) -> None:
        self.graph, self.roles = graph, roles
        self.serving = self.with_role(*_SERVING)
        self.learning = self.with_role(*_LEARNING)
        self.pipelines = self.with_role("pipeline")
        self.streams = [node for node in graph.of_kind("stream") if _declared(node)]

    def with_role(self, *wanted: str) -> list[Resource]:
        """Compute of these roles; machines that only host other members of the same role stay out."""
        nodes = [
            node for node in self.graph.of_kind(*COMPUTE) if _declared(node) and self.role(node) in wanted
        ]
        hosted = {
            host.key
            for node in nodes
            for host in self.graph.targets(node, Relation.PLACED_IN)
            if node.kind not in _MACHINES
        }
        return [node for node in nodes if node.key not in hosted]

    def role(self, node: Resource) -> str | None:
        found = self.roles.get(node.key)
        return found.role if found else None

    def confidence(self, nodes: Iterable[Resource]) -> float:
        return max((self.roles[node.key].confidence for node in nodes), default=0.0)

    def kinds(self, *kinds: str) -> list[Resource]:
        return [node for node in self.graph.of_kind(*kinds) if _declared(node)]

    def holding(self, *data_roles: str) -> list[Resource]:
        stores = self.kinds("object_store", "file_share", "block_volume")
        return [store for store in stores if data_role(store) in data_roles]

    def used_by(self, nodes: Iterable[Resource]) -> list[Resource]:
        found = dict.fromkeys(
            store
            for node in nodes
            for store in stores_of(self.graph, node)
            if store.kind in ("object_store", "file_share")
        )
        return list(found)


def _training(seen: _Seen) -> Pattern | None:
    if not seen.learning:
        return None
    return _pattern(
        "training",
        seen.confidence(seen.learning),
        {
            "data storage": [*seen.holding("dataset", "features"), *seen.used_by(seen.learning)],
            "training compute": seen.learning,
            "experiment tracking": [*seen.kinds("experiment_tracker"), *seen.with_role("tracking")],
            "model storage": [
                *seen.holding("model", "checkpoints", "artifacts"),
                *seen.kinds("model_registry"),
            ],
            "monitoring": seen.kinds(*_OBSERVING),
        },
    )


def _inference(seen: _Seen) -> Pattern | None:
    if not seen.serving:
        return None
    entries = list(dict.fromkeys(e for node in seen.serving for e in entries_to(seen.graph, node)))
    scalers = [s for node in seen.serving for s in seen.graph.sources(node, Relation.SCALES)]
    growing = [node for node in seen.serving if _grows(node)]
    caches = [c for c in seen.kinds("cache") if seen.role(c) == "inference"]
    managed = [node for node in seen.serving if node.kind == "model_endpoint"]
    return _pattern(
        "inference",
        seen.confidence(seen.serving),
        {
            "CDN": [e for e in entries if e.kind == "cdn"],
            "entry for requests": [*(e for e in entries if e.kind != "cdn"), *managed],
            "serving compute": seen.serving,
            "auto-scaling": [*scalers, *growing],
            "model storage": seen.holding("model"),
            "cache": caches,
            "monitoring": seen.kinds(*_OBSERVING),
        },
    )


def _data_pipeline(seen: _Seen) -> Pattern | None:
    processing = [node for node in seen.pipelines if node.kind != "stream"]
    ingestion = [*seen.streams, *seen.kinds("data_transfer"), *seen.holding("dataset")]
    storage = [*seen.holding("dataset", "features"), *seen.used_by(processing), *seen.kinds("feature_store")]
    if not processing or not (ingestion or storage):
        return None
    return _pattern(
        "data pipeline",
        seen.confidence(processing),
        {"ingestion": ingestion, "processing": processing, "storage": storage},
    )


def _lambda(seen: _Seen) -> Pattern | None:
    """A speed layer on a stream and a batch layer that learns from history, both behind one serving layer."""
    batch = [*seen.learning, *seen.with_role("inference-batch")]
    if not (seen.streams and seen.serving and batch):
        return None
    fed = [node for stream in seen.streams for node in consumers_of(seen.graph, stream)]
    history = [*seen.holding("dataset", "features"), *seen.used_by(batch)]
    if not fed or not history:
        return None
    weakest = min(seen.confidence(seen.serving), seen.confidence(batch))
    return _pattern(
        "lambda",
        weakest,
        {
            "stream": seen.streams,
            "stream processing": fed,
            "serving layer": seen.serving,
            "batch layer": batch,
            "historical data": history,
        },
    )


def _microservices(seen: _Seen) -> Pattern | None:
    """Several services behind one entry, of which at least one serves a model."""
    behind: dict[Resource, dict[tuple[str, str], Resource]] = {}
    for node in seen.kinds(*COMPUTE):
        for entry in entries_to(seen.graph, node):
            behind.setdefault(entry, {}).setdefault(_declaration(node), node)
    hosts = {
        host.key for node in seen.kinds(*COMPUTE) for host in seen.graph.targets(node, Relation.PLACED_IN)
    }
    for entry, declared in behind.items():
        services = [node for node in declared.values() if node.key not in hosts]
        serving = [node for node in services if seen.role(node) == "inference"]
        if len(services) >= 2 and serving:
            return _pattern(
                "microservices",
                seen.confidence(serving),
                {"entry": [entry], "services": services},
            )
    return None


def _monolith(seen: _Seen) -> Pattern | None:
    """One serving application and no other workload; what goes on inside it the code does not say."""
    applications = {_declaration(node) for node in seen.serving}
    others = [
        node
        for node in seen.kinds(*COMPUTE)
        if seen.role(node) not in (None, "inference") and node not in seen.serving
    ]
    unknown = [
        node
        for node in seen.kinds(
            "container_service", "serverless_container", "serverless_function", "batch_job"
        )
        if seen.role(node) is None
    ]
    if len(applications) != 1 or others or unknown or seen.streams:
        return None
    if seen.serving[0].kind == "model_endpoint":
        return None  # a managed endpoint holds a model, not an application
    return _pattern("monolith", min(seen.confidence(seen.serving), 0.8), {"single application": seen.serving})


def _pattern(name: str, confidence: float, components: Mapping[str, Iterable[Resource]]) -> Pattern:
    signs = tuple(_signs(components))
    shown = {sign.component for sign in signs}
    return Pattern(name, confidence, signs, tuple(part for part in components if part not in shown))


def _signs(components: Mapping[str, Iterable[Resource]]) -> Iterator[Sign]:
    for component, nodes in components.items():
        for declaration, node in _first_of_each(nodes).items():
            yield Sign(component, declaration[1], node.span)


def _first_of_each(nodes: Iterable[Resource]) -> dict[tuple[str, str], Resource]:
    found: dict[tuple[str, str], Resource] = {}
    for node in nodes:
        found.setdefault(_declaration(node), node)
    return found


def _declaration(node: Resource) -> tuple[str, str]:
    return node.instance.scope, folded_address(node)


def _declared(node: Resource) -> bool:
    return node.part_of is None and node.instance.mode is not Mode.DATA


def _grows(node: Resource) -> bool:
    least, most = node["min_count"].number(), node["max_count"].number()
    return least is not None and most is not None and most > least
