"""Cluster API endpoints are private or restricted by CIDR.

## What it does
Reports managed Kubernetes clusters of an ML system whose API server answers the whole internet.

## Why is this bad
The API server starts and changes everything in the cluster. A token that leaked from a notebook or a pipeline opens it
from anywhere, and so does the next flaw of the server; behind a range of addresses it takes a place in
your network too.

## Example
```hcl
resource "aws_eks_cluster" "ml" {
  vpc_config {
    subnet_ids = var.private_subnets
  }
}
```

## Use instead
```hcl
resource "aws_eks_cluster" "ml" {
  vpc_config {
    subnet_ids              = var.private_subnets
    endpoint_private_access = true
    endpoint_public_access  = true
    public_access_cidrs     = ["198.51.100.0/24"] # the office
  }
}
```

## When it does not fire
Development; private endpoints, and those for named ranges of addresses; clusters of a stack in which nothing of
an ML system was found.

## References
- https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
- https://cloud.google.com/kubernetes-engine/docs/how-to/authorized-networks
- https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges
"""

from mlarchlint.api import Design, Hit, Hits, Kind, Resource, Severity, Truth, Value, rule

_LEAST = 0.6
_ALL = ("0.0.0.0/0", "::/0")
_FIX = "make the endpoint private, or name the addresses that may reach it"


@rule(id="MLA-SE021", severity=Severity.MEDIUM, on=Kind("cluster"), since="0.1")
def cluster_api_open(node: Resource, design: Design) -> Hits:
    public, ranges = node["api_public"], node["api_cidrs"]
    opened = public.is_true() & _admits_all(ranges)
    if opened is Truth.NO or not _is_meant(node, design):
        return
    if opened is Truth.YES:
        at = public if ranges.default else ranges
        yield Hit(at, "answers the whole internet at its API", attribute="api", fix=_FIX)
        return
    open_end = public if public.is_unknown else next((v for v in ranges.walk() if v.is_unknown), ranges)
    claim = f"whether its API answers the whole internet is not known: {open_end.why}"
    yield Hit(open_end, claim, attribute="api", certain=False, fix=_FIX)


def _admits_all(ranges: Value) -> Truth:
    if ranges.is_unknown:
        return Truth.MAYBE
    each = [cidr.one_of(*_ALL) for cidr in ranges.items()]
    if Truth.YES in each:
        return Truth.YES
    return Truth.MAYBE if Truth.MAYBE in each else Truth.NO


def _is_meant(node: Resource, design: Design) -> bool:
    return design.environment(node) != "dev" and node.instance.scope in design.once(_stacks_of_ml)


def _stacks_of_ml(design: Design) -> frozenset[str]:
    return frozenset(node.instance.scope for node in design.graph if _has_role(node, design))


def _has_role(node: Resource, design: Design) -> bool:
    role = design.role_of(node)
    return role is not None and role.role not in (None, "shared") and role.confidence >= _LEAST
