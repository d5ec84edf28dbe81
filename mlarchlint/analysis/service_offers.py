"""Services that a region of AWS lacks: data/service_regions.yaml. Other providers publish no list that could be read whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from mlarchlint.analysis.machine_offers import OLD_AFTER_DAYS
from mlarchlint.data import table
from mlarchlint.model.record import record
from mlarchlint.model.resource import Mode, Resource

_CLOUDFORMATION = "AWS::"


@record(frozen=True, slots=True)
class Lacking:
    """What a region does not have. by_all: every list says so, else only that of CloudFormation's types.

    made_by: the type that CloudFormation lacks. elsewhere: regions that have it. listed: the date of the lists.
    """

    service: str
    made_by: str
    region: str
    by_all: bool
    elsewhere: tuple[str, ...]
    listed: str

    def is_old(self, today: date) -> bool:
        """Services come to regions after the lists are made."""
        return (today - date.fromisoformat(self.listed)).days > OLD_AFTER_DAYS


def lacking_service(node: Resource, region: str = "") -> Lacking | None:
    """In its own region or in another; None where it is offered, or where nothing can be told."""
    if node.provider != "aws" or node.instance.mode is not Mode.MANAGED:
        return None
    region = region or node["region"].text() or ""
    row = _by_type().get(node.type) if region else None
    if row is None:
        return None
    by_all = region in row["not_in"]
    if not by_all and region not in row["no_type_in"]:
        return None
    without = {*row["not_in"], *row["no_type_in"]}
    elsewhere = tuple(name for name in _table()["regions"] if name not in without)
    made_by = next((name for name in row["types"] if name.startswith(_CLOUDFORMATION)), "")
    return Lacking(row["name"], made_by, region, by_all, elsewhere, _listed(by_all))


def source_of(found: Lacking) -> str:
    """The names of the lists that say so, with their dates."""
    sources = _table()["sources"]
    said = sources if found.by_all else ("types",)
    return "; ".join(f"{sources[name]['name']}, {sources[name]['date']}" for name in said)


def _listed(by_all: bool) -> str:
    """The date of the oldest list that says so."""
    sources = _table()["sources"]
    return min(str(sources[name]["date"]) for name in (sources if by_all else ("types",)))


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    data: Mapping[str, Any] = table("service_regions.yaml")
    return data


@lru_cache(maxsize=1)
def _by_type() -> Mapping[str, Mapping[str, Any]]:
    rows: Sequence[Mapping[str, Any]] = _table()["services"]
    return {name: row for row in rows for name in row["types"]}
