"""The resource graph as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from mlarchlint.model.graph import ResourceGraph
from mlarchlint.report.graph_roles import Roles
from mlarchlint.report.inert import inert


def render_graph_text(graph: ResourceGraph, roles: Roles | None = None) -> str:
    return "".join(f"{line}\n" for line in _lines(graph, roles))


def _lines(graph: ResourceGraph, roles: Roles | None) -> Iterator[str]:
    """Each resource with its kind and place, its role where it is asked for, and what it points at."""
    for resource in graph:
        place = f"{resource.span.file}:{resource.span.line}" if resource.span.file else "nowhere"
        yield inert(f"{resource.address} ({resource.kind}) {place}")
        if roles is not None:
            yield from (f"  {line}" for line in roles.lines(resource))
        for edge in graph.edges_from(resource):
            yield inert(f"  {edge.relation.value} -> {graph[edge.target].address}")
