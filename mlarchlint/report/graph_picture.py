"""What both pictures of the graph show: which resources, under which name, in which workload."""

from __future__ import annotations

from collections.abc import Sequence

from mlarchlint.model.graph import Edge, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.workload import Workload
from mlarchlint.report.inert import inert


@record(frozen=True, slots=True)
class Picture:
    """names: a plain identifier for each resource key. groups: (title, members) per workload."""

    names: dict[str, str]
    groups: tuple[tuple[str, tuple[Resource, ...]], ...]
    loose: tuple[Resource, ...]
    edges: tuple[Edge, ...]


def picture(graph: ResourceGraph, workloads: Sequence[Workload]) -> Picture:
    """Without parts (their owner stands for them) and without data sources that nothing touches."""
    touched = {key for edge in graph.edges for key in (edge.source, edge.target)}
    shown = [
        resource
        for resource in graph
        if resource.part_of is None
        and (
            resource.key in touched or (resource.kind != "other" and resource.instance.mode is not Mode.DATA)
        )
    ]
    names = {resource.key: f"n{place}" for place, resource in enumerate(shown)}
    groups = []
    grouped: set[str] = set()
    for workload in workloads:
        members = [key for key in workload.members if key in names and key not in grouped]
        grouped.update(members)
        if members:
            title = inert(f"{workload.name} ({workload.role})")
            groups.append((title, tuple(graph[key] for key in members)))
    loose = tuple(resource for resource in shown if resource.key not in grouped)
    edges = tuple(edge for edge in graph.edges if edge.source in names and edge.target in names)
    return Picture(names, tuple(groups), loose, edges)
