"""One requirement against what the design can do."""

from __future__ import annotations

from mlarchlint.model.record import record
from mlarchlint.model.span import NOWHERE, SourceSpan
from mlarchlint.model.truth import Truth


@record(frozen=True, slots=True)
class Judgement:
    """path: where it is written in the requirements. met: MAYBE if it cannot be told (`missing`).

    binding: False for a view that is shown and not enforced. arithmetic: how the figure came about.
    closes: what would close the gap. rule: the one that reports it as a finding; empty if none does.
    """

    requirement: str
    path: str
    required: str
    subject: str
    computed: str
    met: Truth
    margin: str = ""
    missing: str = ""
    arithmetic: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    closes: str = ""
    rule: str = ""
    span: SourceSpan = NOWHERE
    binding: bool = True


def nothing_serves(requirement: str, path: str, required: str, rule: str) -> Judgement:
    """There is no fleet to judge it on."""
    missing = "a serving workload in the scanned code"
    return Judgement(requirement, path, required, "", "", Truth.MAYBE, missing=missing, rule=rule)
