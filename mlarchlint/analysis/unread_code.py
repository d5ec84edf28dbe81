"""What the scan has not read, and what could stand in it."""

from __future__ import annotations

from mlarchlint.analysis.unread_releases import release_could_hold
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Mode, Resource

# How a guard is tied to what it selects.
_SELECTING = (Relation.PROTECTS, Relation.MONITORS, Relation.SCALES, Relation.ROUTES_TO)
_NONE = -1
# Data sources that only tell who asks, or compute a text: nothing can stand in them.
_TELLING = frozenset({
    "aws_caller_identity", "aws_region", "aws_partition", "aws_availability_zones", "aws_iam_policy_document",
    "aws_iam_session_context", "google_client_config", "google_project", "azurerm_client_config",
    "azurerm_subscription", "archive_file", "template_file", "tls_certificate",
})  # fmt: skip


class UnreadCode:
    """Every answer that many nodes share is worked out once: rules ask for each finding that they have."""

    def __init__(self, graph: ResourceGraph) -> None:
        self._graph = graph
        self._releases = [other for other in graph if other.type == "helm_release"]
        self._unread: dict[str, list[Resource]] = {}  # by scope: data sources, modules without code
        self._places: dict[str, int] = {}  # among those of their scope
        for other in graph:
            if other.instance.mode is not Mode.MANAGED and other.type.removeprefix("data.") not in _TELLING:
                beside = self._unread.setdefault(other.instance.scope, [])
                self._places[other.key] = len(beside)
                beside.append(other)
        self._opaque: dict[tuple[str, tuple[str, ...]], int] = {}
        self._guards: dict[tuple[str, tuple[str, ...]], str] = {}
        self._brought: dict[tuple[str | None, tuple[str, ...]], str] = {}

    def may_hold(self, node: Resource, kinds: tuple[str, ...]) -> str:
        """The address of what could hold one of the kinds for this node; empty if nothing could."""
        return self._beside(node, kinds) or self._open_guard(node, kinds) or self._release(node, kinds)

    def _beside(self, node: Resource, kinds: tuple[str, ...]) -> str:
        """The first unread code of its stack that could hold anything, or that it is tied to."""
        scope = node.instance.scope
        unread = self._unread.get(scope)
        if unread is None:
            return ""
        near = (*self._graph.targets(node), *self._graph.sources(node))
        places = [
            self._places[other.key]
            for other in near
            if other.instance.scope == scope and other.key in self._places
        ]
        opaque = self._first_opaque(scope, kinds)
        if opaque != _NONE:
            places.append(opaque)
        return unread[min(places)].address if places else ""

    def _first_opaque(self, scope: str, kinds: tuple[str, ...]) -> int:
        asked = scope, kinds
        if asked not in self._opaque:
            places = (place for place, other in enumerate(self._unread[scope]) if _is_opaque(other, kinds))
            self._opaque[asked] = next(places, _NONE)
        return self._opaque[asked]

    def _release(self, node: Resource, kinds: tuple[str, ...]) -> str:
        """A release of a chart that brings such things to the whole cluster, in the node's stack or beside it."""
        asked = (None if node.provider == "kubernetes" else node.instance.scope), kinds
        if asked not in self._brought:
            scope = asked[0]
            releases = (other for other in self._releases if scope is None or other.instance.scope == scope)
            self._brought[asked] = release_could_hold(releases, kinds)
        return self._brought[asked]

    def _open_guard(self, node: Resource, kinds: tuple[str, ...]) -> str:
        """A Kubernetes object of these kinds in the node's namespace that does not say whom it selects."""
        namespace = node["namespace"].text()
        if node.provider != "kubernetes" or namespace is None:
            return ""
        asked = namespace, kinds
        if asked not in self._guards:
            guards = (one for one in self._graph.of_kind(*kinds) if self._selects_in(one, namespace))
            self._guards[asked] = next((guard.address for guard in guards), "")
        return self._guards[asked]

    def _selects_in(self, guard: Resource, namespace: str) -> bool:
        where = guard["namespace"]
        return (where.is_unknown or where.text() == namespace) and bool(
            self._graph.open_ends(guard, *_SELECTING)
        )


def _is_opaque(other: Resource, kinds: tuple[str, ...]) -> bool:
    module = other.instance.mode is Mode.MODULE and (other.kind == "other" or other.kind in kinds)
    return module or other.type.endswith("terraform_remote_state")
