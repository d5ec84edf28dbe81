"""Availability and load, judged for `mlarchlint check`."""

from __future__ import annotations

from collections.abc import Iterator

from mlarchlint.analysis.availability import Bounds, Component, PathAvailability
from mlarchlint.analysis.capacity import Capacity
from mlarchlint.analysis.figures import minutes_down, percent, rate
from mlarchlint.analysis.scale_out import ScaleOut
from mlarchlint.design import Design
from mlarchlint.judgement import Judgement, nothing_serves
from mlarchlint.model.truth import Truth


def availability(design: Design) -> Iterator[Judgement]:
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
        yield nothing_serves("availability", "slo.availability", f"{stated:g} %", "MLA-HA004")


def _engineering(path: PathAvailability, target: float) -> Judgement:
    met = path.model.reaches(target)
    weakest = path.weakest_for(target)
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
        "MLA-HA008" if met is Truth.NO and path.owed_one_by_one(target) else "",
        path.path.entry.span,
        binding=False,
    )


def _contract_gap(path: PathAvailability, target: float) -> str:
    parts = [part for part in path.components if part.resource is not None]
    worst = min(parts, key=lambda part: part.contract.high)
    if worst.contract.high <= 0:
        return worst.contract.missing
    if path.owed_one_by_one(target):
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
    down, allowed = minutes_down(bounds.low, target), minutes_down(target, bounds.low)
    if bounds.low <= 0 and (bounds.high >= 1 or bounds.high <= 0):
        return ""
    if bounds.low <= 0:
        down, allowed = f"at least {minutes_down(bounds.high, target)}", minutes_down(target, bounds.high)
    elif bounds.high - bounds.low > 1e-9:
        down = f"{minutes_down(bounds.high)} to {down}"
    return f"{down} minutes a month down, {allowed} allowed"


def _way(path: PathAvailability) -> str:
    chain = path.path.chains[0]
    names = [node.address for node in chain.nodes] + [fleet.name for fleet in chain.fleets[:1]]
    more = f" (and {len(path.path.chains) - 1} other ways)" if len(path.path.chains) > 1 else ""
    return " -> ".join(names) + more


def load(design: Design) -> Iterator[Judgement]:
    shared = [one for one in design.capacities if not one.alone]
    for one in design.capacities:
        if one.alone:
            yield _peak(one)
        elif one is shared[0]:
            yield _together(shared)
        added = design.scale_out(one)
        if added is not None and added.growth is not None:
            yield _added(one, added)
        survive = design.needs(one.fleet.node).flag("resilience.survive_zone_loss")
        if design.hosts_others(one.fleet.node):
            continue  # what is lost with a zone are the pods on its nodes
        if not one.fleet.managed and survive is not False and (one.throughput is not None or survive):
            yield _zone_loss(one, stated=bool(survive))


def _without_a_zone(one: Capacity) -> str:
    """What the loss of a zone asks for; a fleet in one zone has none to lose."""
    return (
        f", {one.needed_with_zone_loss} over {one.zones} zones without one of them" if one.zones > 1 else ""
    )


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
                f"each of {_instances(one.most)} has to serve {rate(one.required_per_instance)} a second"
            )
    elif one.carried is None:
        missing = count.why or "the most instances that may run"
        computed = _needed(one.needed)
    else:
        computed = f"{rate(one.carried)} requests a second"
        margin = f"{one.carried / one.origin_peak - 1:+.0%}" if one.origin_peak else ""
        arithmetic += (
            f"{_instances(one.most)} x {rate(one.throughput.rps)} ({one.throughput.how}) "
            f"x {one.utilisation:.0%} ({one.utilisation_how})",
            f"{_needed(one.needed)}{_without_a_zone(one)}",
        )
    if one.hosted is not None:
        arithmetic += (one.hosted.how,)
    if one.saturated and one.use_at_peak is not None:
        arithmetic += (
            f"saturated: at the peak {_instances(one.running)} would be used at {one.use_at_peak:.0%}",
        )
    if one.on_credits:
        arithmetic += ("on average it spends more CPU credits than it earns",)
    closes = _instances(one.needed) if met is Truth.NO else ""
    if closes and one.hosted is not None:
        closes += ", and nodes with accelerators for them"
    return Judgement(
        "peak load", "traffic", required, one.fleet.name, computed, met, margin, missing, arithmetic, (),
        closes, "MLA-SC002", count.at_most.span,
    )  # fmt: skip


_SHOWN = 8  # fleets that are named in one row


