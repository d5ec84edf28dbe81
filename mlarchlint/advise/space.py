"""The designs that could meet requirements: a small space, spanned before anything is judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mlarchlint.advise.candidate import EDGES, PURCHASES, Candidate
from mlarchlint.advise.evaluation import designed
from mlarchlint.advise.machines import machines_for, may_lack_credits
from mlarchlint.advise.places import zones_in
from mlarchlint.advise.writing import terraform
from mlarchlint.analysis.capacity import Capacity
from mlarchlint.config import Config
from mlarchlint.prices import embedded

ZONES = (1, 2, 3)
_CACHEABLE = Decimal("0.1")  # from this share of repeated inputs on a cache of predictions is tried
_CHEAPEST = 3  # machine types that are tried in each place
_SPOT = {"aws": "ec2-spot"}
_Sizes = dict[tuple[str, int, bool], "tuple[int, int] | None"]


@dataclass(slots=True)
class Space:
    """Sizes depend on machine and zones alone: they are worked out once for all edges and regions."""

    cloud: str
    config: Config
    regions: Sequence[str]

    def shapes(self) -> Iterator[tuple[Candidate, ...]]:
        """Candidates that differ in their machines alone, the one to try first at the head."""
        sizes: _Sizes = {}
        repeats = (self.config.requirements.number("traffic.cacheable") or 0) >= _CACHEABLE
        for region in self.regions:
            for zones in ZONES:
                for cache in (False, True) if repeats else (False,):
                    sized = self._sized(region, zones, cache, sizes)
                    for edge in EDGES[self.cloud] if sized else ():
                        yield tuple(
                            Candidate(self.cloud, region, machine, zones, least, most, edge, purchase, cache)
                            for machine, least, most in sized
                            for purchase in self._purchases(region, machine)
                        )

    def _purchases(self, region: str, machine: str) -> Iterator[str]:
        for purchase in PURCHASES[self.cloud]:
            priced = purchase != "spot" or embedded().price(self.cloud, region, _SPOT[self.cloud], machine)
            if priced:
                yield purchase

    def _sized(self, region: str, zones: int, cache: bool, sizes: _Sizes) -> list[tuple[str, int, int]]:
        """(machine, least, most) of the fleets that cost least, as far as machines alone go."""
        found = []
        for machine, price in machines_for(self.cloud, region, self.config.requirements):
            key = (machine, zones, cache)
            if key not in sizes:
                sizes[key] = self._size(region, machine, zones, cache)
            size = sizes[key]
            if size is not None:
                found.append((price * size[1], machine, *size))
        return [(machine, least, most) for _, machine, least, most in sorted(found)[:_CHEAPEST]]

    def _size(self, region: str, machine: str, zones: int, cache: bool) -> tuple[int, int] | None:
        """None where what a burstable machine serves without end is not known, or not enough."""
        edge, purchase = next(iter(EDGES[self.cloud])), next(iter(PURCHASES[self.cloud]))
        probe = Candidate(self.cloud, region, machine, zones, 2, 2 + zones, edge, purchase, cache)
        capacity = next(iter(self.capacities(probe)), None)
        size = size_for(capacity, zones, self.config.requirements.flag("resilience.survive_zone_loss"))
        if not may_lack_credits(self.cloud, machine):
            return size
        sustained = capacity.throughput.sustained if capacity and capacity.throughput else None
        if capacity is None or sustained is None or size[0] * sustained < capacity.load.average:
            return None
        return size

    def capacities(self, candidate: Candidate) -> tuple[Capacity, ...]:
        files = terraform(candidate, self.config.requirements, zones_in(candidate.cloud, candidate.region))
        return designed(files, self.config).capacities


def size_for(capacity: Capacity | None, zones: int, survive: bool | None) -> tuple[int, int]:
    """The least and the most instances: what is needed, also without a zone unless that is accepted; room to grow."""
    redundant = max(2, zones)
    if capacity is None or capacity.needed is None:
        # The load is not known: the autoscaler may double what redundancy asks for.
        return redundant, 2 * redundant
    steady = capacity.needed_with_zone_loss if survive is not False else 0
    least = max(redundant, steady or 0)
    return least, max(least, capacity.needed) + zones
