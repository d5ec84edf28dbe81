"""The roles that the requirements give to workloads."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.resource import Resource
from mlarchlint.requirements import Requirements


def fixed_roles(graph: ResourceGraph, requirements: Requirements) -> dict[str, str]:
    """Roles by resource key, from `workloads[].match`; the first entry that matches wins."""
    fixed: dict[str, str] = {}
    for entry in requirements.workloads:
        role, match = entry.get("role"), entry.get("match")
        if not role or not match:
            continue
        for node in graph:
            if node.key not in fixed and matches(node, match):
                fixed[node.key] = str(role)
    return fixed


def matches(node: Resource, match: Mapping[str, Any]) -> bool:
    """Every condition of a selector holds: address and path (globs), kind, type, namespace, labels."""
    for name, text in (("address", node.address), ("path", node.span.file)):
        glob = match.get(name)
        # Brackets are instance keys in an address, not a choice of letters.
        if glob is not None and not fnmatchcase(text, str(glob).replace("[", "[[]")):
            return False
    for name, actual in (("kind", node.kind), ("type", node.type)):
        if match.get(name) not in (None, actual):
            return False
    namespace = match.get("namespace")
    if namespace is not None and node.instance.get("metadata").get("namespace").text() != namespace:
        return False
    labels = match.get("labels") or {}
    return all(name in node.tags and node.tags[name].text() == str(wanted) for name, wanted in labels.items())
