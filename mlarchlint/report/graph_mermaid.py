"""The resource graph as a Mermaid flowchart, for Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Resource
from mlarchlint.model.workload import Workload
from mlarchlint.report.graph_picture import picture
from mlarchlint.report.graph_roles import Roles
from mlarchlint.report.inert import inert

# Mermaid reads HTML and Markdown in labels; every other character becomes its code, `#35;`.
_PLAIN = regex(r"[^\w .:/,()=@+-]")


def render_mermaid(
    graph: ResourceGraph, workloads: Sequence[Workload] = (), roles: Roles | None = None
) -> str:
    return "\n".join(_lines(graph, workloads, roles)) + "\n"


def _lines(graph: ResourceGraph, workloads: Sequence[Workload], roles: Roles | None) -> Iterator[str]:
    shown = picture(graph, workloads)
    yield "flowchart LR"
    for place, (title, members) in enumerate(shown.groups):
        yield f'  subgraph w{place}["{_coded(title)}"]'
        for resource in members:
            yield f"    {shown.names[resource.key]}{_label(resource, roles)}"
        yield "  end"
    for resource in shown.loose:
        yield f"  {shown.names[resource.key]}{_label(resource, roles)}"
    for edge in shown.edges:
        source, target = shown.names[edge.source], shown.names[edge.target]
        yield f"  {source} -->|{edge.relation.value}| {target}"


def _label(resource: Resource, roles: Roles | None) -> str:
    role = roles.label(resource) if roles is not None else ""
    lines = filter(None, (inert(resource.address), inert(resource.kind), role))
    return '["' + "<br/>".join(_coded(line) for line in lines) + '"]'


def _coded(text: str) -> str:
    return _PLAIN.sub(lambda match: f"#{ord(match[0])};", text)
