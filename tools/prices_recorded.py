"""Prices that others recorded from the providers' lists and pages, one row for all regions that share it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from prices_rows import Catalog, Row, decimal

TABLE = Path(__file__).parent / "prices_recorded.tsv"
# Azure prices a family of database servers by vCPU: the sizes of Ddsv4, of which each has a SKU of its own.
FAMILIES = {"gp-ddsv4-vcore": ("gp_standard_d{}ds_v4", (2, 4, 8, 16, 32, 48, 64))}


def read(catalog: Catalog, table: Path = TABLE) -> None:
    for number, line in enumerate(table.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) != 8:
            raise ValueError(f"{table.name}:{number}: {len(fields)} fields, not 8")
        cloud, regions, service, sku, unit, price, origin, date = fields
        for region in regions.split(","):
            for name, factor in sizes(sku):
                catalog.add(Row(cloud, region, service, name, unit, decimal(price) * factor, origin, date))


def sizes(sku: str) -> list[tuple[str, Decimal]]:
    """The SKU itself, or each size of a family with how many vCPU it has."""
    if sku not in FAMILIES:
        return [(sku, Decimal(1))]
    pattern, counts = FAMILIES[sku]
    return [(pattern.format(count), Decimal(count)) for count in counts]
