"""Regions to try: near the users, where data may be, and where machines are cheapest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import combinations
from typing import Any

from mlarchlint.advise.candidate import ACROSS
from mlarchlint.advise.machines import machines_for
from mlarchlint.analysis.cost_ledger import DEFAULT_REGIONS
from mlarchlint.analysis.geography import Metro, metro_of, metros, round_trip
from mlarchlint.analysis.residency import allowed_regions
from mlarchlint.data import text_of
from mlarchlint.measures import region as plain_region
from mlarchlint.requirements import Requirements

_USUAL = "East US"  # where nothing says where users are
_NEAREST, _NEAR = 2, 6  # regions that are tried; among how many a cheaper one is looked for
_PAIRS = 3


@lru_cache(maxsize=1)
def _tables() -> Mapping[str, Mapping[str, Sequence[str]]]:
    import yaml

    text = text_of("designs/regions.yaml")
    data: Mapping[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return data


def regions_known(cloud: str) -> tuple[str, ...]:
    return tuple(_tables()[cloud])


def zones_in(cloud: str, region: str) -> tuple[str, ...]:
    """As resources name them: `us-east-1a`, `us-central1-a`, `1`."""
    joint = {"aws": region, "google": f"{region}-", "azure": ""}[cloud]
    return tuple(f"{joint}{zone}" for zone in _tables()[cloud][region])


def regions_to_try(cloud: str, needs: Requirements, given: Sequence[str]) -> tuple[str, ...]:
    """given: the regions that the caller allows, of any cloud; empty for all."""
    open_ones = _open(cloud, needs, given)
    if given:
        return tuple(open_ones)
    known = _homes(needs)
    if not known:
        usual = DEFAULT_REGIONS[cloud]
        return (usual,) if usual in open_ones else tuple(open_ones[:1])

    def distance(name: str) -> float:
        place = metro_of(name)
        if place is None:
            return float("inf")
        return sum(share * round_trip(home, place).ms for home, share in known)

    nearest = sorted(open_ones, key=lambda name: (distance(name), name))
    return _with_cheapest(cloud, needs, nearest)


def _open(cloud: str, needs: Requirements, given: Sequence[str]) -> list[str]:
    """Where data may be, of what the caller allows."""
    wanted = {plain_region(name) for name in given}
    allowed = allowed_regions(needs.items("data.residency.allowed_regions"))
    return [
        name
        for name in regions_known(cloud)
        if (not wanted or name in wanted) and (not allowed or name in allowed)
    ]


def _homes(needs: Requirements) -> list[tuple[Metro, float]]:
    """Where users are, as far as that is known, and how many of them."""
    homes = [
        (metro_of(str(user.get("region", ""))), float(str(user.get("share") or 1)))
        for user in needs.items("users")
    ]
    return [(home, share) for home, share in homes if home is not None]


def pairs_to_try(cloud: str, needs: Requirements, given: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Two regions for a design over both, the one that most users are nearer to first.

    The pairs from which users wait least on average, the one from which the farthest of them do,
    and a little farther one whose machines cost less.
    """
    apart = [
        (one, other)
        for one, other in combinations(_open(cloud, needs, given), 2)
        if ACROSS[cloud] and metro_of(one) is not None and metro_of(one) != metro_of(other)
    ]
    homes = _homes(needs) or [(metros()[_USUAL], 1.0)]
    mean = {pair: sum(share * _way(home, pair) for home, share in homes) for pair in apart}
    worst = {pair: max(_way(home, pair) for home, _ in homes) for pair in apart}
    nearest = sorted(apart, key=lambda pair: (mean[pair], _both_ways(pair, homes), pair))
    farthest = sorted(apart, key=lambda pair: (worst[pair], mean[pair], pair))[:1]
    prices = {pair: price for pair in nearest[:_NEAR] if (price := _price(cloud, pair, needs)) is not None}
    cheapest = sorted(prices, key=lambda pair: prices[pair])[:1]
    chosen = tuple(dict.fromkeys((*nearest[:1], *farthest, *cheapest, *nearest[1:])))[:_PAIRS]
    return tuple(_larger_first(pair, homes) for pair in chosen)


def _way(home: Metro, regions: Iterable[str]) -> float:
    """To the nearest of them."""
    return min(round_trip(home, place).ms for name in regions if (place := metro_of(name)))


def _both_ways(pair: tuple[str, str], homes: Sequence[tuple[Metro, float]]) -> float:
    """Of pairs that are as near, the one whose second region is nearer as well."""
    return sum(share * _way(home, (name,)) for home, share in homes for name in pair)


def _price(cloud: str, pair: tuple[str, str], needs: Requirements) -> Decimal | None:
    """An hour of the cheapest machine that both regions have; None where there is none."""
    here, there = (dict(machines_for(cloud, name, needs)) for name in pair)
    return min((price + there[name] for name, price in here.items() if name in there), default=None)


def _larger_first(pair: tuple[str, str], homes: Sequence[tuple[Metro, float]]) -> tuple[str, str]:
    first = sum(share for home, share in homes if _way(home, pair[:1]) <= _way(home, pair[1:]))
    return pair if 2 * first >= sum(share for _, share in homes) else (pair[1], pair[0])


def _with_cheapest(cloud: str, needs: Requirements, nearest: Sequence[str]) -> tuple[str, ...]:
    """The nearest ones, and a little farther one whose machines cost less, and the usual one."""
    prices = {name: found[0][1] for name in nearest[:_NEAR] if (found := machines_for(cloud, name, needs))}
    chosen = list(nearest[:_NEAREST])
    least = min((prices[name] for name in chosen if name in prices), default=None)
    cheaper = [
        name for name in nearest[_NEAREST:_NEAR] if name in prices and (least is None or prices[name] < least)
    ]
    further = sorted(cheaper, key=lambda name: prices[name])[:1]
    # Nowhere are more services priced than in the usual region.
    usual = [name for name in nearest[_NEAREST:_NEAR] if name == DEFAULT_REGIONS[cloud]]
    return tuple(dict.fromkeys((*chosen, *further, *usual)))
