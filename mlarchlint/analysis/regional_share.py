"""How the load falls on fleets of several regions: users are served by the nearest one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlarchlint.analysis.fleet import Fleet
from mlarchlint.analysis.geography import Metro, metro_of, round_trip
from mlarchlint.analysis.load import Load
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.truth import Truth
from mlarchlint.requirements import Requirements

_ANYWHERE = ("weighted", "multivalue")  # records that do not ask where a user is


def shares_of(graph: ResourceGraph, fleets: Sequence[Fleet], requirements: Requirements) -> tuple[float, ...]:
    """Of the whole load, by fleet; all of it where the DNS only turns to the others in need. With the loss of a region to be survived, the most that may fall on it.

    Empty unless each fleet has a known region of its own, and what falls on each is known.
    """
    regions = [fleet.node["region"].text() or "" for fleet in fleets]
    policies = [record["policy"] for record in graph.of_kind("dns_record")]
    if any(policy.equals("failover") is not Truth.NO for policy in policies):
        return tuple(1.0 for _ in fleets) if shares_between(regions, requirements) else ()
    by_place = all(policy.text() not in _ANYWHERE for policy in policies)
    return shares_between(regions, requirements, by_place)


def shares_between(
    regions: Sequence[str], requirements: Requirements, by_place: bool = True
) -> tuple[float, ...]:
    """What falls on each of several regions; empty where that is not known. by_place: users go to the nearest."""
    known = [place for place in map(metro_of, regions) if place is not None]
    if len(regions) < 2 or len({place.name for place in known}) != len(regions):
        return ()
    users = _weights(requirements.items("users")) if by_place else []
    if not users:
        # Wherever they are, and whoever serves them: without the other one, one of two serves all.
        both = len(regions) == 2 and requirements.flag("resilience.survive_region_loss")
        return (1.0, 1.0) if both else ()
    shares = _nearest(known, users)
    if requirements.flag("resilience.survive_region_loss"):
        for lost in range(len(known)):
            rest = _nearest([place for index, place in enumerate(known) if index != lost], users)
            rest.insert(lost, 0.0)
            shares = [max(before, after) for before, after in zip(shares, rest, strict=True)]
    return tuple(shares)


def _weights(users: Sequence[Mapping[str, object]]) -> list[tuple[Metro, float]]:
    """By place, summing up to one; empty where the place of one is not known."""
    homes = [(metro_of(str(user.get("region", ""))), _share(user)) for user in users]
    found = [(home, weight) for home, weight in homes if home is not None]
    total = sum(weight for _, weight in found)
    return [(home, weight / total) for home, weight in found] if len(found) == len(homes) and total else []


def _share(user: Mapping[str, object]) -> float:
    stated = user.get("share")
    return float(str(stated)) if stated is not None else 1.0


def _nearest(places: Sequence[Metro], users: Sequence[tuple[Metro, float]]) -> list[float]:
    shares = [0.0] * len(places)
    for home, weight in users:
        nearest = min(range(len(places)), key=lambda index: round_trip(home, places[index]).ms)
        shares[nearest] += weight
    return shares


def part_of_load(load: Load, share: float) -> Load:
    how = f"{load.how}, of which {share:.0%} fall on this region"
    return Load(load.average * share, load.peak * share, how)
