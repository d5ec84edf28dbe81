"""The role of a resource with its evidence, for `mlarchlint graph --roles`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.resource import Resource
from mlarchlint.model.workload import RoleOf
from mlarchlint.report.inert import inert
from mlarchlint.report.redact import Redactor

_IN_A_PICTURE = 2  # reasons; more would hide the graph


class Roles:
    """Writes roles without secrets and without what could steer a terminal."""

    def __init__(self, graph: ResourceGraph, roles: Mapping[str, RoleOf]) -> None:
        self._roles = roles
        self._redactor = Redactor(graph)

    def data(self, resource: Resource) -> dict[str, Any] | None:
        found = self._roles.get(resource.key)
        if found is None:
            return None
        return {
            "role": found.role,
            "confidence": found.confidence,
            "evidence": [
                {
                    "reason": self._safe(evidence.reason),
                    "weight": evidence.weight,
                    "file": evidence.span.file or None,
                    "line": evidence.span.line if evidence.span.file else None,
                }
                for evidence in found.evidence
            ],
        }

    def label(self, resource: Resource) -> str:
        """`training 0.96: it is of type x; its name says "train"`; empty without a role."""
        found = self._roles.get(resource.key)
        if found is None:
            return ""
        reasons = "; ".join(self._safe(evidence.reason) for evidence in found.evidence[:_IN_A_PICTURE])
        return f"{found.role} {found.confidence:.2f}: {reasons}"

    def lines(self, resource: Resource) -> list[str]:
        """The role, then one line for each piece of evidence, with its place."""
        found = self._roles.get(resource.key)
        if found is None:
            return []
        lines = [f"role {found.role}, confidence {found.confidence:.2f}"]
        for evidence in found.evidence:
            place = f" ({evidence.span.file}:{evidence.span.line})" if evidence.span.file else ""
            lines.append(f"  {self._safe(evidence.reason)}{inert(place)}")
        return lines

    def _safe(self, text: str) -> str:
        return inert(self._redactor.text(text))
