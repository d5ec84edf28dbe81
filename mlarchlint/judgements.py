"""What is required against what the design can do: one judgement per requirement and subject, with the arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mlarchlint.analysis.availability import Bounds, Component, PathAvailability
from mlarchlint.analysis.capacity import Capacity
from mlarchlint.analysis.figures import milliseconds, minutes_down, percent, rate
from mlarchlint.analysis.latency import CACHED_METHODS, UserLatency, at_edge
from mlarchlint.analysis.latency_math import Sum
from mlarchlint.design import Design
from mlarchlint.model.finding import Finding
from mlarchlint.model.resource import Resource
from mlarchlint.model.span import NOWHERE, SourceSpan
from mlarchlint.model.truth import Truth


@dataclass(frozen=True, slots=True)
class Judgement:
    """path: where it is written in the requirements. met: MAYBE if it cannot be told (`missing`).

    binding: False for a view that is shown and not enforced. arithmetic: how the figure came about.
    closes: what would close the gap. rule: the one that reports it as a finding; empty if none does.
    """

    requirement: str
    path: str
    required: str
    subject: str
    computed: str
    met: Truth
    margin: str = ""
    missing: str = ""
    arithmetic: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    closes: str = ""
    rule: str = ""
    span: SourceSpan = NOWHERE
    binding: bool = True


def judgements(design: Design, findings: Sequence[Finding] | None = None) -> tuple[Judgement, ...]:
    """In the order: availability, load, latency, regions, residency, budget, what a rule decides.

    findings: of the rules, for requirements that have no figure.
    """
    return (
        *_availability(design),
        *_capacity(design),
        *_latency(design),
        *_regions(design),
        *_residency(design),
        *_budget(design),
        *_no_fleet(design),
        *_by_rule(design, findings),
    )


# -- availability ----------------------------------------------------------------------------


def _availability(design: Design) -> Iterator[Judgement]:
    judged = False
    for path in design.availabilities:
        wanted = design.needs(path.path.fleets[0].node).number("slo.availability")
        if wanted is None:
            continue
        judged = True
        yield _engineering(path, wanted / 100)
        yield _contract(path, wanted / 100)
    stated = design.requirements.number("slo.availability")
    if not judged and stated is not None:
        yield _nothing_serves("availability", "slo.availability", f"{stated:g} %", "MLA-HA004")


def _engineering(path: PathAvailability, target: float) -> Judgement:
    met = path.model.reaches(target)
    weakest = path.weakest
    closes = f"weakest link: {weakest.name}"
    if weakest.cure and met is not Truth.YES:
        closes += f"; {weakest.cure} gives {percent(path.with_cure(weakest).low)}"
    return Judgement(
        "availability (engineering)",
        "slo.availability",
        percent(target),
        _way(path),
        _share(path.model, target),
        met,
        _minutes(path.model, target),
        "; ".join(path.missing_model) if met is Truth.MAYBE else "",
        tuple(_part(part, "model") for part in path.components),
        (*path.assumptions, *(f"{node.address} does not count: {why}" for node, why in path.soft)),
        closes,
        "MLA-HA004",
        path.path.entry.span,
    )


def _contract(path: PathAvailability, target: float) -> Judgement:
    met = path.contract.reaches(target)
    missing = [part.contract.missing for part in path.components if part.contract.missing]
    return Judgement(
        "availability (contract)",
        "slo.availability",
        percent(target),
        _way(path),
        _share(path.contract, target),
        met,
        _minutes(path.contract, target),
        "; ".join(dict.fromkeys(missing)) if met is Truth.MAYBE else "",
        tuple(_part(part, "contract") for part in path.components),
        ("components fail independently of each other",),
        "" if met is not Truth.NO else _contract_gap(path, target),
        "",
        path.path.entry.span,
        binding=False,
    )


def _contract_gap(path: PathAvailability, target: float) -> str:
    parts = [part for part in path.components if part.resource is not None]
    worst = min(parts, key=lambda part: part.contract.high)
    if worst.contract.high <= 0:
        return worst.contract.missing
    if all(part.contract.high >= target for part in parts):
        return f"every part is backed and their product is not; {worst.name} takes the largest share"
    return f"the published level of {worst.name} alone is below the target"


def _part(part: Component, mode: str) -> str:
    figure = getattr(part, mode)
    return f"{part.name}: {_share(Bounds(figure.low, figure.high))}{f' ({figure.how})' if figure.how else ''}"


def _share(bounds: Bounds, target: float | None = None) -> str:
    if bounds.low == bounds.high:
        return percent(bounds.low, target)
    return (
        f"at most {percent(bounds.high)}"
        if bounds.low <= 0
        else f"{percent(bounds.low, target)} to {percent(bounds.high, target)}"
    )


def _minutes(bounds: Bounds, target: float) -> str:
    down = minutes_down(bounds.low)
    if bounds.low <= 0 and (bounds.high >= 1 or bounds.high <= 0):
        return ""
    if bounds.low <= 0:
        down = f"at least {minutes_down(bounds.high)}"
    elif bounds.high - bounds.low > 1e-9:
        down = f"{minutes_down(bounds.high)} to {down}"
    return f"{down} minutes a month down, {minutes_down(target)} allowed"


def _way(path: PathAvailability) -> str:
    chain = path.path.chains[0]
    names = [node.address for node in chain.nodes] + [fleet.name for fleet in chain.fleets[:1]]
    more = f" (and {len(path.path.chains) - 1} other ways)" if len(path.path.chains) > 1 else ""
    return " -> ".join(names) + more


# -- load ------------------------------------------------------------------------------------


def _capacity(design: Design) -> Iterator[Judgement]:
    for one in design.capacities:
        yield _peak(one)
        survive = design.needs(one.fleet.node).flag("resilience.survive_zone_loss")
        if not one.fleet.managed and survive is not False and (one.throughput is not None or survive):
            yield _zone_loss(one, stated=bool(survive))


def _peak(one: Capacity) -> Judgement:
    count = one.fleet.count
    required = f"{rate(one.origin_peak)} requests a second at the peak ({rate(one.load.average)} on average)"
    computed, missing, margin = "", "", ""
    arithmetic: tuple[str, ...] = (f"peak: {one.load.how}",)
    met = one.enough
    if one.throughput is None:
        missing = "the throughput of an instance (`model.throughput_rps`, or times of the model)"
        if one.required_per_instance is not None:
            computed = (
                f"each of {count.most} instances has to serve {rate(one.required_per_instance)} a second"
            )
    elif one.carried is None:
        missing = count.why or "the most instances that may run"
        computed = f"{one.needed} instances are needed"
    else:
        computed = f"{rate(one.carried)} requests a second"
        margin = f"{one.carried / one.origin_peak - 1:+.0%}" if one.origin_peak else ""
        arithmetic += (
            f"{count.most} instances x {rate(one.throughput.rps)} ({one.throughput.how}) "
            f"x {one.utilisation:.0%} ({one.utilisation_how})",
            f"{one.needed} instances are needed, {one.needed_with_zone_loss} over {one.zones} zones without one of them",
        )
    if not one.alone:
        met, missing = Truth.MAYBE, "which of the serving fleets carries the load (`workloads:`)"
    if one.on_credits:
        arithmetic += ("on average it spends more CPU credits than it earns",)
    closes = f"{one.needed} instances" if met is Truth.NO else ""
    return Judgement(
        "peak load", "traffic", required, one.fleet.name, computed, met, margin, missing, arithmetic, (),
        closes, "MLA-SC002", count.at_most.span,
    )  # fmt: skip


def _zone_loss(one: Capacity, stated: bool) -> Judgement:
    met = one.enough_without_a_zone if one.alone else Truth.MAYBE
    if one.fleet.zones.multi is not Truth.YES and one.left is not None:
        met = Truth.NO if one.fleet.zones.multi is Truth.NO else Truth.MAYBE
    left = one.left if one.fleet.zones.multi is Truth.YES else 0
    computed = f"{left} of {one.running} instances are left" if one.left is not None else ""
    missing = ""
    if met is Truth.MAYBE:
        missing = one.fleet.zones.why or "how many instances run, and what one of them serves"
    return Judgement(
        "loss of a zone",
        "resilience.survive_zone_loss" if stated else "traffic",
        f"{one.needed} instances" if one.needed is not None else "the peak is carried",
        one.fleet.name, computed, met, "", missing, (),
        () if stated else ("zones fail; `resilience.survive_zone_loss: false` accepts it",),
        f"{one.needed_with_zone_loss} instances over {max(2, one.zones)} zones" if met is Truth.NO else "",
        "MLA-HA007", one.fleet.count.at.span, binding=stated,
    )  # fmt: skip


# -- latency ---------------------------------------------------------------------------------


def _latency(design: Design) -> Iterator[Judgement]:
    target = design.requirements.number("slo.latency_p95_ms")
    for user in design.latencies:
        fleet = user.via.fleets[0] if user.via else None
        own = design.needs(fleet.node).number("slo.latency_p95_ms") if fleet else None
        if own is not None and fleet is not None:
            yield _seen(design, user, own)
    if target is not None and not design.latencies:
        why = "where the users are (`users`)" if design.fleets else "a serving workload in the scanned code"
        yield Judgement(
            "latency p95", "slo.latency_p95_ms", milliseconds(float(target)), "", "", Truth.MAYBE,
            missing=why, rule="MLA-PE001",
        )  # fmt: skip


def _seen(design: Design, user: UserLatency, target: float) -> Judgement:
    assert user.via is not None
    met, fleet = user.within(target), user.via.fleets[0]
    computed = _sums(user.cold, "new connection") if user.cold else ""
    missing = user.why
    if user.cold is not None and met is Truth.MAYBE:
        missing = "the bounds hold the target: the expected figure is over it, the lower one is not"
    assumptions = [f"{part.name}: {part.p50:g} to {part.p95:g} ms ({part.how})" for part in user.parts]
    if user.warm:
        assumptions.append(_sums(user.warm, "reused connection"))
    method = design.needs(fleet.node).text("traffic.method") or "POST"
    if at_edge(user.via, fleet) and method not in CACHED_METHODS:
        assumptions.append(
            f"predictions by {method} do not profit from the cache of a CDN, only from its edge"
        )
    closes = ""
    if met is not Truth.YES and user.parts:
        closes = f"largest part: {user.largest.name}, {milliseconds(user.largest.p95)}"
    if met is not Truth.YES and user.second:
        closes += f"; a second region {user.second[0]} brings {milliseconds(user.second[1])}"
    return Judgement(
        f"latency p95 from {user.region}",
        "slo.latency_p95_ms",
        milliseconds(target),
        fleet.name,
        computed,
        met,
        milliseconds(target - user.cold.estimate) if user.cold else "",
        missing,
        tuple(assumptions),
        (),
        closes,
        "MLA-PE001",
        fleet.node.span,
    )


def _sums(total: Sum, what: str) -> str:
    return (
        f"{what}: {milliseconds(total.estimate)} expected, "
        f"{milliseconds(total.lower)} at best, {milliseconds(total.upper)} at worst"
    )


# -- regions and data ------------------------------------------------------------------------


def _regions(design: Design) -> Iterator[Judgement]:
    if design.requirements.flag("resilience.survive_region_loss") is not True:
        return
    regions = {fleet.node["region"].text() for fleet in design.fleets}
    known = sorted(region for region in regions if region)
    met = Truth.YES if len(known) > 1 else Truth.MAYBE if None in regions or not known else Truth.NO
    yield Judgement(
        "loss of a region", "resilience.survive_region_loss", "a second region", "", ", ".join(known), met,
        missing="in which regions it serves" if met is Truth.MAYBE else "",
        closes="a fleet in a second region" if met is Truth.NO else "", rule="MLA-HA012",
        span=design.fleets[0].node.span if design.fleets else NOWHERE,
    )  # fmt: skip


def _residency(design: Design) -> Iterator[Judgement]:
    path = "data.residency.allowed_regions"
    names = [str(name) for name in design.requirements.items(path)]
    if not names:
        return
    held = [node for node in design.graph if design.holds_data(node)]
    places: dict[Truth, list[tuple[Resource, str]]] = {truth: [] for truth in Truth}
    for node in held:
        stays, _, where = design.resides(node, names)
        places[stays].append((node, where))
    met = Truth.NO if places[Truth.NO] else Truth.MAYBE if places[Truth.MAYBE] or not held else Truth.YES
    computed = f"{len(places[Truth.YES])} of {len(held)} stores and workloads stay there"
    yield Judgement(
        "data residency", path, ", ".join(names), "", computed, met,
        missing="; ".join(f"{node.address}: {where}" for node, where in places[Truth.MAYBE][:5]),
        arithmetic=tuple(f"{node.address} {where}" for node, where in places[Truth.NO]),
        rule="MLA-DG001", span=places[Truth.NO][0][0].span if places[Truth.NO] else NOWHERE,
    )  # fmt: skip


# -- money -----------------------------------------------------------------------------------


def _budget(design: Design) -> Iterator[Judgement]:
    for verdict in design.budgets():
        each = "a run" if verdict.run else "a month"
        low, high = f"${verdict.cost.low:,.0f}", f"${verdict.cost.high:,.0f}"
        figure = low if low == high else f"{low} to {high}"
        gaps = len(verdict.gaps)
        yield Judgement(
            f"budget of {verdict.what}", verdict.path, f"${verdict.budget:,.0f} {each}", "",
            f"{figure} {each}", ~verdict.over, _left(verdict.allowed - verdict.judged),
            f"{gaps} costs have no price" if verdict.over is Truth.MAYBE else "",
            tuple(f"{part.label}: ${part.cost.low:,.0f} to ${part.cost.high:,.0f}" for part in verdict.costs[:3]),
            rule="MLA-CO003",
        )  # fmt: skip


def _left(amount: Decimal) -> str:
    return f"${amount:,.0f} left" if amount >= 0 else f"${-amount:,.0f} over"


# -- the rest --------------------------------------------------------------------------------


def _nothing_serves(requirement: str, path: str, required: str, rule: str) -> Judgement:
    missing = "a serving workload in the scanned code"
    return Judgement(requirement, path, required, "", "", Truth.MAYBE, missing=missing, rule=rule)


def _no_fleet(design: Design) -> Iterator[Judgement]:
    """What is written and has nothing to be judged on is said, so that silence is never a pass."""
    needs = design.requirements
    if not design.capacities and needs.get("traffic") is not None and not design.fleets:
        yield _nothing_serves("peak load", "traffic", "the stated load", "MLA-SC002")


# What a rule decides without a figure: requirement, where it is written, what is asked for, the rule.
_BY_RULE = (("updates without downtime", "updates.zero_downtime", "yes", "MLA-ML004"),)


def _by_rule(design: Design, findings: Sequence[Finding] | None) -> Iterator[Judgement]:
    """Met where the rule finds nothing on any serving fleet. findings: None where rules did not run."""
    for name, path, wanted, rule in _BY_RULE:
        if design.requirements.flag(path) is not True:
            continue
        found = [one for one in findings or () if one.rule == rule and one.suppressed is None]
        certain = [one for one in found if one.certain]
        missing = "; ".join(f"{one.subject.address} {one.message}" for one in found)
        if findings is None:
            missing = f"{rule} did not run"
        elif not design.fleets:
            missing = "a serving workload in the scanned code"
        met = Truth.NO if certain else Truth.MAYBE if missing else Truth.YES
        first = certain or found
        yield Judgement(
            name,
            path,
            wanted,
            ", ".join(fleet.name for fleet in design.fleets),
            "; ".join(f"{one.subject.address} {one.message}" for one in certain),
            met,
            missing=missing if met is Truth.MAYBE else "",
            closes="; ".join(dict.fromkeys(one.fix for one in certain if one.fix)),
            rule=rule,
            span=first[0].span if first else NOWHERE,
        )
