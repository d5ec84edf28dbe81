"""What the tool itself could not do."""

from __future__ import annotations

from enum import Enum

from mlarchlint.model.record import record
from mlarchlint.model.span import NOWHERE, SourceSpan


class Level(str, Enum):
    """error: something was not read, and the run is incomplete (exit 3). note: worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@record(frozen=True, slots=True)
class Diagnostic:
    """code: a stable kebab-case name; detail: what to do about it."""

    code: str
    summary: str
    detail: str = ""
    span: SourceSpan = NOWHERE
    level: Level = Level.ERROR
