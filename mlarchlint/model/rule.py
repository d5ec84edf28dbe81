"""A rule: one check with its documentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Any

from mlarchlint.model.edit import Edit
from mlarchlint.model.estimate import Saving
from mlarchlint.model.finding import Related, Severity
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.span import NOWHERE, SourceSpan
from mlarchlint.model.value import Value

PILLARS = {
    "HA": "high-availability",
    "SC": "scalability",
    "CO": "cost",
    "SE": "security",
    "OB": "observability",
    "ML": "ml-lifecycle",
    "PE": "performance",
    "DG": "data-governance",
}


@record(frozen=True, slots=True)
class Hit:
    """What a check yields about its subject.

    at: the deciding value; its span is where the finding stands. message: the claim,
    without the address. certain: False where the verdict is unknown. missing: the
    finding says that something does not exist; the kinds that would satisfy it, so that
    the engine can tell an open world from a closed one. attribute: tells two findings of
    one rule on one subject apart; part of the fingerprint. shared: the place of a
    value outside of the subject that decides for others alike: one finding for all of them. edits: make the
    finding go away, all together.
    saving: what that saves.
    """

    at: Value
    message: str
    certain: bool = True
    missing: tuple[str, ...] = ()
    attribute: str = ""
    related: tuple[Related, ...] = ()
    fix: str = ""
    severity: Severity | None = None
    shared: SourceSpan = NOWHERE
    edits: tuple[Edit, ...] = ()
    saving: Saving | None = None


@record(frozen=True, slots=True)
class Supersedes:
    """A certain finding hides those of another rule about the same subject that have the same cause.

    They have it where the same value decides both. attribute: only those with this attribute.
    anywhere: wherever they stand, beside a finding of this rule with the attribute `by` (mostly none).
    """

    rule: str
    attribute: str = ""
    anywhere: bool = False
    by: str = ""


@record(frozen=True, slots=True)
class Rule:
    """kinds: what it is called with; empty means once per design, with no node.

    roles: only subjects with one of these roles; empty means any.
    doc: the module docstring of the rule's file, in Markdown sections.
    group: the pillar of a rule whose id does not tell it.
    params: its settings with their defaults; `check` takes them as `params` where there are any.
    supersedes: findings of other rules that tell no more than one of this rule does.
    """

    id: str
    name: str
    severity: Severity
    kinds: tuple[str, ...]
    roles: tuple[str, ...]
    since: str
    doc: str
    check: Callable[[Resource, Any], Iterator[Hit]]
    ignorable: bool = True
    source: str = ""
    group: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    supersedes: tuple[Supersedes, ...] = ()

    @property
    def pillar(self) -> str:
        return self.group or PILLARS.get(self.id.split("-")[-1][:2], "custom")

    @property
    def statement(self) -> str:
        """The first line of the documentation."""
        return self.doc.strip().partition("\n")[0]
