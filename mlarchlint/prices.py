"""The offline price catalog: one text file per cloud and region, read when first asked for.

A lookup is a text search in the shard, so that a scan pays for the regions it names and
for nothing else. `docs/prices.md` lists services and SKUs; `data/prices/sources.yaml` the origins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from mlarchlint.model.estimate import PriceRow
from mlarchlint.model.record import record

FOLDER = Path(__file__).parent / "data" / "prices"
GLOBAL = "global"
# What a provider sells under any spelling of upper and lower case.
ANY_CASE = frozenset({"azure"})


@record(frozen=True, slots=True)
class InstanceSpec:
    """What a machine type is. None or 0 where no source says it.

    accelerator: a short lower-case name (`t4`, `a100`); its memory is of all cards together.
    current: not a previous generation. retired: can no longer be launched.
    """

    name: str
    vcpu: Decimal | None
    memory_gib: Decimal | None
    accelerator: str
    accelerator_count: Decimal
    accelerator_memory_gib: Decimal
    burstable: bool
    current: bool
    retired: bool
    arch: str


@record(frozen=True, slots=True)
class Relation:
    """A price derived from another service's where no source has its own."""

    service: str
    prefix: str
    strip: str
    base: str
    factor: Decimal
    source: str


class Shard:
    """One file of rows; `find` is a text search."""

    __slots__ = ("_folded", "text")

    def __init__(self, path: Path) -> None:
        self.text = path.read_text(encoding="utf-8") if path.is_file() else ""
        self._folded: str | None = None

    def find(self, prefix: str, *, any_case: bool = False, start: int = 0) -> int:
        """Where the line that begins with the prefix begins, or -1."""
        at = self.text.find("\n" + prefix, start)
        if at < 0 and any_case:
            if self._folded is None:
                self._folded = self.text.lower()
            at = self._folded.find("\n" + prefix.lower(), start)
        return at + 1 if at >= 0 else -1

    def fields(self, at: int) -> list[str]:
        return self.text[at : self.text.index("\n", at)].split("\t")


