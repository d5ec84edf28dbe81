"""The findings of a change: new, fixed, unchanged, or not comparable with the base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from posixpath import dirname

from mlarchlint.model.finding import Finding, Suppression


@dataclass(frozen=True, slots=True)
class Comparison:
    """base: the revision as given. All findings are certain and not suppressed.

    not_comparable: found now, where the base could not be read; they count as new.
    """

    base: str
    new: tuple[Finding, ...]
    fixed: tuple[Finding, ...]
    unchanged: tuple[Finding, ...]
    not_comparable: tuple[Finding, ...]


def compare(
    base: str, before: Iterable[Finding], after: Iterable[Finding], unread: Sequence[str] = ()
) -> Comparison:
    """unread: files of the base that could not be read; what stands in their folders cannot be compared."""
    old = Counter(f.fingerprint for f in before if _counts(f))
    left = old.copy()
    new, unchanged, unknown = [], [], []
    folders = {dirname(file) for file in unread}
    for finding in after:
        if not _counts(finding):
            continue
        if left[finding.fingerprint] > 0:
            left[finding.fingerprint] -= 1
            unchanged.append(finding)
        elif dirname(finding.span.file) in folders:
            unknown.append(finding)
        else:
            new.append(finding)
    fixed = []
    for finding in before:
        if _counts(finding) and left[finding.fingerprint] > 0:
            left[finding.fingerprint] -= 1
            fixed.append(finding)
    return Comparison(base, tuple(new), tuple(fixed), tuple(unchanged), tuple(unknown))


def marked(findings: Iterable[Finding], found: Comparison) -> tuple[Finding, ...]:
    """The findings, the unchanged ones as accepted: they were there before the change."""
    same = {id(finding) for finding in found.unchanged}
    known = Suppression("base", f"unchanged since {found.base}")
    return tuple(replace(f, suppressed=known) if id(f) in same else f for f in findings)


def _counts(finding: Finding) -> bool:
    return finding.certain and finding.suppressed is None
