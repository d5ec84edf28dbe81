"""Builds the offline price catalog: `python tools/build_prices.py SOURCE OUT [--region NAME ...]`.

SOURCE is the folder of downloaded price tables (docs/prices.md names each), OUT the catalog
(mlarchlint/data/prices). Sources are read best first: the first price of a key stays. The same
sources give the same bytes. With --region only these regions (and `global`) are written.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import prices_alike
import prices_aws
import prices_azure
import prices_google
import prices_recorded
import prices_services
import prices_specs
from prices_rows import Catalog


def build(source: Path, out: Path, regions: frozenset[str] = frozenset()) -> Catalog:
    catalog = Catalog(regions)
    prices_services.read(catalog, source)
    prices_recorded.read(catalog)
    prices_aws.read(catalog, source)
    prices_google.read(catalog, source)
    prices_azure.read(catalog, source)
    clear(out)
    prices_alike.fill(catalog)
    catalog.write(out)
    specs = out / "specs"
    prices_specs.aws(source, specs)
    prices_specs.google(source, specs)
    prices_specs.azure(source, specs, catalog)
    return catalog


def clear(out: Path) -> None:
    """Shards of regions that no source has any more must not stay behind."""
    for cloud in ("aws", "google", "azure", "specs"):
        for shard in (out / cloud).glob("*.tsv"):
            shard.unlink()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--region", action="append", default=[])
    parser.add_argument("--conflicts", action="store_true", help="list the prices on which sources disagree")
    args = parser.parse_args()
    catalog = build(args.source, args.out, frozenset(args.region))
    counts: dict[str, int] = {}
    for row in catalog.rows.values():
        counts[row.cloud] = counts.get(row.cloud, 0) + 1
    print(", ".join(f"{cloud} {count} rows" for cloud, count in sorted(counts.items())))
    print(f"{len(catalog.conflicts)} prices on which a later source disagrees")
    if args.conflicts:
        for kept, other in catalog.conflicts:
            print(
                f"{kept.region} {kept.service} {kept.sku}: {kept.price} ({kept.source}), {other.price} ({other.source})"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
