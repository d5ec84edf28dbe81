"""Clusters that serve production must have a regional/zone-redundant control plane with an SLA.

## What it does
Looks at clusters whose nodes and pods serve predictions, and reports a control plane in a single zone (GKE with a zone
as its location) and one that nothing is promised for (AKS on the Free tier).

## Why is this bad
While the control plane is away no pod is replaced, nothing scales, and no update goes out: the fleet
lives on with what it has. A zonal one is also away during each of its own upgrades.

## Example
```hcl
resource "google_container_cluster" "serving" {
  name     = "serving"
  location = "us-central1-a"
}
```

## Use instead
```hcl
resource "google_container_cluster" "serving" {
  name     = "serving"
  location = "us-central1"
}
```

## When it does not fire
Clusters that serve nothing, EKS, GKE Autopilot, development environments, and serving whose nodes are in the one zone of the
cluster's location as well (MLA-HA001 tells that).

## References
- https://cloud.google.com/kubernetes-engine/docs/concepts/regional-clusters
- https://cloud.google.com/kubernetes-engine/sla
- https://learn.microsoft.com/azure/aks/free-standard-pricing-tiers
"""

from collections.abc import Iterator

from mlarchlint.api import Design, Edit, Hit, Hits, Kind, Relation, Resource, Severity, Truth, rule

_SURE = 0.6
_REGIONAL = "make the cluster regional: its location is the region (a new cluster, to which workloads move)"
_PAID = "choose the Standard tier"


@rule(id="MLA-HA014", severity=Severity.MEDIUM, on=Kind("cluster"), since="0.1")
def control_plane_zonal(node: Resource, design: Design) -> Hits:
    zones, promised = node["control_plane.zones"], node["control_plane.sla"]
    if zones.is_absent or node["auto_mode"].is_true() is Truth.YES:
        return
    alone, bare = zones.equals(1), promised.equals(0)
    if (alone is Truth.NO and bare is Truth.NO) or not _serves(node, design):
        return
    if alone is Truth.YES and not _told_of_its_nodes(node, design):
        yield Hit(
            zones, "its control plane runs in a single zone, and it serves", attribute="zones", fix=_REGIONAL
        )
    elif alone is Truth.MAYBE:
        claim = f"whether its control plane is in more than one zone is not known: {zones.why}"
        yield Hit(zones, claim, certain=False, attribute="zones", fix=_REGIONAL)
    if bare is Truth.YES:
        claim = "nothing is promised for the availability of its control plane (Free tier), and it serves"
        edits = (Edit("tier", "Standard", note="the Standard tier costs by the hour"),)
        yield Hit(promised, claim, attribute="sla", fix=_PAID, edits=edits)
    elif bare is Truth.MAYBE and alone is not Truth.MAYBE:
        claim = f"whether anything is promised for its control plane is not known: {promised.why}"
        yield Hit(promised, claim, certain=False, attribute="sla", fix=_PAID)


def _hosted(node: Resource, design: Design) -> Iterator[Resource]:
    """The cluster, its groups of nodes, and the pods on them."""
    hosts = (node, *(one for one in design.targets(node, Relation.CONTAINS) if one.kind == "compute_group"))
    for host in hosts:
        yield host
        yield from design.sources(host, Relation.PLACED_IN)


def _serves(node: Resource, design: Design) -> bool:
    roles = (design.role_of(one) for one in _hosted(node, design))
    return any(
        found is not None and found.role == "inference" and found.confidence >= _SURE for found in roles
    )


def _told_of_its_nodes(node: Resource, design: Design) -> bool:
    """The nodes that serve are in its one zone, as the same location says."""
    serving = [one for one in _hosted(node, design) if design.role(one) == "inference" and one is not node]
    place = node["control_plane.zones"].span
    spans = [design.zones(one) for one in serving]
    return any(span.multi is Truth.NO and span.deciding.span == place for span in spans)
