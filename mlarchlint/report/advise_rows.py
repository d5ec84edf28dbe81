"""What a proposed design is and what it reaches, in the words of all advice reports."""

from __future__ import annotations

from collections.abc import Iterator

from mlarchlint.advise.assessment import Assessment
from mlarchlint.advise.candidate import MANAGED, Candidate
from mlarchlint.advise.commitments import YEARS
from mlarchlint.advise.machines import on_arm
from mlarchlint.advise.search import Advice
from mlarchlint.analysis.capacity import Capacity
from mlarchlint.analysis.figures import milliseconds, minutes_down, percent
from mlarchlint.model.estimate import Money

EDGES = {
    ("aws", "direct"): "load balancer",
    ("aws", "cdn"): "CloudFront, load balancer",
    ("aws", "cdn-failover"): "CloudFront, load balancer; DNS goes around the CDN while it is down",
    ("aws", "accelerator"): "Global Accelerator, load balancer",
    ("aws", "api"): "API Gateway",
    ("aws", "api-cdn-failover"): "CloudFront, API Gateway; DNS goes around the CDN while it is down",
    ("aws", "records"): "latency records of Route 53 with health checks, load balancers",
    ("aws", "api-records"): "latency records of Route 53 with health checks, API Gateways",
    ("google", "global"): "global load balancer",
    ("azure", "gateway"): "Application Gateway",
    ("azure", "frontdoor"): "Front Door, load balancer",
}
CLOUDS = {"aws": "AWS", "google": "Google Cloud", "azure": "Azure"}


def rows(one: Assessment) -> Iterator[tuple[str, str]]:
    """(what, figure), in the order of the table. The same rows for every design of one set of requirements."""
    candidate = one.candidate
    yield "region", " and ".join(candidate.regions)
    yield "fleet", machines(one)
    each = " in each region" if candidate.second else ""
    yield "zones", "by the provider" if candidate.form in MANAGED else f"{candidate.zones}{each}"
    yield "entry", _entry(candidate)
    if candidate.cache:
        yield "cache", "of predictions"
    yield "a month", money(one.cost)
    yield from _budget(one)
    yield from _availability(one)
    for user in one.judged.design.latencies:
        served = f" ({user.serving})" if candidate.second else ""
        yield (
            f"p95 from {user.region}",
            milliseconds(user.cold.estimate) + served if user.cold else "unknown",
        )
    yield "without a zone", _without_a_zone(one)
    if candidate.second:
        yield "without a region", _without_a_region(one)
    if one.gaps:
        yield "not priced", ", ".join(dict.fromkeys(gap.name for gap in one.gaps))
    if one.open:
        yield "cannot be told", "; ".join(one.open)


def machines(one: Assessment) -> str:
    candidate = one.candidate
    there = candidate.second
    alike = there is None or (there.least, there.most) == (candidate.least, candidate.most)
    counts = f"{candidate.least} to {candidate.most}"
    if there is not None:
        counts = f"twice {counts}" if alike else f"{counts} and {there.least} to {there.most}"
    if candidate.form == "containers":
        return f"{counts} containers of {candidate.machine}"
    if candidate.form == "functions":
        most = f"{candidate.most}" if there is None or alike else f"{candidate.most} and {there.most}"
        where = " in each region" if there else ""
        return f"functions of {candidate.machine}, {candidate.least} kept warm, {most} at once at most{where}"
    if candidate.form == "endpoints":
        return f"endpoint of {counts} x {candidate.machine}"
    spot = ", above the least on spot" if there else f", above {candidate.least} on spot"
    spot = spot if candidate.purchase == "spot" else ""
    promise = f", {candidate.least} committed for {YEARS[candidate.committed]}" if candidate.committed else ""
    arm = " (Arm)" if on_arm(candidate.cloud, candidate.machine) else ""
    return f"{counts} x {candidate.machine}{arm}{promise}{spot}"


