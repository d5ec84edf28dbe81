"""Where regions and users are, and how long the way between them takes."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mlarchlint.analysis.latency_math import Delay, fitted_rtt, great_circle_km
from mlarchlint.data import table, text_of
from mlarchlint.model.record import record

_SAID = "P95 between Azure metros, 30 days to 2026-07-30"


@record(frozen=True, slots=True)
class RoundTrip:
    """ms: P95 of one round trip. how: table or fit."""

    ms: float
    how: str


@record(frozen=True, slots=True)
class Metro:
    name: str
    place: tuple[float, float]
    names: tuple[str, ...]

    def region_of(self, provider: str) -> str:
        """The provider's region there; empty if it has none."""
        if provider == "azure":
            return self.name.replace(" ", "").lower()
        return next((name for name in self.names if _provider(name) == provider), "")


def _provider(name: str) -> str:
    """AWS writes `eu-west-1`, Google `europe-west1`."""
    if name[-1:].isdigit():
        return "aws" if name[-2:-1] == "-" else "google"
    return ""


def _yaml(name: str) -> Mapping[str, Any]:
    data: Mapping[str, Any] = table(name)
    return data


@lru_cache(maxsize=1)
def metros() -> Mapping[str, Metro]:
    return {
        name: Metro(name, (float(row[0]), float(row[1])), tuple(map(str, row[2])))
        for name, row in _yaml("metros.yaml").items()
    }


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, Metro]:
    found: dict[str, Metro] = {}
    for metro in metros().values():
        for name in (metro.name.replace(" ", "").lower(), *metro.names):
            found[name] = metro
    return found


def metro_of(name: str) -> Metro | None:
    """The metro of a region, city or area, in any spelling; None if it is not known."""
    plain = name.strip().lower()
    return _by_name().get(plain.replace(" ", "-").replace("_", "-")) or _by_name().get(
        plain.replace(" ", "").replace("-", "").replace("_", "")
    )


@lru_cache(maxsize=1)
def _table() -> Mapping[tuple[str, str], float]:
    text = text_of("rtt.csv")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {(row["Source"], to): float(ms) for row in rows for to, ms in row.items() if to != "Source" and ms}


def round_trip(user: Metro, serving: Metro) -> RoundTrip:
    """From the table, also read the other way round; else fitted to the distance."""
    if user == serving:
        return RoundTrip(defaults()["own_region_rtt"].p95, "users in the metro of the region (assumed)")
    for pair in ((user.name, serving.name), (serving.name, user.name)):
        found = _table().get(pair)
        if found is not None:
            return RoundTrip(found, _SAID)
    distance = great_circle_km(user.place, serving.place)
    return RoundTrip(fitted_rtt(distance), f"fitted to {distance:,.0f} km")


@lru_cache(maxsize=1)
def defaults() -> Mapping[str, Delay]:
    """What hops add: data/latency_defaults.yaml."""
    return {
        name: Delay(name.replace("_", " "), float(p50), float(p95), "assumed")
        for name, (p50, p95) in _yaml("latency_defaults.yaml").items()
    }


def continent_of(metro: Metro) -> str:
    """Roughly, by latitude and longitude."""
    north, east = metro.place
    if east < -30:
        return "North America" if north > 12 else "South America"
    if north < -10 and east > 110:
        return "Oceania"
    if east < 45 and north > 35:
        return "Europe"
    return "Africa" if east < 33 and north < 35 else "Asia"
