"""The resource graph for Graphviz."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.resource import Resource
from mlarchlint.model.workload import Workload
from mlarchlint.report.graph_picture import picture
from mlarchlint.report.graph_roles import Roles
from mlarchlint.report.inert import inert


def render_dot(graph: ResourceGraph, workloads: Sequence[Workload] = (), roles: Roles | None = None) -> str:
    return "\n".join(_lines(graph, workloads, roles)) + "\n"


def _lines(graph: ResourceGraph, workloads: Sequence[Workload], roles: Roles | None) -> Iterator[str]:
    shown = picture(graph, workloads)
    yield "digraph design {"
    yield "  rankdir=LR;"
    yield '  node [shape=box, fontname="Helvetica"];'
    for place, (title, members) in enumerate(shown.groups):
        yield f"  subgraph cluster_{place} {{"
        yield f"    label={_quoted(title)};"
        for resource in members:
            yield f"    {shown.names[resource.key]} [label={_label(resource, roles)}];"
        yield "  }"
    for resource in shown.loose:
        yield f"  {shown.names[resource.key]} [label={_label(resource, roles)}];"
    for edge in shown.edges:
        source, target = shown.names[edge.source], shown.names[edge.target]
        yield f"  {source} -> {target} [label={_quoted(edge.relation.value)}];"
    yield "}"


def _label(resource: Resource, roles: Roles | None) -> str:
    lines = [inert(resource.address), inert(resource.kind), *_role(resource, roles)]
    return '"' + "\\n".join(_escaped(line) for line in lines) + '"'


def _role(resource: Resource, roles: Roles | None) -> list[str]:
    label = roles.label(resource) if roles is not None else ""
    return [label] if label else []


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
