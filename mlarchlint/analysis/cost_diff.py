"""What a change adds to a design's cost and takes from it, resource by resource."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from mlarchlint.model.estimate import Estimate, Gap, Money, ResourceEstimate
from mlarchlint.model.record import record
from mlarchlint.model.regex import regex

Place = tuple[str, str]  # (root module or file, address)
NOTHING = Money()
_MODULES = regex(r"^(module\.[^.\[]+(\[[^\]]*\])?\.)+")


@record(frozen=True, slots=True)
class Delta:
    """One resource before and after; None where it is not there. was: its place before, if it was another."""

    place: Place
    before: ResourceEstimate | None
    after: ResourceEstimate | None
    was: Place | None = None

    @property
    def action(self) -> str:
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    @property
    def change(self) -> Money:
        """Low against low and high against high."""
        old = self.before.monthly if self.before else NOTHING
        new = self.after.monthly if self.after else NOTHING
        return Money(new.low - old.low, new.high - old.high)

    @property
    def new_gaps(self) -> tuple[Gap, ...]:
        """What could be priced, or was not there, and now has no price."""
        known = {(gap.name, gap.why) for gap in self.before.gaps} if self.before else set()
        return tuple(
            gap for gap in (self.after.gaps if self.after else ()) if (gap.name, gap.why) not in known
        )


@record(frozen=True, slots=True)
class Difference:
    """deltas: only what differs, in the order of what it changes, the largest first.

    moved: how many of the unchanged stand in another module or file than before.
    """

    before: Money
    after: Money
    deltas: tuple[Delta, ...]
    unchanged: int
    as_of: str
    moved: int = 0

    @property
    def change(self) -> Money:
        return Money(self.after.low - self.before.low, self.after.high - self.before.high)

    @property
    def new_gaps(self) -> tuple[Gap, ...]:
        return tuple(gap for delta in self.deltas for gap in delta.new_gaps)

    @property
    def judged(self) -> Decimal:
        """The increase that counts: of the high figure; where the change adds what has no price, of the low one."""
        return self.change.low if self.new_gaps else self.change.high


def difference(
    before: Estimate, after: Estimate, old_places: Mapping[str, Place], new_places: Mapping[str, Place]
) -> Difference:
    """places: where the resource of each key stands, so that both sides name it alike."""
    old = _placed(before, old_places)
    new = _placed(after, new_places)
    moves = _moves(old, new)
    left = [place for place in old if place not in moves.values()]
    pairs = [(place, moves.get(place, place)) for place in dict.fromkeys((*new, *left))]
    deltas = [
        Delta(place, old.get(was), new.get(place), was if was != place else None)
        for place, was in pairs
        if _figures(old.get(was)) != _figures(new.get(place))
    ]
    deltas.sort(key=lambda delta: (-max(abs(delta.change.high), abs(delta.change.low)), delta.place))
    dates = [date for date in (before.as_of, after.as_of) if date]
    moved = len(moves) - sum(delta.was is not None for delta in deltas)
    unchanged, as_of = len(pairs) - len(deltas), min(dates, default="")
    return Difference(before.monthly, after.monthly, tuple(deltas), unchanged, as_of, moved)


def _moves(
    old: Mapping[Place, ResourceEstimate], new: Mapping[Place, ResourceEstimate]
) -> dict[Place, Place]:
    """New places with the old ones: the same resource in another module, root module or file.

    It has the same type and name; where several could be meant, those that cost the same are, and the last of both.
    """
    gone, come = _by_local(old, new), _by_local(new, old)
    found: dict[Place, Place] = {}
    for local, places in come.items():
        free, waiting = gone.get(local, []), []
        for place in places:
            same = next((one for one in free if _figures(old[one]) == _figures(new[place])), None)
            if same is None:
                waiting.append(place)
            else:
                found[place] = same
                free.remove(same)
        if len(waiting) == len(free) == 1:
            found[waiting[0]] = free[0]
    return found


def _by_local(
    here: Mapping[Place, ResourceEstimate], there: Mapping[Place, ResourceEstimate]
) -> dict[str, list[Place]]:
    """What is only on one side, by its address inside of its module."""
    found: dict[str, list[Place]] = {}
    for place in here:
        if place not in there:
            found.setdefault(_MODULES.sub("", place[1]), []).append(place)
    return found


def _placed(estimate: Estimate, places: Mapping[str, Place]) -> dict[Place, ResourceEstimate]:
    return {places[key]: found for key, found in estimate.resources.items() if found.items or found.gaps}


def _figures(found: ResourceEstimate | None) -> object:
    """What makes two accounts the same: items and gaps, not where they are written."""
    if found is None:
        return None
    items = [
        (i.name, i.quantity_low, i.quantity_high, i.row.service, i.row.sku, i.row.region, i.row.price)
        for i in found.items
    ]
    return items, [(gap.name, gap.why) for gap in found.gaps]
