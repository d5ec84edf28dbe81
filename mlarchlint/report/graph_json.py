"""The resource graph for machines: a public interface (data/schema/graph.json)."""

from __future__ import annotations

import json
from typing import Any

from mlarchlint.analysis.credentials import credentials_in
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.resource import Resource
from mlarchlint.model.value import State, Value, plain_raw
from mlarchlint.report.graph_roles import Roles
from mlarchlint.report.redact import LEAST, MASK


def render_graph_json(graph: ResourceGraph, roles: Roles | None = None) -> str:
    """Every instance with its traits and its evaluated body. ASCII only."""
    return json.dumps(graph_data(graph, roles), indent=2, ensure_ascii=True) + "\n"


def graph_data(graph: ResourceGraph, roles: Roles | None = None) -> dict[str, Any]:
    """roles: where they are asked for, each resource has a `role` (null where none was inferred)."""
    secrets = {one.secret for held in graph.once(credentials_in).values() for one in held}
    secrets |= {
        one.at.text() or "" for held in graph.once(credentials_in).values() for one in held if one.hidden
    }
    return {
        "resources": [
            {
                **_masked(_resource(resource), secrets),
                **({} if roles is None else {"role": roles.data(resource)}),
            }
            for resource in graph
        ],
        "edges": [
            {"source": edge.source, "target": edge.target, "relation": edge.relation.value}
            for edge in graph.edges
        ],
        "dangling": [
            {
                "source": missing.source,
                "reference": missing.reference,
                "file": missing.span.file,
                "line": missing.span.line,
            }
            for missing in graph.dangling
        ],
    }


def _resource(resource: Resource) -> dict[str, Any]:
    instance = resource.instance
    return {
        "key": resource.key,
        "address": resource.address,
        "name": resource.name,
        "kind": resource.kind,
        "type": resource.type,
        "provider": resource.provider,
        "format": instance.format.value,
        "mode": instance.mode.value,
        "file": resource.span.file,
        "line": resource.span.line,
        "end_line": resource.span.end_line,
        "exists": {0: "no", 1: "maybe", 2: "yes"}[instance.exists.value],
        "symbolic": instance.symbolic,
        "part_of": resource.part_of,
        "attrs": {name: _attribute(value) for name, value in sorted(resource.attrs.items())},
        "tags": {name: value.plain() for name, value in resource.tags.items()},
        "body": plain_raw(instance.body),
    }


def _masked(data: dict[str, Any], secrets: set[str]) -> dict[str, Any]:
    """Traits and body without the credentials that are written out in them."""
    if not secrets:
        return data
    return {**data, "attrs": _without(data["attrs"], secrets), "body": _without(data["body"], secrets)}


def _without(data: Any, secrets: set[str]) -> Any:
    if isinstance(data, dict):
        return {name: _without(part, secrets) for name, part in data.items()}
    if isinstance(data, list):
        return [_without(part, secrets) for part in data]
    if not isinstance(data, str):
        return data
    if data in secrets:
        return MASK
    for secret in secrets:
        if len(secret) >= LEAST:
            data = data.replace(secret, MASK)
    return data


def _attribute(value: Value) -> dict[str, Any]:
    return {
        "state": value.state.value,
        "value": value.plain() if value.state is State.KNOWN or value.sensitive else None,
        "default": value.default,
        "why": value.why,
    }
