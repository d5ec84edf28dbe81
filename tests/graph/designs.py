"""What a design's graph says in words that every provider shares: kinds, traits and edges of its parts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from mlarchlint.analysis.access import stores_of
from mlarchlint.analysis.roles import infer_roles
from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.model.resource import Resource
from mlarchlint.model.workload import RoleOf
from tests.graph.read import read_folder

DESIGNS = Path(__file__).parent.parent.parent / "fixtures/designs"


@cache
def graph_of(design: str, form: str) -> ResourceGraph:
    return read_folder(DESIGNS / design / form)


@cache
def roles_of(design: str, form: str) -> dict[str, RoleOf]:
    return infer_roles(graph_of(design, form))


def plain(node: Resource, *traits: str) -> dict[str, object]:
    """The traits that are there, as plain values; unknown ones say so."""
    return {name: "unknown" if node[name].is_unknown else node[name].plain() for name in traits}


def edges(graph: ResourceGraph, *relations: Relation) -> set[str]:
    """`kind relation kind` of every edge."""
    return {
        f"{graph[edge.source].kind} {edge.relation.value} {graph[edge.target].kind}"
        for edge in graph.edges
        if edge.relation in relations
    }


def stores(graph: ResourceGraph, node: Resource) -> set[str]:
    return {store.kind for store in stores_of(graph, node)}