def _together(shared: list[Capacity]) -> Judgement:
    """Several fleets, and nothing says which one carries the load: it may not matter, or be too much for all."""
    first, peak = shared[0], shared[0].origin_peak
    known = [one.carried for one in shared if one.carried is not None]
    total, least, all_known = sum(known), min(known, default=0.0), len(known) == len(shared)
    met = Truth.MAYBE
    if all_known and peak <= least:
        met = Truth.YES
    elif all_known and total < peak:
        met = Truth.NO
    figure, computed = total, f"{rate(total)} requests a second, all of them together"
    if met is not Truth.NO:
        figure, computed = least, f"{rate(least)} requests a second, whichever of them is asked"
    if met is Truth.MAYBE:
        span = " to ".join(dict.fromkeys((rate(least), rate(max(known, default=0.0)))))
        computed = f"{span} requests a second, one of them alone" if known else ""
    missing = f"which of the {len(shared)} serving fleets carries the load (`workloads:`)"
    shown = tuple(f"{one.fleet.name}: {_alone(one)}" for one in shared[:_SHOWN])
    more = (f"and {len(shared) - _SHOWN} more",) if len(shared) > _SHOWN else ()
    return Judgement(
        "peak load", "traffic",
        f"{rate(peak)} requests a second at the peak ({rate(first.load.average)} on average)",
        f"{first.fleet.name} and {len(shared) - 1} more", computed, met,
        f"{figure / peak - 1:+.0%}" if peak and met is not Truth.MAYBE else "",
        missing if met is Truth.MAYBE else "", (f"peak: {first.load.how}", *shown, *more), (),
        "more instances" if met is Truth.NO else "", "MLA-SC002", first.fleet.count.at_most.span,
    )  # fmt: skip


def _alone(one: Capacity) -> str:
    if one.carried is not None:
        return f"{rate(one.carried)} requests a second"
    if one.throughput is not None:
        return f"{_needed(one.needed)}, {one.fleet.count.why or 'its upper bound is not known'}"
    if one.required_per_instance is not None:
        return f"each of {_instances(one.most)} has to serve {rate(one.required_per_instance)} a second"
    return one.fleet.count.why or "the throughput of an instance is not known"


def _added(one: Capacity, added: ScaleOut) -> Judgement:
    """Enforced where the growth is written for this; from a profile it is shown."""
    met, growth = added.in_time, added.growth or 0.0
    return Judgement(
        "scale-out in time", "traffic.ramp_minutes" if added.stated else "traffic.profile",
        f"{rate(growth * 60)} requests a second more each minute ({added.how})", one.fleet.name,
        f"an instance serves {added.low:,.0f} to {added.high:,.0f} s after it is asked for", met,
        f"the running ones bear {rate(added.bearable)} more each minute at the slowest start",
        "how long the start takes: it is in time at the fastest and late at the slowest" if met is Truth.MAYBE else "",
        (f"nothing is added up to {rate(added.base)}, which then have room for {rate(added.full)}", *added.steps), (),
        "" if met is Truth.YES else "more instances at all times, a lower target, or a schedule ahead of the peak",
        "MLA-SC002" if added.stated else "", added.at.span, binding=added.stated,
    )  # fmt: skip


def _zone_loss(one: Capacity, stated: bool) -> Judgement:
    met = one.enough_without_a_zone if one.alone else Truth.MAYBE
    alone = one.running is not None and one.running <= 1 and one.most == 1
    if one.fleet.zones.multi is not Truth.YES and one.left is not None:
        met = Truth.NO if one.fleet.zones.multi is Truth.NO or alone else Truth.MAYBE
    left = one.left if one.fleet.zones.multi is Truth.YES else 0
    computed = (
        f"{left} of {_instances(one.running)} {'is' if one.running == 1 else 'are'} left"
        if one.left is not None
        else ""
    )
    if met is Truth.MAYBE and one.fleet.zones.multi is Truth.MAYBE and one.running is not None:
        computed = f"{_instances(one.running)}, in zones that are not known"
    missing = ""
    if met is Truth.MAYBE:
        missing = one.fleet.zones.why or "how many instances run, and what one of them serves"
    return Judgement(
        "loss of a zone",
        "resilience.survive_zone_loss" if stated else "traffic",
        _instances(one.needed) if one.needed is not None else "the peak is carried",
        one.fleet.name, computed, met, "", missing, (),
        () if stated else ("zones fail; `resilience.survive_zone_loss: false` accepts it",),
        f"{one.needed_with_zone_loss} instances over {max(2, one.zones)} zones" if met is Truth.NO else "",
        _tells_of_zones(one, met), one.fleet.count.at.span, binding=stated,
    )  # fmt: skip


def _tells_of_zones(one: Capacity, met: Truth) -> str:
    """A fleet that is in one place anyhow is a finding without any load."""
    if met is not Truth.NO or one.fleet.zones.multi is Truth.YES:
        return "MLA-HA007"
    return "MLA-HA002" if one.running is not None and one.running <= 1 else "MLA-HA001"


def _needed(count: int | None) -> str:
    return f"{_instances(count)} {'is' if count == 1 else 'are'} needed"


def _instances(count: int | None) -> str:
    return "1 instance" if count == 1 else f"{count} instances"
