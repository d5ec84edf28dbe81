"""Latency, regions and data residency, judged for `mlarchlint check`."""

from __future__ import annotations

from collections.abc import Iterator

from mlarchlint.analysis.copies import COPYING_KINDS
from mlarchlint.analysis.figures import milliseconds
from mlarchlint.analysis.latency import CACHED_METHODS, UserLatency, at_edge
from mlarchlint.analysis.latency_math import Sum
from mlarchlint.analysis.residency import allowed_regions
from mlarchlint.analysis.serving_paths import ServingPath
from mlarchlint.design import Design
from mlarchlint.judgement import Judgement
from mlarchlint.model.resource import Resource
from mlarchlint.model.span import NOWHERE
from mlarchlint.model.truth import Truth


def latency(design: Design) -> Iterator[Judgement]:
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
        largest = user.largest(target)
        closes = f"largest part: {largest.name}, {milliseconds(largest.p95)}"
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


def regions(design: Design) -> Iterator[Judgement]:
    if design.requirements.flag("resilience.survive_region_loss") is not True:
        return
    regions = {fleet.node["region"].text() for fleet in design.fleets}
    known = sorted(region for region in regions if region)
    met = Truth.all(_survives(path) for path in design.serving_paths) if design.serving_paths else Truth.MAYBE
    missing, closes = "", ""
    if met is Truth.MAYBE:
        missing = "what leads requests to the regions" if len(known) > 1 else "in which regions it serves"
    elif met is Truth.NO:
        leads = "something that leads from one region to the other and checks which of them is up"
        closes = leads if len(known) > 1 else "a fleet in a second region"
    yield Judgement(
        "loss of a region", "resilience.survive_region_loss", "a second region", "", ", ".join(known), met,
        missing=missing, closes=closes, rule="MLA-HA012" if len(known) < 2 else "MLA-HA013",
        span=design.fleets[0].node.span if design.fleets else NOWHERE,
    )  # fmt: skip


def _survives(path: ServingPath) -> Truth:
    """Fleets in two regions, and a switch between the ways to them; one way to both is a router that checks them."""
    regions = {fleet.node["region"].text() for fleet in path.fleets}
    if len(regions - {None}) > 1:
        return path.switch if len(path.chains) > 1 else Truth.YES
    # Without an entry in the code it may well be led to from elsewhere.
    return Truth.MAYBE if None in regions or not path.chains[0].nodes else Truth.NO


def residency(design: Design) -> Iterator[Judgement]:
    path = "data.residency.allowed_regions"
    names = [str(name) for name in design.requirements.items(path)]
    if not names:
        return
    held = [node for node in design.graph if design.holds_data(node)]
    places: dict[Truth, list[tuple[Resource, str]]] = {truth: [] for truth in Truth}
    for node in held:
        stays, region, where = design.resides(node, names)
        if stays is Truth.YES and region.is_absent:
            stays, where = Truth.MAYBE, "the code does not say in which region"
        places[stays].append((node, where))
    met = Truth.NO if places[Truth.NO] else Truth.MAYBE if places[Truth.MAYBE] or not held else Truth.YES
    computed = f"{len(places[Truth.YES])} of {len(held)} stores and workloads stay there"
    yield _resident("data residency", names, met, computed, places, "MLA-DG001")
    yield from _copies(design, names)


def _copies(design: Design, names: list[str]) -> Iterator[Judgement]:
    """Replicas, backups and logs of what stays itself; no row where nothing is copied."""
    allowed = allowed_regions(names)
    places: dict[Truth, list[tuple[Resource, str]]] = {truth: [] for truth in Truth}
    for node in design.graph.of_kind(*COPYING_KINDS):
        if design.resides(node, names)[0] is Truth.NO:
            continue
        for copy in design.copies(node):
            places[copy.stays(allowed)].append((node, copy.where))
    count = sum(len(found) for found in places.values())
    if count:
        met = Truth.NO if places[Truth.NO] else Truth.MAYBE if places[Truth.MAYBE] else Truth.YES
        computed = f"{len(places[Truth.YES])} of {count} copies stay there"
        yield _resident("residency of copies", names, met, computed, places, "MLA-DG002")


def _resident(
    requirement: str,
    names: list[str],
    met: Truth,
    computed: str,
    places: dict[Truth, list[tuple[Resource, str]]],
    rule: str,
) -> Judgement:
    return Judgement(
        requirement, "data.residency.allowed_regions", ", ".join(names), "", computed, met,
        missing=_open(places[Truth.MAYBE]),
        arithmetic=tuple(f"{node.address} {where}" for node, where in places[Truth.NO]),
        rule=rule, span=places[Truth.NO][0][0].span if places[Truth.NO] else NOWHERE,
    )  # fmt: skip


def _open(places: list[tuple[Resource, str]]) -> str:
    """Why it is not known where things lie, once for all of which it is true."""
    reasons: dict[str, list[str]] = {}
    for node, why in places:
        reasons.setdefault(why, []).append(node.address)
    named = [
        f"{found[0]}{f' and {len(found) - 1} more' if len(found) > 1 else ''}: {why}"
        for why, found in reasons.items()
    ]
    return "; ".join(named[:5])