def _entry(candidate: Candidate) -> str:
    if (candidate.edge, candidate.form) == ("frontdoor", "containers"):
        return "Front Door"  # through a private link
    return EDGES[candidate.cloud, candidate.edge]


def title(one: Assessment) -> str:
    """A design in one line."""
    candidate = one.candidate
    zones = f"{candidate.zones} zone{'s' if candidate.zones > 1 else ''}"
    if candidate.form in MANAGED:
        zones = "the zones"
    edge = _entry(candidate).partition(";")[0]
    if candidate.edge.endswith("cdn-failover"):
        edge += " with failover"
    cache = ", cache of predictions" if candidate.cache else ""
    each = " each" if candidate.second and candidate.form not in MANAGED else ""
    return f"{edge}, {machines(one)} over {zones}{each} of {' and '.join(candidate.regions)}{cache}"


def money(cost: Money) -> str:
    low, high = f"${cost.low:,.0f}", f"${cost.high:,.0f}"
    return low if low == high else f"{low} to {high}"


def _budget(one: Assessment) -> Iterator[tuple[str, str]]:
    for verdict in one.judged.design.budgets():
        left = verdict.allowed - verdict.judged
        words = f"${left:,.0f}" if left >= 0 else f"${-left:,.0f} over"
        yield f"left of ${verdict.budget:,.0f}", words + (" at the low figure" if verdict.gaps else "")


def _availability(one: Assessment) -> Iterator[tuple[str, str]]:
    for path in one.judged.design.availabilities[:1]:
        yield "availability", f"{percent(path.model.low)} ({minutes_down(path.model.low)} minutes down)"
        owed = path.contract
        yield "by contract", percent(owed.low) if owed.low > 0 else f"at most {percent(owed.high)}"


def _without_a_zone(one: Assessment) -> str:
    if one.candidate.form in MANAGED:
        return "the provider starts others"
    found: dict[str, str] = {}
    for capacity in one.judged.design.capacities:
        if capacity.left is not None and capacity.needed is not None:
            region = capacity.fleet.node["region"].text() or ""
            found.setdefault(_left(capacity, one.candidate.zones), region)
    if not found:
        return "unknown: the load of an instance is not stated"
    if len(found) == 1:
        return next(iter(found))
    return "; ".join(f"{region}: {words}" for words, region in found.items())


def _left(capacity: Capacity, zones: int) -> str:
    margin = capacity.carried_without_a_zone
    words = f"{capacity.left} of {capacity.running} instances left, {capacity.needed} needed"
    if margin is None or not capacity.origin_peak or zones < 2:
        return words if zones > 1 else "nothing is left"
    spare = margin / capacity.origin_peak - 1
    return f"{words}: {spare:.0%} to spare" if spare >= 0 else f"{words}: {-spare:.0%} too little"


def _without_a_region(one: Assessment) -> str:
    """What the weaker of two fleets carries at its most instances, of what all users ask for."""
    capacities = one.judged.design.capacities
    carried = [capacity.carried for capacity in capacities if capacity.carried is not None]
    whole = [capacity.whole.origin_peak for capacity in capacities if capacity.whole is not None]
    if not whole or len(carried) < len(capacities):
        return "unknown: the load of an instance is not stated"
    return f"the other one carries {min(carried):,.0f} requests a second, {max(whole):,.3g} at the peak"


def why_not(one: Assessment) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{obstacle.requirement}: {obstacle.why}" for obstacle in one.obstacles))


def summary(advice: Advice, count: int) -> str:
    """How many designs were tried, and where."""
    where = [*advice.regions, *(" and ".join(pair) for pair in advice.pairs)]
    places = ", ".join(where) or "no region: the requirements allow none that is known"
    if not advice.tried and where:
        return f"nothing that is known holds the model and carries the load ({places})"
    if not count:
        return f"none of {advice.tried} designs meets everything ({places})"
    return f"the best {count} of {advice.tried} designs ({places})"
