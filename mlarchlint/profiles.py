"""Profiles: how strict a run is, where nothing else is said. Flags and keys of the file win over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlarchlint.model.finding import Severity


@dataclass(frozen=True, slots=True)
class Profile:
    """fail_on: findings from this severity on fail the run. min_severity: what is below is not reported."""

    fail_on: Severity
    min_severity: Severity = Severity.INFO
    uncertain: bool = False


PROFILES: Mapping[str, Profile] = {
    "default": Profile(Severity.LOW),
    "strict": Profile(Severity.INFO, uncertain=True),
    "relaxed": Profile(Severity.HIGH, min_severity=Severity.MEDIUM),
}
