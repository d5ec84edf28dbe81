"""What the design has to achieve, as the user wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from typing import Any

from mlarchlint.model.record import record
from mlarchlint.model.span import NOWHERE, SourceSpan


@record(frozen=True, slots=True)
class Requirements:
    """data: checked against the schema and frozen; numbers are Decimal, lists are tuples.

    spans: where each dotted path is written (`budget.monthly_usd`, `workloads.0.role`).
    Every accessor gives None for what is not written: no requirement, no verdict.
    """

    data: Mapping[str, Any] = field(default_factory=dict)
    spans: Mapping[str, SourceSpan] = field(default_factory=dict)

    def get(self, path: str) -> Any:
        """What is written at a dotted path, or None."""
        found: Any = self.data
        if not found:
            return None  # most designs are scanned without any, and every rule asks
        for step in path.split("."):
            if isinstance(found, (dict, Mapping)):
                found = found.get(step)
            elif isinstance(found, tuple) and step.isdigit() and int(step) < len(found):
                found = found[int(step)]
            else:
                return None
        return found

    def number(self, path: str) -> Decimal | None:
        found = self.get(path)
        return found if isinstance(found, Decimal) else None

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
        """Where the path is written; NOWHERE if it is not."""
        return self.spans.get(path, NOWHERE)

    @property
    def workloads(self) -> tuple[Mapping[str, Any], ...]:
        """Overrides of single workloads (`name`, `match`, `role`, ...) in the order written."""
        return self.items("workloads")


def frozen_requirements(data: Mapping[str, Any], spans: Mapping[str, SourceSpan]) -> Requirements:
    return Requirements(_freeze(data), spans)


def _freeze(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {str(name): _freeze(part) for name, part in data.items()}
    if isinstance(data, (list, tuple)):
        return tuple(_freeze(part) for part in data)
    if isinstance(data, int) and not isinstance(data, bool):
        return Decimal(data)
    return data