class Catalog:
    """Prices and specifications, by provider (`aws`, `google`, `azure`), region, service and SKU."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self._shards: dict[tuple[str, str], Shard] = {}
        self._regions: dict[str, tuple[str, ...]] = {}
        self._relations: dict[str, tuple[Relation, ...]] = {}
        # A design asks for the same few prices over and over.
        self._prices: dict[tuple[str, str, str, str], PriceRow | None] = {}
        self._tiers: dict[tuple[str, str, str, str], tuple[tuple[Decimal, PriceRow], ...]] = {}

    def price(self, provider: str, region: str, service: str, sku: str) -> PriceRow | None:
        """The row of the region, else of the whole cloud, else one derived by a relation."""
        key = (provider, region, service, sku)
        if key not in self._prices:
            self._prices[key] = self._find(*key)
        return self._prices[key]

    def _find(self, provider: str, region: str, service: str, sku: str) -> PriceRow | None:
        for place in (region, GLOBAL):
            row = self._row(provider, place, service, sku)
            if row is not None:
                return row
        return self._derived(provider, region, service, sku)

    def tiers(
        self, provider: str, region: str, service: str, sku: str
    ) -> tuple[tuple[Decimal, PriceRow], ...]:
        """(from this quantity on, row), ascending: `standard`, `standard@51200`, ..."""
        key = (provider, region, service, sku)
        if key not in self._tiers:
            self._tiers[key] = self._find_tiers(*key)
        return self._tiers[key]

    def _find_tiers(
        self, provider: str, region: str, service: str, sku: str
    ) -> tuple[tuple[Decimal, PriceRow], ...]:
        first = self.price(provider, region, service, sku)
        if first is None:
            return ()
        found = [(Decimal(0), first)]
        shard = self._shard(provider, first.region)
        prefix = f"{service}\t{first.sku}@"
        at = shard.find(prefix)
        while at >= 0:
            row = _price_row(first.region, shard.fields(at))
            found.append((Decimal(row.sku.rpartition("@")[2]), row))
            at = shard.find(prefix, start=at)
        return tuple(sorted(found, key=lambda tier: tier[0]))

    def regions(self, provider: str) -> tuple[str, ...]:
        """Where the provider has prices of its own, by name."""
        if provider not in self._regions:
            found = (path.stem for path in (self.folder / provider).glob("*.tsv"))
            self._regions[provider] = tuple(sorted(name for name in found if name != GLOBAL))
        return self._regions[provider]

    def has_region(self, provider: str, region: str) -> bool:
        return bool(self._shard(provider, region).text)

    def skus(self, provider: str, region: str, service: str) -> Iterator[PriceRow]:
        """All rows of one service in a region, by SKU."""
        shard = self._shard(provider, region)
        at = shard.find(service + "\t")
        while at >= 0 and shard.text.startswith(service + "\t", at):
            yield _price_row(region, shard.fields(at))
            at = shard.text.index("\n", at) + 1

    def spec(self, provider: str, instance_type: str) -> InstanceSpec | None:
        if not instance_type or "\t" in instance_type or "\n" in instance_type:
            return None
        shard = self._shard("specs", provider)
        at = shard.find(instance_type + "\t", any_case=provider in ANY_CASE)
        return _spec(shard.fields(at)) if at >= 0 else None

    # -- inside --------------------------------------------------------------------------

    def _shard(self, provider: str, region: str) -> Shard:
        found = self._shards.get((provider, region))
        if found is None:
            # Names come from scanned code: nothing but a plain name may become a path.
            plain = all(part.replace("-", "").isalnum() and part.isascii() for part in (provider, region))
            path = self.folder / provider / f"{region}.tsv" if plain else Path("")
            found = self._shards[provider, region] = Shard(path)
        return found

    def _row(self, provider: str, region: str, service: str, sku: str) -> PriceRow | None:
        if not sku or "\t" in sku or "\n" in sku:
            return None
        shard = self._shard(provider, region)
        at = shard.find(f"{service}\t{sku}\t", any_case=provider in ANY_CASE)
        return _price_row(region, shard.fields(at)) if at >= 0 else None

    def _derived(self, provider: str, region: str, service: str, sku: str) -> PriceRow | None:
        for relation in self._relations_of(provider):
            if relation.service == service and sku.startswith(relation.prefix):
                base = self.price(provider, region, relation.base, sku.removeprefix(relation.strip))
                if base is None:
                    return None
                price = base.price * relation.factor
                return replace(base, service=service, sku=sku, price=price, source=relation.source)
        return None

    def _relations_of(self, provider: str) -> tuple[Relation, ...]:
        if provider not in self._relations:
            rows = (line.split("\t") for line in _lines(self.folder / "relations.tsv"))
            self._relations[provider] = tuple(
                Relation(service, prefix, strip, base, Decimal(factor), source)
                for cloud, service, prefix, strip, base, factor, source in rows
                if cloud == provider
            )
        return self._relations[provider]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()[1:] if path.is_file() else []


def _price_row(region: str, fields: list[str]) -> PriceRow:
    service, sku, unit, price, source, as_of = fields
    return PriceRow(service, sku, region, unit, Decimal(price), source, as_of)


def _spec(fields: list[str]) -> InstanceSpec:
    name, vcpu, memory, accelerator, count, accelerator_memory, burstable, current, retired, arch, _ = fields
    return InstanceSpec(
        name=name,
        vcpu=Decimal(vcpu) if vcpu else None,
        memory_gib=Decimal(memory) if memory else None,
        accelerator=accelerator,
        accelerator_count=Decimal(count or 0),
        accelerator_memory_gib=Decimal(accelerator_memory or 0),
        burstable=burstable == "yes",
        current=current == "yes",
        retired=retired == "yes",
        arch=arch,
    )


@lru_cache(maxsize=1)
def embedded() -> Catalog:
    """The catalog that ships with the package."""
    return Catalog()
