"""Machine types that a region has no price for, by the price lists of virtual machines."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from mlarchlint.model.record import record
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.prices import Catalog

PRICE_LISTS = {"aws": "ec2", "google": "gce", "azure": "vm"}
# What is sold by the block of hours only has no price on demand.
BLOCKS = {"aws": "ec2-capacity-block"}
OLD_AFTER_DAYS = 180


@record(frozen=True, slots=True)
class Unsold:
    """elsewhere: the regions that have a price. listed: the newest date of the region's list."""

    machine: str
    region: str
    elsewhere: tuple[str, ...]
    listed: str

    def is_old(self, today: date) -> bool:
        """Machines that came after the list was made are not in it."""
        return (today - date.fromisoformat(self.listed)).days > OLD_AFTER_DAYS


def unsold(node: Resource, machine: str, catalog: Catalog, service: str = "") -> Unsold | None:
    """None where it is sold, or where nothing can be told: the region sells other types of the service."""
    region, provider = node["region"].text(), node.provider
    service = service or PRICE_LISTS.get(provider, "")
    if not machine or not region or not service or node.instance.mode is not Mode.MANAGED:
        return None
    if _is_sold(machine, provider, region, catalog, service):
        return None
    listed = max((row.as_of for row in catalog.skus(provider, region, service)), default="")
    elsewhere = sold_in(machine, provider, catalog, service) if listed else ()
    return Unsold(machine, region, elsewhere, listed) if elsewhere else None


@lru_cache(maxsize=1024)
def sold_in(machine: str, provider: str, catalog: Catalog, service: str = "") -> tuple[str, ...]:
    """The regions that have a price for a machine type."""
    service = service or PRICE_LISTS.get(provider, "")
    names = catalog.regions(provider) if service else ()
    return tuple(name for name in names if _is_sold(machine, provider, name, catalog, service))


def _is_sold(machine: str, provider: str, region: str, catalog: Catalog, service: str) -> bool:
    ways = (service, BLOCKS[provider]) if provider in BLOCKS else (service,)
    return any(catalog.price(provider, region, way, machine) is not None for way in ways)


@lru_cache(maxsize=16)
def selling_regions(provider: str, catalog: Catalog) -> int:
    """How many regions have a list of machines at all."""
    service = PRICE_LISTS.get(provider, "")
    names = catalog.regions(provider) if service else ()
    return sum(next(catalog.skus(provider, name, service), None) is not None for name in names)
