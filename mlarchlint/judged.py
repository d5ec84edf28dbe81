"""A hit on its way to a finding, and which of several hits speaks of their common cause."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mlarchlint.model.finding import Severity
from mlarchlint.model.resource import Resource
from mlarchlint.model.rule import Hit, Rule, Supersedes


@dataclass(slots=True)
class Judged:
    rule: Rule
    node: Resource | None
    hit: Hit
    severity: Severity
    certain: bool
    message: str


def one_per_cause(judged: Iterable[Judged]) -> list[Judged]:
    """Without the hits that a certain hit of a superseding rule on the same subject has the cause of."""
    found = list(judged)
    speaking: dict[tuple[str, str], list[tuple[Supersedes, Judged]]] = {}
    for one in found:
        if one.certain and one.node is not None:
            for other in one.rule.supersedes:
                speaking.setdefault((one.node.key, other.rule), []).append((other, one))
    if not speaking:
        return found
    return [one for one in found if not _superseded(one, speaking)]


def _superseded(one: Judged, speaking: dict[tuple[str, str], list[tuple[Supersedes, Judged]]]) -> bool:
    if one.node is None:
        return False
    return any(_one_cause(said, by, one) for said, by in speaking.get((one.node.key, one.rule.id), ()))


def _one_cause(said: Supersedes, by: Judged, hidden: Judged) -> bool:
    if said.attribute and hidden.hit.attribute != said.attribute:
        return False
    if said.anywhere:
        return by.hit.attribute == said.by
    span = hidden.hit.at.span
    # What is written nowhere has the span of its block, which many absent values share.
    written = bool(span.file) and hidden.node is not None and span != hidden.node.span
    return written and span == by.hit.at.span
