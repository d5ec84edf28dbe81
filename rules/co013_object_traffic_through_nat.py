"""Private subnets that read object storage need a gateway endpoint instead of NAT.

## What it does
Reports a NAT gateway through which a training, pipeline or serving workload in a private subnet reaches the object
stores it reads, in a network without an endpoint for object storage. It names what the gateway takes for the
data that the estimate assumes.

## Why is this bad
A NAT gateway takes its price for every GiB, on top of its hours: a dataset of a terabyte costs $45 with each run. The
gateway endpoint for S3 carries the same traffic for nothing, and keeps it off the internet.

## Example
```hcl
resource "aws_route" "private" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.main.id
}
```

## Use instead
```hcl
resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.main.id
  service_name    = "com.amazonaws.us-east-1.s3"
  route_table_ids = [aws_route_table.private.id]
}
```

## When it does not fire
Workloads in public subnets, or that read no object store of the scanned code; networks with an endpoint for object
storage, or for a service that is not known; subnets with a service endpoint. On Google Cloud, where NAT turns
Private Google Access on and never carries this traffic.

## References
- https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
- https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-pricing.html
- https://learn.microsoft.com/azure/virtual-network/virtual-network-service-endpoints-overview
- https://cloud.google.com/nat/docs/nat-product-interactions
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from mlarchlint.api import (
    Design,
    Hit,
    Hits,
    Kind,
    Money,
    Related,
    Relation,
    Resource,
    Saving,
    Severity,
    Truth,
    dollars,
    rule,
    stored_gib,
)

_ROLES = ("training", "tuning", "pipeline", "inference", "inference-batch")
_RUNS = Decimal(4)
_SURE = 0.6


@rule(id="MLA-CO013", severity=Severity.MEDIUM, on=Kind("egress"), since="0.1")
def object_traffic_through_nat(node: Resource, design: Design) -> Hits:
    if node["kind"].text() != "nat" or node.provider not in ("aws", "azure"):
        return
    subnets = list(_subnets(node, design))
    users = [user for subnet in subnets for user in design.sources(subnet, Relation.PLACED_IN)]
    reading = [(user, _object_stores(user, design)) for user in users if _is_ml(user, design)]
    readers = {user.key: stores for user, stores in reading if stores}
    if not readers or any(_has_endpoint(subnet, design) for subnet in subnets):
        return
    names = ", ".join(readers)
    stores = list({store.key: store for found in readers.values() for store in found}.values())
    claim = f"carries what {names} read{'s' if len(readers) == 1 else ''} from {', '.join(one.key for one in stores)}"
    aws = "add a gateway endpoint for S3 to the route tables"
    month, words = _cost(node, design, stores, _in_other_zones(node, subnets, design))
    yield Hit(
        node["kind"],
        claim + words,
        missing=("egress",),
        related=tuple(
            Related(f"{design.graph[key].address} reads from here", design.graph[key].span) for key in readers
        ),
        fix=aws if node.provider == "aws" else "add the service endpoint Microsoft.Storage to the subnet",
        saving=Saving("transfer", Money(Decimal(0), month), "data") if month >= 1 else None,
    )


def _subnets(node: Resource, design: Design) -> Iterator[Resource]:
    """Those whose way out it is: by their route tables, or attached at once."""
    for source in design.sources(node, Relation.ROUTES_TO):
        if source.kind == "subnet":
            yield source
        elif source.kind == "route_table":
            yield from (one for one in design.sources(source, Relation.ROUTES_TO) if one.kind == "subnet")


def _is_ml(user: Resource, design: Design) -> bool:
    role = design.role_of(user)
    return role is not None and role.role in _ROLES and role.confidence >= _SURE


def _object_stores(user: Resource, design: Design) -> list[Resource]:
    """Zonal buckets have endpoints of their own."""
    stores = [store for store in design.stores(user) if store.kind == "object_store"]
    return [store for store in stores if "express" not in (store["storage_class"].text() or "").lower()]


def _has_endpoint(subnet: Resource, design: Design) -> bool:
    """Also where it may be one: a service that is not known, or endpoints of the subnet itself."""
    if subnet["private_service_access"].is_true() is not Truth.NO:
        return True
    networks = [one for one in design.sources(subnet, Relation.CONTAINS) if one.kind == "network"]
    near = [
        *networks,
        subnet,
        *(t for t in design.targets(subnet, Relation.ROUTES_TO) if t.kind == "route_table"),
    ]
    ways = [
        way
        for place in near
        for way in (*design.targets(place), *design.sources(place))
        if way.kind == "egress"
    ]
    for way in ways:
        service = way["service"].text()
        if way["kind"].text() in ("gateway_endpoint", "private_endpoint") and (
            service is None or service.rpartition(".")[2] in ("s3", "blob") or "storage" in service.lower()
        ):
            return True
    return False


def _in_other_zones(node: Resource, subnets: list[Resource], design: Design) -> bool:
    """Whether every machine behind the gateway stands in another zone than the gateway itself."""
    own = _zones(design.targets(node, Relation.PLACED_IN), design)
    theirs = [_zones((subnet,), design) for subnet in subnets if design.sources(subnet, Relation.PLACED_IN)]
    return bool(own) and bool(theirs) and all(zones and not zones & own for zones in theirs)


def _zones(places: Iterable[Resource], design: Design) -> set[str]:
    return {name for place in places for name in design.zones(place).names}


def _cost(node: Resource, design: Design, stores: list[Resource], crosses: bool) -> tuple[Decimal, str]:
    """A month, at most, and in words: all that is stored, read once a run through the gateway, and over
    zones where it stands in another (https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer: both out and in).
    """
    catalog = design.catalog
    priced = [item.row.region for item in design.cost(node).items]  # also where the estimate assumes it
    region = node["region"].text() or (priced[0] if priced else "")
    size = sum((stored_gib(design.cost(store)).high for store in stores), Decimal(0))
    row = catalog.price(node.provider, region, "nat", "data")
    if row is None or not size:
        return Decimal(0), ""
    runs = Decimal(design.needs(stores[0]).number("training.runs_per_month") or _RUNS)
    crossing = catalog.price("aws", region, "egress", "inter-zone") if node.provider == "aws" else None
    rate, over = row.price, ""
    if crosses and crossing is not None:
        rate += 2 * crossing.price
        over = f" and ${2 * crossing.price.normalize():f} from zone to zone"
    month = size * runs * rate
    price = f"${row.price.normalize():f} a GiB{over}"
    return month, f"; at {price} up to {dollars(month)} a month ({size:,.0f} GiB read {runs:f} times)"
