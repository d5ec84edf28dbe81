"""What is worth knowing beside the requirements: quotas to check, prices and offers of other regions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mlarchlint.analysis.azure_regions import is_without_zones
from mlarchlint.analysis.figures import rate
from mlarchlint.analysis.latency import mean_round_trip
from mlarchlint.analysis.quotas import Demand, demands
from mlarchlint.analysis.region_offers import Offer, candidates, home_of, not_sold, offer, services_lacking
from mlarchlint.analysis.service_offers import Lacking, source_of
from mlarchlint.design import Design
from mlarchlint.model.estimate import Money
from mlarchlint.model.record import record
from mlarchlint.model.span import NOWHERE, SourceSpan


@record(frozen=True, slots=True)
class Note:
    """topic: quota, offer or region. source: where the figure is from. No verdict hangs on it."""

    topic: str
    text: str
    details: tuple[str, ...] = ()
    source: str = ""
    span: SourceSpan = NOWHERE


def notes(design: Design) -> tuple[Note, ...]:
    """In the order: quotas, what a region does not sell, the same design in other regions.

    Nothing where no requirements are written.
    """
    if not design.requirements.data:
        return ()
    return (*_quotas(design), *_not_sold(design), *_not_offered(design), *_regions(design))


def _quotas(design: Design) -> Iterator[Note]:
    for demand in demands(design.graph, design.capacities):
        quota = demand.quota
        default = f"{quota.default:,} by default" if quota.default is not None else "set for each project"
        code = f" ({quota.code})" if quota.code else ""
        where = f" in {demand.region}" if demand.region else ""
        text = f"{quota.name}{code}{where}: {rate(demand.amount)} {quota.unit} at most, {default}"
        yield Note("quota", text, _who(demand), f"{quota.source}, {quota.date}", demand.of[0][0].span)


def _who(demand: Demand) -> tuple[str, ...]:
    return tuple(f"{node.address}: {rate(amount)}" for node, amount in demand.of[:5])


def _not_sold(design: Design) -> Iterator[Note]:
    for found in not_sold(design.graph, design.catalog):
        places = ", ".join(found.elsewhere[:4]) + (", ..." if len(found.elsewhere) > 4 else "")
        text = (
            f"{found.node.address}: {found.machine} has no price in {found.region}, and one in "
            f"{len(found.elsewhere)} other regions ({places}): see whether it is offered there"
        )
        yield Note("offer", text, (), "the price catalog", found.node["instance_type"].span)


def _not_offered(design: Design) -> Iterator[Note]:
    """One note for each service and region, with all that ask for it."""
    for found, nodes in services_lacking(design.graph):
        places = ", ".join(found.elsewhere[:4]) + (", ..." if len(found.elsewhere) > 4 else "")
        text = (
            f"{_lacks(found)} in {found.region}, and {len(found.elsewhere)} other regions have it ({places})"
        )
        if not found.by_all:
            text += ": see whether it is offered there"
        yield Note("offer", text, tuple(node.address for node in nodes), source_of(found), nodes[0].span)


def _lacks(found: Lacking) -> str:
    if found.by_all:
        return f"{found.service} is not offered"
    return f"{found.service}: CloudFormation has no {found.made_by}"


def _regions(design: Design) -> Iterator[Note]:
    """Where data may be, or the users are."""
    home = home_of(design.graph, design.estimate)
    if home is None:
        return
    needs = design.requirements
    allowed = [str(name) for name in needs.items("data.residency.allowed_regions")]
    for region in candidates(*home, allowed, needs.items("users"), design.catalog):
        there = offer(design.graph, design.estimate, home, region, design.catalog)
        text = _compared(there, home[1])
        if not there.here.high and not there.unsold and not services_lacking(design.graph, home, region):
            continue
        yield Note("region", text, tuple(_about(design, home, there)), "the price catalog")


def _compared(there: Offer, home: str) -> str:
    if not there.here.high:
        return f"the same design in {there.region}: nothing of what it costs in {home} has a price there"
    change = (there.there.high / there.here.high - 1) * 100
    return (
        f"the same design in {there.region}: {_money(there.there)} a month where {home} costs "
        f"{_money(there.here)} ({change:+.0f} %)"
    )


def _about(design: Design, home: tuple[str, str], there: Offer) -> Iterator[str]:
    """How far it is, what the region lacks, and what the comparison leaves out."""
    users = [user for user in design.requirements.items("users") if isinstance(user, Mapping)]
    far, now = mean_round_trip(users, there.region), mean_round_trip(users, home[1])
    if far is not None and now is not None:
        yield f"a round trip of the users: {far:,.0f} ms on average, {now:,.0f} ms to {home[1]}"
    if home[0] == "azure" and is_without_zones(there.region):
        yield "it has no availability zones"
    for found, nodes in services_lacking(design.graph, home, there.region):
        yield f"{_lacks(found)} there ({', '.join(node.address for node in nodes[:3])})"
    for address, what in there.unsold[:5]:
        yield f"{what} has no price there, while other machines have ({address})"
    if there.unpriced:
        named = ", ".join(there.unpriced)
        yield f"compared without {named}: no price in the catalog of {there.region}, {_money(there.left_out)} a month in {home[1]}"


def _money(amount: Money) -> str:
    low, high = f"${amount.low:,.0f}", f"${amount.high:,.0f}"
    return low if low == high else f"{low} to {high}"
