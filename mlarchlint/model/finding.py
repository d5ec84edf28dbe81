"""What is wrong with the design."""

from __future__ import annotations

from dataclasses import field
from enum import Enum

from mlarchlint.model.edit import Edit
from mlarchlint.model.estimate import Saving
from mlarchlint.model.record import record
from mlarchlint.model.span import NOWHERE, SourceSpan
from mlarchlint.model.value import Origin


class Severity(str, Enum):
    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info to 4 for critical."""
        return _RANKS[self._value_]

    def lowered(self) -> Severity:
        """One step lower; info stays info."""
        return _LEVELS[max(0, self.rank - 1)]


_LEVELS = tuple(Severity)
_RANKS = {level.value: rank for rank, level in enumerate(_LEVELS)}


@record(frozen=True, slots=True)
class Subject:
    """path: what people know it by, where that is not the address: the path of a CDK construct."""

    address: str
    kind: str
    type: str
    path: str = ""

    @property
    def shown(self) -> str:
        return f"{self.path} ({self.address})" if self.path else self.address


@record(frozen=True, slots=True)
class Related:
    """A place that helps to understand the finding."""

    message: str
    span: SourceSpan


@record(frozen=True, slots=True)
class Suppression:
    """Why a finding is not counted. how: `comment`, `annotation`, `metadata`, `config` or `baseline`."""

    how: str
    reason: str
    span: SourceSpan = NOWHERE
    until: str = ""


@record(frozen=True, slots=True)
class Finding:
    """Only the engine builds one.

    rule, name, pillar: of the rule. certain: False where the verdict is unknown.
    instances: how many instances of one declaration it stands for.
    fingerprint: of rule, address and attribute; no line number in it.
    origin: how the deciding value came about. calls: the module calls down to it.
    fix: the smallest change that mends it, as a sentence. edits: the same for machines, on the resources `keys`.
    saving: what mending it saves, for all instances. attribute: what of the subject it is about, as in the fingerprint.
    """

    rule: str
    name: str
    pillar: str
    severity: Severity
    certain: bool
    message: str
    subject: Subject
    span: SourceSpan
    fingerprint: str
    workload: tuple[str, str] | None = None
    instances: int = 1
    related: tuple[Related, ...] = ()
    origin: tuple[Origin, ...] = ()
    calls: tuple[SourceSpan, ...] = ()
    evidence: str = ""
    fix: str = ""
    suppressed: Suppression | None = field(default=None)
    keys: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    saving: Saving | None = None
    attribute: str = ""
