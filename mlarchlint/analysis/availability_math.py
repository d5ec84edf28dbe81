"""The probability behind composite availability: groups over zones, and structures of components.

Everything assumes that components fail independently of each other; what does not is one component.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from math import comb
from typing import Union

from mlarchlint.model.record import record

MINUTES_A_MONTH = 43_200  # 30 days
ZONE = 0.999  # design target of one zone
INSTANCE, REPLACED_INSTANCE = 0.995, 0.999  # one machine; one that is health-checked and replaced
REGION = 0.9999  # design target of a service over several zones of a region
GLOBAL = 0.99999  # design target over several regions
SWITCH = 0.999  # a health-checked failover does what it should
_MOST_PIVOTS = 25


def group_availability(
    zones: Sequence[int], needed: int, zone: float = ZONE, instance: float = INSTANCE, cap: float = 1.0
) -> float:
    """The probability that `needed` instances are up. zones: how many instances each zone holds."""
    if needed <= 0:
        return cap
    total = 0.0
    for up in product((True, False), repeat=len(zones)):
        weight = 1.0
        for alive in up:
            weight *= zone if alive else 1 - zone
        running = sum(count for count, alive in zip(zones, up, strict=True) if alive)
        total += weight * at_least(needed, running, instance)
    return min(cap, total)


@lru_cache(maxsize=4096)
def at_least(needed: int, count: int, instance: float) -> float:
    """The probability that at least `needed` of `count` instances are up."""
    if needed > count:
        return 0.0
    down = 1 - instance
    # The shorter tail is summed, which also keeps the digits of figures close to 1.
    return 1 - sum(
        comb(count, failed) * down**failed * instance ** (count - failed)
        for failed in range(count - needed + 1, count + 1)
    )


def spread(instances: int, zones: int) -> tuple[int, ...]:
    """Instances shared out as evenly as schedulers do it."""
    zones = max(1, min(zones, instances)) if instances else 1
    return tuple(instances // zones + (1 if place < instances % zones else 0) for place in range(zones))


@record(frozen=True, slots=True)
class Series:
    """All parts are needed. A part is a component's name or a structure."""

    parts: tuple[Structure, ...]


@record(frozen=True, slots=True)
class Parallel:
    """One part is enough."""

    parts: tuple[Structure, ...]


Structure = Union[str, Series, Parallel]
_WORKS, _FAILS = Series(()), Parallel(())


def components_in(structure: Structure) -> Iterator[str]:
    """The names, as often as they occur."""
    if isinstance(structure, str):
        yield structure
    else:
        for part in structure.parts:
            yield from components_in(part)


def availability(structure: Structure, figures: Mapping[str, float]) -> tuple[float, float]:
    """Bounds on the availability; both are the exact figure unless very much is shared.

    A component that occurs more than once is one component: the structure is decomposed on it
    (Shannon), once as working and once as failed.
    """
    memo: dict[Structure, tuple[float, float]] = {}
    return _evaluate(_simple(structure), figures, memo, _MOST_PIVOTS)


def _evaluate(
    structure: Structure,
    figures: Mapping[str, float],
    memo: dict[Structure, tuple[float, float]],
    pivots: int,
) -> tuple[float, float]:
    if isinstance(structure, str):
        return figures[structure], figures[structure]
    if structure in memo:
        return memo[structure]
    shared = _shared(structure)
    if shared is None:
        low, high = _product(structure, figures, memo, pivots)
    elif pivots == 0:
        # Monotone: with everything that is shared failed, or working, the truth lies between.
        low, high = 0.0, 1.0
    else:
        share = figures[shared]
        up = _evaluate(_simple(_set(structure, shared, True)), figures, memo, pivots - 1)
        down = _evaluate(_simple(_set(structure, shared, False)), figures, memo, pivots - 1)
        low = share * up[0] + (1 - share) * down[0]
        high = share * up[1] + (1 - share) * down[1]
    memo[structure] = low, high
    return low, high


def _product(
    structure: Series | Parallel,
    figures: Mapping[str, float],
    memo: dict[Structure, tuple[float, float]],
    pivots: int,
) -> tuple[float, float]:
    low = high = 1.0
    serial = isinstance(structure, Series)
    for part in structure.parts:
        bounds = _evaluate(part, figures, memo, pivots)
        low *= bounds[0] if serial else 1 - bounds[0]
        high *= bounds[1] if serial else 1 - bounds[1]
    return (low, high) if serial else (1 - low, 1 - high)


def _shared(structure: Series | Parallel) -> str | None:
    """A component that occurs in more than one part, the most frequent first; None if parts are apart."""
    owners: Counter[str] = Counter()
    for part in structure.parts:
        owners.update(set(components_in(part)))
    name, count = max(owners.items(), key=lambda owner: (owner[1], owner[0]), default=("", 0))
    return name if count > 1 else None


def _set(structure: Structure, name: str, works: bool) -> Structure:
    if isinstance(structure, str):
        return structure if structure != name else (_WORKS if works else _FAILS)
    return type(structure)(tuple(_set(part, name, works) for part in structure.parts))


def _simple(structure: Structure) -> Structure:
    """Flattened, without what is decided; a repeated component counts once."""
    if isinstance(structure, str):
        return structure
    serial = isinstance(structure, Series)
    neutral, decided = (_WORKS, _FAILS) if serial else (_FAILS, _WORKS)
    parts: dict[Structure, None] = {}
    for part in map(_simple, structure.parts):
        if part == decided:
            return decided
        if isinstance(part, type(structure)):
            parts.update(dict.fromkeys(part.parts))
        elif part != neutral:
            parts[part] = None
    return next(iter(parts)) if len(parts) == 1 else type(structure)(tuple(parts))


def downtime_minutes(share: float) -> float:
    """Minutes of a 30-day month in which it does not work."""
    return (1 - share) * MINUTES_A_MONTH
