"""What a provider publishes about the availability of a resource: data/sla.yaml, and which row it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from mlarchlint.analysis.availability_math import GLOBAL, INSTANCE, REGION, ZONE
from mlarchlint.analysis.zones import ZoneSpan
from mlarchlint.data import table
from mlarchlint.model.record import record
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth

SCOPES = ("one", "zone", "zones", "regions")
_LEVELS = {"zone": ZONE, "region": REGION, "global": GLOBAL}
_HA = {"none": "one", "same_zone": "zone", "multi_zone": "zones", "multi_region": "regions"}


@record(frozen=True, slots=True)
class ServiceLevel:
    """One row. sla: share of a month, or None where nothing is published. level: what it spans.

    where: traits that it asks for, with their values.
    """

    service: str
    types: tuple[str, ...]
    scopes: tuple[str, ...]
    sla: float | None
    level: str
    source: str
    date: str
    where: tuple[tuple[str, object], ...] = ()

    def fits(self, node: Resource) -> Truth:
        """Whether it is for this form of the service."""
        return Truth.all(node[trait].equals(value) for trait, value in self.where)


@record(frozen=True, slots=True)
class Figure:
    """Bounds on an availability. how: the row or the assumption it rests on. missing: what is not known."""

    low: float
    high: float
    how: str
    missing: str = ""


@lru_cache(maxsize=1)
def service_levels() -> tuple[ServiceLevel, ...]:
    data: Mapping[str, Any] = table("sla.yaml")
    return tuple(_row(row, data["sources"]) for row in data["services"])


def _row(row: Mapping[str, Any], sources: Mapping[str, Any]) -> ServiceLevel:
    sla = row["sla"]
    source, date = _source(row, sources)
    return ServiceLevel(
        row["service"],
        tuple(name.lower() for name in row["types"]),
        tuple(row.get("scope", ())),
        None if sla is None else sla / 100,
        row["level"],
        source,
        date,
        tuple(row.get("where", {}).items()),
    )


def _source(row: Mapping[str, Any], sources: Mapping[str, Any]) -> tuple[str, str]:
    """The provider's page where it was read, else the list that the figure is from."""
    if "page" in row:
        return str(row["page"]).removeprefix("https://").rstrip("/"), str(row["read"])
    source = sources[row["source"]]
    return source["name"], str(source["date"])


def scopes_of(node: Resource, zones: ZoneSpan) -> frozenset[str]:
    """How it may be spread: one of SCOPES where the code says it, several where it leaves it open."""
    ha = node["ha"]
    if not ha.is_absent:
        found = {_HA[name] for name in _HA if ha.equals(name) is not Truth.NO}
        return frozenset(found or SCOPES)
    redundancy = node["zone_redundancy"]
    if redundancy.one_of("managed", "multi") is Truth.YES:
        return frozenset({"zones"})
    if zones.multi is Truth.YES:
        return frozenset({"zones"})
    if zones.multi is Truth.NO:
        return frozenset({"one" if redundancy.equals("none") is Truth.YES else "zone"})
    return frozenset({"zone", "zones"})


def _fits(name: str, glob: str) -> bool:
    """Most rows name their types in full; a pattern is only made for those that do not."""
    return fnmatchcase(name, glob) if "*" in glob else name == glob


def rows_for(
    node: Resource, scopes: frozenset[str], rows: Sequence[ServiceLevel]
) -> tuple[ServiceLevel, ...]:
    """The first row of the type for each scope it may have; all up to it that may be the one."""
    name = node.type.lower()
    ours = [row for row in rows if any(_fits(name, glob) for glob in row.types)]
    found: dict[ServiceLevel, None] = {}
    for scope in sorted(scopes):
        for row in ours:
            fits = row.fits(node) if not row.scopes or scope in row.scopes else Truth.NO
            if fits is not Truth.NO:
                found[row] = None
            if fits is Truth.YES:
                break
    return tuple(found)


def contract(rows: Sequence[ServiceLevel], node: Resource) -> Figure:
    """What the provider owes."""
    published = [row.sla for row in rows if row.sla is not None]
    if not rows:
        return Figure(0.0, 1.0, "", f"no published figure for {node.type}")
    said = " or ".join(dict.fromkeys(_said(row) for row in rows))
    without = [row for row in rows if row.sla is None]
    if without:
        missing = f"no service level is published for {without[0].service}"
        return Figure(0.0, max(published, default=0.0), said, missing)
    return Figure(min(published), max(published), said, "" if len(rows) == 1 else "how it is spread")


def _said(row: ServiceLevel) -> str:
    figure = "no service level" if row.sla is None else f"{row.sla * 100:g} %"
    return f"{row.service}: {figure} ({row.source}, {row.date})"


def designed(rows: Sequence[ServiceLevel], scopes: frozenset[str]) -> Figure:
    """The design target of what a managed service spans, or the published figure where that is higher."""
    if not rows:
        figures = {_LEVELS["zone"] * INSTANCE if scope == "one" else _spans(scope) for scope in scopes}
        return Figure(min(figures), max(figures), "the design target of what it spans (assumed)")
    alone = scopes == {"one"}
    figures = {max(_target(row, alone), row.sla or 0.0) for row in rows}
    row = min(rows, key=lambda row: _LEVELS[row.level])
    level = _target(row, alone)
    spans = (
        f"one instance in a {_WORDS['zone']}" if alone and row.level == "zone" else f"a {_WORDS[row.level]}"
    )
    said = (
        "the published figure"
        if row.sla is not None and row.sla >= level
        else f"the design target of {spans} ({round(level * 100, 3):g} %)"
    )
    return Figure(
        min(figures), max(figures), f"{row.service}: {said}", "" if len(figures) == 1 else "how it is spread"
    )


def _target(row: ServiceLevel, alone: bool) -> float:
    level = _LEVELS[row.level]
    return level * INSTANCE if row.level == "zone" and alone else level


_WORDS = {"zone": "single zone", "region": "region", "global": "global service"}


def _spans(scope: str) -> float:
    return {"zone": ZONE, "zones": REGION, "regions": GLOBAL}[scope]
