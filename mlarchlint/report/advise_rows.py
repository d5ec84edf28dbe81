"""What a proposed design is and what it reaches, in the words of all advice reports."""

from __future__ import annotations

from collections.abc import Iterator

from mlarchlint.advise.assessment import Assessment
from mlarchlint.advise.candidate import MANAGED
from mlarchlint.advise.commitments import YEARS
from mlarchlint.advise.machines import on_arm
from mlarchlint.advise.search import Advice
from mlarchlint.analysis.figures import milliseconds, minutes_down, percent
from mlarchlint.model.estimate import Money

EDGES = {
    ("aws", "direct"): "load balancer",
    ("aws", "cdn"): "CloudFront, load balancer",
    ("aws", "cdn-failover"): "CloudFront, load balancer; DNS goes around the CDN while it is down",
    ("aws", "accelerator"): "Global Accelerator, load balancer",
    ("aws", "api"): "API Gateway",
    ("aws", "api-cdn-failover"): "CloudFront, API Gateway; DNS goes around the CDN while it is down",
    ("google", "global"): "global load balancer",
    ("azure", "gateway"): "Application Gateway",
    ("azure", "frontdoor"): "Front Door, load balancer",
}
CLOUDS = {"aws": "AWS", "google": "Google Cloud", "azure": "Azure"}


def rows(one: Assessment) -> Iterator[tuple[str, str]]:
    """(what, figure), in the order of the table. The same rows for every design of one set of requirements."""
    candidate = one.candidate
    yield "region", candidate.region
    yield "fleet", machines(one)
    yield "zones", "by the provider" if candidate.form in MANAGED else str(candidate.zones)
    yield "entry", EDGES[candidate.cloud, candidate.edge]
    if candidate.cache:
        yield "cache", "of predictions"
    yield "a month", money(one.cost)
    yield from _budget(one)
    yield from _availability(one)
    for user in one.judged.design.latencies:
        yield f"p95 from {user.region}", milliseconds(user.cold.estimate) if user.cold else "unknown"
    yield "without a zone", _without_a_zone(one)
    if one.gaps:
        yield "not priced", ", ".join(dict.fromkeys(gap.name for gap in one.gaps))
    if one.open:
        yield "cannot be told", "; ".join(one.open)


def machines(one: Assessment) -> str:
    candidate = one.candidate
    if candidate.form == "containers":
        return f"{candidate.least} to {candidate.most} containers of {candidate.machine}"
    if candidate.form == "functions":
        return (
            f"functions of {candidate.machine}, {candidate.least} kept warm, {candidate.most} at once at most"
        )
    spot = f", above {candidate.least} on spot" if candidate.purchase == "spot" else ""
    promise = f", {candidate.least} committed for {YEARS[candidate.committed]}" if candidate.committed else ""
    arm = " (Arm)" if on_arm(candidate.cloud, candidate.machine) else ""
    return f"{candidate.least} to {candidate.most} x {candidate.machine}{arm}{promise}{spot}"


def title(one: Assessment) -> str:
    """A design in one line."""
    candidate = one.candidate
    zones = f"{candidate.zones} zone{'s' if candidate.zones > 1 else ''}"
    if candidate.form in MANAGED:
        zones = "the zones"
    edge = EDGES[candidate.cloud, candidate.edge].partition(";")[0]
    if candidate.edge.endswith("cdn-failover"):
        edge += " with failover"
    cache = ", cache of predictions" if candidate.cache else ""
    return f"{edge}, {machines(one)} over {zones} of {candidate.region}{cache}"


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
    for capacity in one.judged.design.capacities:
        if capacity.left is None or capacity.needed is None:
            continue
        margin = capacity.carried_without_a_zone
        words = f"{capacity.left} of {capacity.running} instances left, {capacity.needed} needed"
        if margin is None or not capacity.origin_peak or one.candidate.zones < 2:
            return words if one.candidate.zones > 1 else "nothing is left"
        spare = margin / capacity.origin_peak - 1
        return f"{words}: {spare:.0%} to spare" if spare >= 0 else f"{words}: {-spare:.0%} too little"
    return "unknown: the load of an instance is not stated"


def why_not(one: Assessment) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{obstacle.requirement}: {obstacle.why}" for obstacle in one.obstacles))


def summary(advice: Advice, count: int) -> str:
    """How many designs were tried, and where."""
    places = ", ".join(advice.regions) or "no region: the requirements allow none that is known"
    if not advice.tried and advice.regions:
        return f"nothing that is known holds the model and carries the load ({places})"
    if not count:
        return f"none of {advice.tried} designs meets everything ({places})"
    return f"the best {count} of {advice.tried} designs ({places})"
