"""The designs that could meet requirements: a small space, spanned before anything is judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from mlarchlint.advise.candidate import FORMS, MANAGED, PURCHASES, Candidate, edges_of
from mlarchlint.advise.commitments import costs_less_committed, term_to_try
from mlarchlint.advise.evaluation import designed
from mlarchlint.advise.machines import (
    containers_for,
    endpoints_for,
    functions_for,
    machines_for,
    may_lack_credits,
    on_arm,
)
from mlarchlint.advise.places import zones_in
from mlarchlint.advise.writing import terraform
from mlarchlint.analysis.capacity import Capacity
from mlarchlint.analysis.load import needed_to_survive_a_zone
from mlarchlint.config import Config
from mlarchlint.prices import embedded

ZONES = (1, 2, 3)
_CACHEABLE = Decimal("0.1")  # from this share of repeated inputs on a cache of predictions is tried
LARGEST = 1000  # instances of one fleet; what needs more is no design of this kind
CHEAPEST = 3  # machine types that are tried in each place
_SPOT = {"aws": "ec2-spot"}
# Requests at once beside those of the peak: a function that is busy turns the next one away.
NO_QUEUE = 10
# Replicas that are always warm: one has a place in one zone alone, where the provider does not say otherwise.
# https://learn.microsoft.com/azure/reliability/reliability-azure-container-apps
_WARM = {"azure": 2}
# The price that says whether a form is sold in a region.
_SOLD = {
    ("aws", "functions"): ("lambda", "duration"),
    ("google", "containers"): ("cloud-run", "vcpu"),
    ("azure", "containers"): ("container-apps", "vcpu"),
}


def warm(cloud: str) -> int:
    return _WARM.get(cloud, 1)


def sold_in(cloud: str, region: str, form: str) -> bool:
    return embedded().price(cloud, region, *_SOLD[cloud, form]) is not None


@dataclass(slots=True)
class Space:
    """What a machine serves is worked out once for all zones, edges and regions."""

    cloud: str
    config: Config
    regions: Sequence[str]
    _known: dict[tuple[str, str, bool], Capacity | None] = field(default_factory=dict)

    def shapes(self) -> Iterator[tuple[Candidate, ...]]:
        """Candidates that differ in their machines alone, the one to try first at the head."""
        caches = self.caches
        for region in self.regions:
            for form in FORMS[self.cloud]:
                # The functions that are written have no network, in which a cache would be.
                for cache in caches if form == "containers" else (False,):
                    yield from ((one,) for one in self._managed(region, form, cache))
            for zones in ZONES:
                for cache in caches:
                    yield from self._of_machines(region, zones, cache)
                yield from self._of_endpoints(region, zones)

    def _of_machines(self, region: str, zones: int, cache: bool) -> Iterator[tuple[Candidate, ...]]:
        sized = self._sized(region, "machines", zones, cache)
        for edge in edges_of(self.cloud, "machines") if sized else ():
            yield tuple(
                Candidate(
                    self.cloud,
                    region,
                    machine,
                    zones,
                    least,
                    most,
                    edge,
                    purchase,
                    cache,
                    committed=committed,
                )
                for machine, least, most in sized
                for purchase in self.purchases(region, machine)
                for committed in self._commitments(region, machine)
            )

    def _of_endpoints(self, region: str, zones: int) -> Iterator[tuple[Candidate, ...]]:
        """The gateway calls the endpoint itself: no cache of predictions has a place between them."""
        form = "endpoints"
        sized = self._sized(region, form, zones, False) if form in FORMS[self.cloud] else []
        for edge in edges_of(self.cloud, form) if sized else ():
            yield tuple(
                Candidate(self.cloud, region, machine, zones, least, most, edge, form=form)
                for machine, least, most in sized
            )

    @property
    def caches(self) -> tuple[bool, ...]:
        """Without one first."""
        repeats = (self.config.requirements.number("traffic.cacheable") or 0) >= _CACHEABLE
        return (False, True) if repeats else (False,)

    def _managed(self, region: str, form: str, cache: bool) -> Iterator[Candidate]:
        """Spread over the zones by the provider: no number of zones is chosen. None where they have no price."""
        if form not in MANAGED or not sold_in(self.cloud, region, form):
            return
        needs = self.config.requirements
        sizes = containers_for(self.cloud, needs) if form == "containers" else functions_for(needs)
        least, zones = warm(self.cloud), len(zones_in(self.cloud, region))
        for size in sizes[:CHEAPEST]:
            for edge in edges_of(self.cloud, form):
                capacity = self.served(region, form, size, cache)
                needed = capacity.needed if capacity is not None and capacity.needed else 1
                most = 2 * max(least, needed) + (NO_QUEUE if form == "functions" else 0)
                if most <= LARGEST:
                    yield Candidate(
                        self.cloud, region, size, zones, least, most, edge, cache=cache, form=form
                    )

    def purchases(self, region: str, machine: str) -> tuple[str, ...]:
        return tuple(
            purchase
            for purchase in PURCHASES[self.cloud]
            if purchase != "spot" or embedded().price(self.cloud, region, _SPOT[self.cloud], machine)
        )

    def _commitments(self, region: str, machine: str) -> Iterator[str]:
        """How long the least size is committed to: not at all, first of all."""
        yield ""
        term = term_to_try(self.config.requirements)
        if term and costs_less_committed(self.cloud, region, machine, term):
            yield term

    def _sized(self, region: str, form: str, zones: int, cache: bool) -> list[tuple[str, int, int]]:
        """(machine, least, most) of the fleets that cost least, as far as machines alone go."""
        found = []
        needs = self.config.requirements
        survive = needs.flag("resilience.survive_zone_loss")
        known = endpoints_for if form == "endpoints" else machines_for
        for machine, price in known(self.cloud, region, needs):
            capacity = self.capacity(region, machine, cache, form)
            least, most = size_for(capacity, zones, survive)
            if most > LARGEST:
                continue
            if self.sustains(machine, capacity, least):
                found.append((price * most, machine, least, most))
        cheapest, x86 = (
            sorted(found)[:CHEAPEST],
            [one for one in sorted(found) if not on_arm(self.cloud, one[1])],
        )
        # One of them runs what is not built for Arm.
        chosen = [*cheapest[:-1], x86[0]] if x86 and x86[0] not in cheapest else cheapest
        return [(machine, least, most) for _, machine, least, most in chosen]

    def sustains(self, machine: str, capacity: Capacity | None, least: int) -> bool:
        """Not what serves the average load on borrowed credits."""
        return not may_lack_credits(self.cloud, machine) or _earns_its_credits(capacity, least)

    def capacity(self, region: str, machine: str, cache: bool, form: str = "machines") -> Capacity | None:
        """Of some fleet of such machines: what one of them serves is the same in all."""
        if (form, machine, cache) not in self._known:
            edge, purchase = edges_of(self.cloud, form)[0], next(iter(PURCHASES[self.cloud]))
            probe = Candidate(self.cloud, region, machine, 2, 2, 4, edge, purchase, cache, form)
            self._known[form, machine, cache] = self._of(probe)
        return self._known[form, machine, cache]

    def served(self, region: str, form: str, size: str, cache: bool) -> Capacity | None:
        """Of containers or functions of such a size."""
        if (form, size, cache) not in self._known:
            edge, zones = edges_of(self.cloud, form)[0], len(zones_in(self.cloud, region))
            least = warm(self.cloud)
            probe = Candidate(self.cloud, region, size, zones, least, 2, edge, cache=cache, form=form)
            self._known[form, size, cache] = self._of(probe)
        return self._known[form, size, cache]

    def _of(self, probe: Candidate) -> Capacity | None:
        files = terraform(probe, self.config.requirements, zones_in(probe.cloud, probe.region))
        return next(iter(designed(files, self.config).capacities), None)


def size_for(capacity: Capacity | None, zones: int, survive: bool | None) -> tuple[int, int]:
    """The least and the most instances: what is needed, also without a zone unless that is accepted; room to grow."""
    redundant = max(2, zones)
    if capacity is None or capacity.needed is None or capacity.throughput is None:
        # The load is not known: the autoscaler may double what redundancy asks for.
        return redundant, 2 * redundant
    least = redundant
    if survive is not False:
        steady = needed_to_survive_a_zone(
            capacity.origin_peak, capacity.throughput.rps, zones, capacity.utilisation
        )
        least = max(redundant, steady)
    return least, max(least, capacity.needed) + zones


def _earns_its_credits(capacity: Capacity | None, least: int) -> bool:
    """Whether the average load stays below what burstable machines serve without end; no where that is not known."""
    sustained = capacity.throughput.sustained if capacity and capacity.throughput else None
    return capacity is not None and sustained is not None and least * sustained >= capacity.load.average
