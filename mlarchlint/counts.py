"""How much was read: the figures of the report's summary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mlarchlint.discover import Sources
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.resource import Evaluation
from mlarchlint.model.value import Value


@dataclass(frozen=True, slots=True)
class Counts:
    """files_skipped: YAML and JSON of other formats. unknown_values: innermost, in all bodies."""

    files_read: int = 0
    files_skipped: int = 0
    files_failed: int = 0
    resources: int = 0
    unknown_values: int = 0


def count(sources: Sources, evaluations: Iterable[Evaluation], graph: ResourceGraph) -> Counts:
    read: set[str] = set()
    failed: set[str] = set(sources.failed)
    for evaluation in evaluations:
        read |= evaluation.files_read
        failed |= evaluation.files_failed
    unknown = sum(_unknown(value) for resource in graph for value in resource.instance.body.values())
    return Counts(len(read - failed), sources.skipped, len(failed), len(graph), unknown)


def _unknown(value: Value) -> int:
    if value.is_unknown:
        return 1
    return sum(_unknown(part) for part in (*value.items(), *value.mapping().values()))
