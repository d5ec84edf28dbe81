"""The provider-neutral resource graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import Any, TypeVar

from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.span import NOWHERE, SourceSpan
from mlarchlint.model.value import Value

T = TypeVar("T")


class Relation(str, Enum):
    """The closed vocabulary of edges; read as `source RELATION target`."""

    CONTAINS = "contains"
    PLACED_IN = "placed_in"
    ROUTES_TO = "routes_to"
    RESOLVES_TO = "resolves_to"
    SCALES = "scales"
    READS = "reads"
    WRITES = "writes"
    SERVES = "serves"
    PRODUCES = "produces"
    TRIGGERS = "triggers"
    ASSUMES = "assumes"
    GRANTS = "grants"
    ENCRYPTS_WITH = "encrypts_with"
    PROTECTS = "protects"
    MONITORS = "monitors"
    LOGS_TO = "logs_to"
    TRACES_TO = "traces_to"
    REPLICATES_TO = "replicates_to"
    USES = "uses"
    DEPENDS_ON = "depends_on"

    __hash__ = str.__hash__  # that of an Enum is a call of Python; every edge asks for it


@record(frozen=True, slots=True)
class Edge:
    """source and target are resource keys; both exist in the graph."""

    source: str
    target: str
    relation: Relation
    span: SourceSpan = NOWHERE


@record(frozen=True, slots=True)
class Dangling:
    """A reference to an address that the scanned code does not declare."""

    source: str
    reference: str
    span: SourceSpan = NOWHERE


@record(frozen=True, slots=True)
class OpenEnd:
    """What code writes as the other end of an edge, and which names nothing in the scanned code.

    whole: the value is all that is written there, and may stand for any number of ends.
    """

    source: str
    relation: Relation
    value: Value
    whole: bool


class ResourceGraph:
    """Resources in the order (file, line, address), with edges indexed both ways. Immutable."""

    __slots__ = (
        "_by_key",
        "_by_kind",
        "_by_scope",
        "_in",
        "_of_kinds",
        "_once",
        "_open",
        "_out",
        "dangling",
        "edges",
        "resources",
    )

    def __init__(
        self,
        resources: Iterable[Resource],
        edges: Iterable[Edge] = (),
        dangling: Iterable[Dangling] = (),
        open_ends: Iterable[OpenEnd] = (),
    ) -> None:
        self.resources: tuple[Resource, ...] = tuple(
            sorted(resources, key=lambda r: (r.span.file, r.span.line, r.address, r.key))
        )
        self._by_key = {resource.key: resource for resource in self.resources}
        if len(self._by_key) != len(self.resources):
            raise ValueError("resource keys must be unique")
        order = {resource.key: place for place, resource in enumerate(self.resources)}
        unique = dict.fromkeys(edges)
        for edge in unique:
            if edge.source not in order or edge.target not in order:
                raise ValueError(f"edge {edge.source} -> {edge.target}: both ends must exist")
        self.edges: tuple[Edge, ...] = tuple(
            sorted(unique, key=lambda e: (order[e.source], order[e.target], e.relation.value, e.span))
        )
        self.dangling: tuple[Dangling, ...] = tuple(dict.fromkeys(dangling))
        self._open: dict[str, list[OpenEnd]] = {}
        for end in open_ends:
            self._open.setdefault(end.source, []).append(end)
        self._out: dict[str, list[Edge]] = {}
        self._in: dict[str, list[Edge]] = {}
        for edge in self.edges:
            self._out.setdefault(edge.source, []).append(edge)
            self._in.setdefault(edge.target, []).append(edge)
        self._by_kind: dict[str, list[Resource]] = {}
        self._by_scope: dict[str, list[Resource]] = {}
        for resource in self.resources:
            self._by_kind.setdefault(resource.kind, []).append(resource)
            self._by_scope.setdefault(resource.instance.scope, []).append(resource)
        self._of_kinds: dict[tuple[str, ...], tuple[Resource, ...]] = {}
        self._once: dict[Callable[[ResourceGraph], Any], Any] = {}

    def __len__(self) -> int:
        return len(self.resources)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources)

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def __getitem__(self, key: str) -> Resource:
        return self._by_key[key]

    def get(self, key: str) -> Resource | None:
        return self._by_key.get(key)

    def of_kind(self, *kinds: str) -> tuple[Resource, ...]:
        """The resources of these kinds, in graph order."""
        found = self._of_kinds.get(kinds)
        if found is None:
            wanted = set(kinds)
            there = [members for kind, members in self._by_kind.items() if kind in wanted]
            found = tuple(there[0]) if len(there) == 1 else ()
            if len(there) > 1:
                found = tuple(r for r in self.resources if r.kind in wanted)
            self._of_kinds[kinds] = found
        return found

    def in_scope(self, scope: str) -> tuple[Resource, ...]:
        """The resources of one stack, in graph order."""
        return tuple(self._by_scope.get(scope, ()))

    def parts_of(self, resource: Resource) -> tuple[Resource, ...]:
        """The resources whose traits complete it, in graph order."""
        return tuple(self.once(_parts_by_owner).get(resource.key, ()))

    def once(self, work: Callable[[ResourceGraph], T]) -> T:
        """What is worked out of the whole graph, once however often it is asked for. work: a function of a module."""
        if work not in self._once:
            self._once[work] = work(self)
        found: T = self._once[work]
        return found

    def edges_from(self, resource: Resource, *relations: Relation) -> tuple[Edge, ...]:
        edges = self._out.get(resource.key)
        return _of_relations(edges, relations) if edges else ()

    def edges_to(self, resource: Resource, *relations: Relation) -> tuple[Edge, ...]:
        edges = self._in.get(resource.key)
        return _of_relations(edges, relations) if edges else ()

    def open_ends(self, resource: Resource, *relations: Relation) -> tuple[OpenEnd, ...]:
        """What it names as the other end of such edges without it being in the scanned code."""
        ends = self._open.get(resource.key)
        return tuple([end for end in ends if end.relation in relations]) if ends else ()

    def targets(self, resource: Resource, *relations: Relation) -> tuple[Resource, ...]:
        """What the resource points at, without repetition."""
        edges = self.edges_from(resource, *relations)
        return tuple(dict.fromkeys([self._by_key[edge.target] for edge in edges])) if edges else ()

    def sources(self, resource: Resource, *relations: Relation) -> tuple[Resource, ...]:
        """What points at the resource, without repetition."""
        edges = self.edges_to(resource, *relations)
        return tuple(dict.fromkeys([self._by_key[edge.source] for edge in edges])) if edges else ()

    def reach(self, start: Resource, *relations: Relation, backwards: bool = False) -> tuple[Resource, ...]:
        """Everything reachable over these relations, nearest first, without the start."""
        step = self.sources if backwards else self.targets
        seen = {start.key: start}
        frontier = [start]
        while frontier:
            following = []
            for node in frontier:
                for neighbour in step(node, *relations):
                    if neighbour.key not in seen:
                        seen[neighbour.key] = neighbour
                        following.append(neighbour)
            frontier = following
        return tuple(seen.values())[1:]


def _of_relations(edges: list[Edge], relations: tuple[Relation, ...]) -> tuple[Edge, ...]:
    if len(relations) == 1:
        [only] = relations
        return tuple([edge for edge in edges if edge.relation is only])
    return tuple([edge for edge in edges if edge.relation in relations] if relations else edges)


def _parts_by_owner(graph: ResourceGraph) -> dict[str, list[Resource]]:
    found: dict[str, list[Resource]] = {}
    for resource in graph:
        if resource.part_of is not None:
            found.setdefault(resource.part_of, []).append(resource)
    return found
