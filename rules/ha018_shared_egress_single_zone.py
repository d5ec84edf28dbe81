"""Private subnets in several zones should not share one zonal NAT gateway on a hard path.

## What it does
Looks at serving fleets that span several zones, and at the NAT gateway by which they reach the internet. It
reports one gateway in a single zone that the subnets of other zones use as well.

## Why is this bad
When the zone of the gateway fails, the instances in the other zones run on, and reach nothing outside: no
images and models for new instances, no API that a prediction asks. The fleet cannot
grow in the very hour that it has to.

## Example
```hcl
module "vpc" {
  source             = "terraform-aws-modules/vpc/aws"
  azs                = ["us-east-1a", "us-east-1b", "us-east-1c"]
  enable_nat_gateway = true
  single_nat_gateway = true
}
```

## Use instead
```hcl
module "vpc" {
  source                 = "terraform-aws-modules/vpc/aws"
  azs                    = ["us-east-1a", "us-east-1b", "us-east-1c"]
  enable_nat_gateway     = true
  one_nat_gateway_per_az = true
}
```

## When it does not fire
Regional NAT gateways, Cloud NAT, zone-redundant ones (StandardV2), one gateway in each zone, fleets in a single zone (MLA-HA001 tells
that), networks with endpoints to the services of the cloud beside the gateway, and development environments.

## References
- https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
- https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html
- https://learn.microsoft.com/azure/nat-gateway/nat-availability-zones
"""

from collections.abc import Iterable, Iterator

from mlarchlint.api import Design, Hit, Hits, Kind, Related, Relation, Resource, Severity, Truth, Value, rule

_SURE = 0.6
_FIX = "give each zone a gateway of its own, or choose one that spans the zones"


@rule(id="MLA-HA018", severity=Severity.LOW, on=Kind("egress", "network"), since="0.1")
def shared_egress_single_zone(node: Resource, design: Design) -> Hits:
    if node.kind == "network":
        shared = node["egress_shared"]
        if node.instance.get("enable_nat_gateway").is_true() is Truth.NO:
            return
        users = _serving(design.sources(node, Relation.PLACED_IN), design) if not shared.is_absent else []
        yield from _told(shared, [one for one in users if _spans(one, design)], shared.is_true())
        return
    if node["kind"].text() != "nat":
        return
    redundancy = node["zone_redundancy"]
    single = redundancy.equals("none")
    if single is Truth.NO:
        return
    subnets = list(dict.fromkeys(_subnets(node, design)))
    beyond = [one for one in subnets if _elsewhere(one, node, design)]
    users = _serving((user for one in beyond for user in design.sources(one, Relation.PLACED_IN)), design)
    users = [one for one in users if _spans(one, design)]
    if users and not any(_has_endpoints(one, design) for one in subnets):
        at = redundancy if not redundancy.default else Value.known(node.address, node.span)
        yield from _told(at, users, single)


def _told(at: Value, users: list[Resource], shared: Truth) -> Hits:
    if not users or shared is Truth.NO:
        return
    first = users[0]
    related = tuple(Related(f"{one.address} reaches the internet by it", one.span) for one in users[:3])
    if shared is Truth.MAYBE:
        claim = f"whether the zones of {first.address} share one NAT gateway is not known: {at.why}"
        yield Hit(at, claim, certain=False, related=related, fix=_FIX)
    else:
        claim = f"one NAT gateway in one zone is the way out of all zones of {first.address}: without it no new instance gets its image and model"
        yield Hit(at, claim, related=related, fix=_FIX)


def _subnets(node: Resource, design: Design) -> Iterator[Resource]:
    """Those whose way out it is: by their route tables, or attached at once."""
    for source in design.sources(node, Relation.ROUTES_TO):
        if source.kind == "subnet":
            yield source
        elif source.kind == "route_table":
            yield from (one for one in design.sources(source, Relation.ROUTES_TO) if one.kind == "subnet")


def _elsewhere(subnet: Resource, node: Resource, design: Design) -> bool:
    """A subnet in another zone than the gateway; those of Azure span all of them."""
    if node.provider == "azure":
        return True
    own = {name for place in design.targets(node, Relation.PLACED_IN) for name in design.zones(place).names}
    names = set(design.zones(subnet).names)
    return bool(own) and bool(names) and not names & own


def _serving(nodes: Iterable[Resource], design: Design) -> list[Resource]:
    found = []
    for one in dict.fromkeys(nodes):
        role = design.role_of(one)
        if role is not None and role.role == "inference" and role.confidence >= _SURE:
            found.append(one)
    return found


def _spans(node: Resource, design: Design) -> bool:
    return design.zones(node).multi is Truth.YES


def _has_endpoints(subnet: Resource, design: Design) -> bool:
    """To stores and to services: what instances need outside may well be there."""
    networks = [one for one in design.sources(subnet, Relation.CONTAINS) if one.kind == "network"]
    kinds = {
        way["kind"].text()
        for place in (subnet, *networks)
        for way in (*design.targets(place), *design.sources(place))
        if way.kind == "egress"
    }
    return "private_endpoint" in kinds
