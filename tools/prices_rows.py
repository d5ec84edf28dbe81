"""Rows of the price catalog on their way from the sources to the shards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

HEADER = "service\tsku\tunit\tprice\tsource\tas_of\n"


@dataclass(frozen=True)
class Row:
    cloud: str
    region: str
    service: str
    sku: str
    unit: str
    price: Decimal
    source: str
    as_of: str


def decimal(text: object) -> Decimal:
    """The shortest exact form, never in exponent notation when printed by `plain`."""
    return Decimal(str(text)).normalize()


def plain(number: Decimal) -> str:
    return f"{number:f}"


def cents_of(number: Decimal, places: int = 6) -> Decimal:
    """Computed prices (savings, months turned into hours) are rounded; read ones never are."""
    return number.quantize(Decimal(1).scaleb(-places)).normalize()


class Catalog:
    """Collects rows. A price that is already there stays: sources are read best first."""

    def __init__(self, regions: frozenset[str] = frozenset()) -> None:
        self.rows: dict[tuple[str, str, str, str], Row] = {}
        self.regions = regions
        self.conflicts: list[tuple[Row, Row]] = []

    def add(self, row: Row) -> None:
        if self.regions and row.region not in self.regions and row.region != "global":
            return
        if row.price < 0 or "\t" in row.sku:
            raise ValueError(f"bad row {row}")
        key = (row.cloud, row.region, row.service, row.sku)
        kept = self.rows.setdefault(key, row)
        if kept is not row and kept.price != row.price:
            self.conflicts.append((kept, row))

    def price(self, cloud: str, region: str, service: str, sku: str) -> Decimal | None:
        row = self.rows.get((cloud, region, service, sku))
        return row.price if row else None

    def write(self, folder: Path) -> dict[str, int]:
        """One file per cloud and region, lines in byte order. Returns rows per cloud."""
        shards: dict[tuple[str, str], list[str]] = {}
        counts: dict[str, int] = {}
        for row in self.rows.values():
            fields = (row.service, row.sku, row.unit, plain(row.price), row.source, row.as_of)
            shards.setdefault((row.cloud, row.region), []).append("\t".join(fields) + "\n")
            counts[row.cloud] = counts.get(row.cloud, 0) + 1
        for (cloud, region), lines in shards.items():
            write_lines(folder / cloud / f"{region}.tsv", HEADER, lines)
        return dict(sorted(counts.items()))


def write_lines(path: Path, header: str, lines: Iterable[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((header + "".join(sorted(lines))).encode())
