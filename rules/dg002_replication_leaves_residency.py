"""Replicas, backups and logs must stay in the regions that the requirements allow.

## What it does
Follows data to where it is kept a second time: replication rules of buckets, replicas and backups
in other regions, clusters of a database, failover groups, geo-redundant storage (the paired region
of Azure), copies of backups and snapshots, registries of images that replicate, log sinks, audit
trails and the logs of load balancers and CDNs. What lies outside
`requirements.data.residency.allowed_regions` is reported at what sends it there.

## Why is this bad
The store itself is in the right place, which is what audits look at; the copy is not, and nobody
looks there. Geo-redundancy is often a default, and the pair of a region may lie in another country.

## Example
```hcl
resource "azurerm_storage_account" "dataset" {
  location                 = "West Europe"
  account_replication_type = "GRS"
}
```
with `allowed_regions: [westeurope]`: the second copy lies in North Europe.

## Use instead
```hcl
resource "azurerm_storage_account" "dataset" {
  location                 = "West Europe"
  account_replication_type = "ZRS"
}
```

## When it does not fire
Without allowed regions in the requirements, where the source itself lies outside them (MLA-DG001),
for databases that replicate (the replica itself is judged), and for caches of a CDN unless
`data.residency.cdn_exempt` is false. A target whose region is not known is an unknown verdict.

## References
- https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html
- https://learn.microsoft.com/azure/storage/common/storage-redundancy
- https://cloud.google.com/logging/docs/regionalized-logs
"""

from mlarchlint.api import (
    COPYING_KINDS,
    Design,
    Hit,
    Hits,
    Kind,
    Related,
    Resource,
    Severity,
    Truth,
    Value,
    rule,
)

_ALLOWED = "data.residency.allowed_regions"
_CACHED = ("GET", "HEAD")


@rule(id="MLA-DG002", severity=Severity.HIGH, on=Kind(*COPYING_KINDS), since="0.1")
def replication_leaves_residency(node: Resource, design: Design) -> Hits:
    needs = design.needs(node)
    names = [str(name) for name in needs.items(_ALLOWED)]
    if not names:
        return
    allowed = ", ".join(names)
    written = Related(f"allowed: {allowed}", needs.span(_ALLOWED))
    if node.kind == "cdn" and needs.flag("data.residency.cdn_exempt") is False:
        yield from _at_edges(node, needs.text("traffic.method"), written)
    stays, _, _ = design.resides(node, names)
    if stays is Truth.NO:
        return
    fix = f"keep copies in {allowed}"
    for copy, within in design.copies_outside(node, names):
        related = (
            (written,) if copy.target is None else (written, Related("the copy lies here", copy.target.span))
        )
        if within is Truth.NO:
            claim = f"{copy.where}, outside the allowed regions ({allowed})"
            yield Hit(copy.at, claim, attribute=copy.said, related=related, fix=fix)
        else:
            claim = f"whether copies stay in the allowed regions ({allowed}) is not known: {copy.where}"
            yield Hit(copy.at, claim, certain=False, attribute=copy.said, related=related, fix=fix)


def _at_edges(node: Resource, method: str | None, written: Related) -> Hits:
    """Answers to POST are kept at no edge."""
    if method is None or method in _CACHED:
        claim = "keeps copies of answers at edges around the world, and `cdn_exempt` is false"
        yield Hit(
            Value.known(node.address, node.span),
            claim,
            attribute="edges",
            related=(written,),
            fix="cache nothing",
        )
