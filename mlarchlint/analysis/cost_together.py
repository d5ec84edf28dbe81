"""What the findings would save together. Two savings of one part of a resource are alternatives: one counts."""

from __future__ import annotations

from collections.abc import Iterable

from mlarchlint.model.estimate import WAYS, Money
from mlarchlint.model.finding import Finding, Suppression
from mlarchlint.model.record import record


@record(frozen=True, slots=True)
class Option:
    """A finding that saves. others: those that save on the same part of the same resource.

    instead_of: those of them that are part of the sum, in which it is not; of alternatives that is what saves most.
    """

    finding: Finding
    way: str
    monthly: Money
    others: tuple[Finding, ...] = ()
    instead_of: tuple[Finding, ...] = ()

    @property
    def counted(self) -> bool:
        return not self.instead_of


def options_of(findings: Iterable[Finding]) -> tuple[Option, ...]:
    """In the order of the ways, the largest first. What was accepted with a reason is no option."""
    saving = [one for one in findings if one.saving is not None and one.certain and _is_open(one.suppressed)]
    parts = [_parts(one) for one in saving]
    chosen = _chosen(saving, parts)
    found = []
    of_part: dict[tuple[str, str], list[int]] = {}
    for place, mine in enumerate(parts):
        for part in mine:
            of_part.setdefault(part, []).append(place)
    for place, one in enumerate(saving):
        assert one.saving is not None
        rivals = sorted({at for part in parts[place] for at in of_part[part]} - {place})
        others = tuple(saving[at] for at in rivals)
        larger = () if place in chosen else tuple(saving[at] for at in rivals if at in chosen)
        found.append(Option(one, one.saving.way, one.saving.money, others, larger))
    return tuple(sorted(found, key=lambda one: (WAYS.index(one.way), *_most_first(one.finding))))


def saved_together(options: Iterable[Option]) -> Money:
    total = Money()
    for one in options:
        if one.counted:
            total = total + one.monthly
    return total


def _is_open(suppressed: Suppression | None) -> bool:
    """A baseline only says that it was there before."""
    return suppressed is None or suppressed.how == "baseline"


def _parts(finding: Finding) -> set[tuple[str, str]]:
    assert finding.saving is not None
    return {(key, finding.saving.part) for key in finding.saving.keys or finding.keys}


def _chosen(saving: list[Finding], parts: list[set[tuple[str, str]]]) -> set[int]:
    """The largest first, as long as no part of it is taken."""
    taken: set[tuple[str, str]] = set()
    chosen: set[int] = set()
    for place in sorted(range(len(saving)), key=lambda at: _most_first(saving[at])):
        if taken.isdisjoint(parts[place]):
            chosen.add(place)
            taken |= parts[place]
    return chosen


def _most_first(finding: Finding) -> tuple[object, ...]:
    assert finding.saving is not None
    money = finding.saving.money
    return (
        -money.high,
        -money.low,
        finding.rule,
        finding.subject.address,
        finding.span.file,
        finding.span.line,
    )
