"""What is required of one workload: its own entry under `workloads:`, then the requirements of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from mlarchlint.analysis.overrides import matches
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.span import NOWHERE, SourceSpan
from mlarchlint.requirements import Requirements


@record(frozen=True, slots=True)
class Needs:
    """prefixes: where to look, the workload's own entry first (`workloads.0.`, ``)."""

    requirements: Requirements
    prefixes: tuple[str, ...] = ("",)

    def get(self, path: str) -> Any:
        if not self.requirements.data:
            return None
        for prefix in self.prefixes:
            found = self.requirements.get(prefix + path)
            if found is not None:
                return found
        return None

    def number(self, path: str) -> float | None:
        found = self.get(path)
        return float(found) if isinstance(found, Decimal) else None

    def text(self, path: str) -> str | None:
        found = self.get(path)
        return found if isinstance(found, str) else None

    def flag(self, path: str) -> bool | None:
        found = self.get(path)
        return found if isinstance(found, bool) else None

    def items(self, path: str) -> tuple[Any, ...]:
        found = self.get(path)
        return found if isinstance(found, tuple) else ()

    def span(self, path: str) -> SourceSpan:
        for prefix in self.prefixes:
            if self.requirements.get(prefix + path) is not None:
                return self.requirements.span(prefix + path)
        return NOWHERE

    def own(self, section: str) -> bool:
        """Whether the section is written for this workload alone."""
        return any(
            isinstance(self.requirements.get(prefix + section), Mapping) for prefix in self.prefixes if prefix
        )


def needs_of(requirements: Requirements, nodes: Iterable[Resource]) -> Needs:
    """The first entry that matches one of the nodes counts."""
    nodes = tuple(nodes)
    for place, entry in enumerate(requirements.workloads):
        match = entry.get("match")
        if match and any(matches(node, match) for node in nodes):
            return Needs(requirements, (f"workloads.{place}.", ""))
    return Needs(requirements)
