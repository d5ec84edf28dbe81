"""Regions to try: near the users, where data may be, and where machines are cheapest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from mlarchlint.advise.machines import machines_for
from mlarchlint.analysis.cost_ledger import DEFAULT_REGIONS
from mlarchlint.analysis.geography import metro_of, round_trip
from mlarchlint.analysis.residency import allowed_regions
from mlarchlint.measures import region as plain_region
from mlarchlint.requirements import Requirements

_NEAREST, _NEAR = 2, 6  # regions that are tried; among how many a cheaper one is looked for


@lru_cache(maxsize=1)
def _tables() -> Mapping[str, Mapping[str, Sequence[str]]]:
    import yaml

    text = files("mlarchlint.data").joinpath("designs/regions.yaml").read_text("utf-8")
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
    wanted = {plain_region(name) for name in given}
    allowed = allowed_regions(needs.items("data.residency.allowed_regions"))
    open_ones = [
        name
        for name in regions_known(cloud)
        if (not wanted or name in wanted) and (not allowed or name in allowed)
    ]
    if wanted:
        return tuple(open_ones)
    homes = [
        (metro_of(str(user.get("region", ""))), float(str(user.get("share") or 1)))
        for user in needs.items("users")
    ]
    known = [(home, share) for home, share in homes if home is not None]
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
