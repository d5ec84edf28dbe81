"""Designs over two regions: fleets of the same machines, each as large as what may fall on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from mlarchlint.advise.candidate import FORMS, MANAGED, PURCHASES, Candidate, Second, edges_across
from mlarchlint.advise.machines import containers_for, functions_for, machines_for, on_arm
from mlarchlint.advise.places import zones_in
from mlarchlint.advise.space import CHEAPEST, LARGEST, NO_QUEUE, Space, size_for, sold_in, warm
from mlarchlint.analysis.capacity import Capacity
from mlarchlint.analysis.load import instances_needed
from mlarchlint.analysis.regional_share import shares_between
from mlarchlint.requirements import Requirements

ZONES = (2, 3)  # in each region
ONE_REGION = Decimal("99.99")  # percent that a region is designed for
_ALL = (1.0, 1.0)


def asks_for_two(needs: Requirements) -> bool:
    """Whether no design in one region can be enough."""
    availability = needs.number("slo.availability")
    return bool(needs.flag("resilience.survive_region_loss")) or (availability or 0) > ONE_REGION


@dataclass(slots=True)
class Across:
    """space: of one region, which knows what a machine serves."""

    space: Space
    pairs: Sequence[tuple[str, str]]

    def shapes(self) -> Iterator[tuple[Candidate, ...]]:
        """Candidates that differ in their machines, and the zones that those are spread over."""
        cloud = self.space.cloud
        caches = self.space.caches
        for pair in self.pairs:
            for form in FORMS[cloud]:
                for edge in edges_across(cloud, form) if form in MANAGED else ():
                    for cache in caches if form == "containers" else (False,):
                        yield from ((one,) for one in self._managed(pair, form, edge, cache))
            for cache in caches:
                for edge in edges_across(cloud, "machines"):
                    found = tuple(
                        replace(one, purchase=purchase)
                        for zones in ZONES
                        for one in self._machines(pair, edge, zones, cache)
                        for purchase in self._purchases(one)
                    )
                    if found:
                        yield found

    def _shares(self, pair: tuple[str, str]) -> tuple[float, ...]:
        """Of the load, on each; all of it where that is not known."""
        return shares_between(pair, self.space.config.requirements) or _ALL

    def _purchases(self, one: Candidate) -> Iterator[str]:
        for purchase in PURCHASES[one.cloud]:
            if all(purchase in self.space.purchases(region, one.machine) for region in one.regions):
                yield purchase

    def _machines(self, pair: tuple[str, str], edge: str, zones: int, cache: bool) -> list[Candidate]:
        """Of the machines that both regions have, those whose fleets cost least."""
        needs, cloud = self.space.config.requirements, self.space.cloud
        prices = [dict(machines_for(cloud, region, needs)) for region in pair]
        found = []
        for machine in (name for name in prices[0] if name in prices[1]):
            capacity = self.space.capacity(pair[0], machine, cache)
            sizes = [_sizes(capacity, zones, needs, share) for share in self._shares(pair)]
            enough = all(self.space.sustains(machine, capacity, least) for least, _ in sizes)
            if not enough or max(most for _, most in sizes) > LARGEST:
                continue
            (least, most), second = sizes[0], Second(pair[1], *sizes[1])
            one = Candidate(cloud, pair[0], machine, zones, least, most, edge, cache=cache, second=second)
            found.append((prices[0][machine] * most + prices[1][machine] * second.most, machine, one))
        ordered = [one for _, _, one in sorted(found, key=lambda each: each[:2])]
        x86 = [one for one in ordered if not on_arm(cloud, one.machine)]
        cheapest = ordered[:CHEAPEST]
        return [*cheapest[:-1], x86[0]] if x86 and x86[0] not in cheapest else cheapest

    def _managed(self, pair: tuple[str, str], form: str, edge: str, cache: bool) -> Iterator[Candidate]:
        cloud, needs = self.space.cloud, self.space.config.requirements
        if not all(sold_in(cloud, region, form) for region in pair):
            return
        sizes = containers_for(cloud, needs) if form == "containers" else functions_for(needs)
        least, zones = warm(cloud), min(len(zones_in(cloud, region)) for region in pair)
        for size in sizes[:CHEAPEST]:
            capacity = self.space.served(pair[0], form, size, cache)
            needed = capacity.needed if capacity is not None and capacity.needed else 1
            # The other one may have to serve everybody from one moment to the next.
            most = 2 * max(least, needed) + (NO_QUEUE if form == "functions" else 0)
            if most <= LARGEST:
                second = Second(pair[1], least, most)
                yield Candidate(
                    cloud, pair[0], size, zones, least, most, edge, cache=cache, form=form, second=second
                )


def _sizes(capacity: Capacity | None, zones: int, needs: Requirements, share: float) -> tuple[int, int]:
    """The least carries its share, also without a zone; the most what everybody asks, without the other region."""
    if capacity is None or capacity.throughput is None:
        return size_for(None, zones, None)
    peak = capacity.origin_peak * share
    part = replace(
        capacity,
        origin_peak=peak,
        needed=instances_needed(peak, capacity.throughput.rps, capacity.utilisation),
    )
    least, most = size_for(part, zones, needs.flag("resilience.survive_zone_loss"))
    return least, max(most, (capacity.needed or 0) + zones)
