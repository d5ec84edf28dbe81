"""Data, and what processes it, must stay in the regions that the requirements allow.

## What it does
Compares the region of every store, and of every workload that trains, serves or moves data, with
`requirements.data.residency.allowed_regions`. A location that spans several regions (`EU`) is
allowed only where it is named itself. Copies of snapshots count as stores, and an inference profile of Bedrock as
processing wherever its area has room.

## Why is this bad
Where data may be is a matter of law and of contracts. One bucket in the wrong region is a breach
from the first object on, and moving it later means moving what was trained on it as well.

## Example
```hcl
resource "google_storage_bucket" "dataset" {
  name     = "acme-dataset"
  location = "US"
}
```
with `allowed_regions: [europe-west4]`.

## Use instead
```hcl
resource "google_storage_bucket" "dataset" {
  name     = "acme-dataset"
  location = "europe-west4"
}
```

## When it does not fire
Without allowed regions in the requirements, for global services (CDN, DNS, identities), and for
the state of the infrastructure code. A region that is not known is an unknown verdict.

## References
- https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_data_classification_identify_data.html
- https://cloud.google.com/storage/docs/locations
- https://docs.aws.amazon.com/bedrock/latest/userguide/cross-region-inference.html
- https://learn.microsoft.com/azure/ai-services/openai/how-to/deployment-types
"""

from mlarchlint.api import (
    DATA_KINDS,
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


@rule(id="MLA-DG001", severity=Severity.CRITICAL, on=Kind(*DATA_KINDS), since="0.1")
def data_residency_violation(node: Resource, design: Design) -> Hits:
    names = [str(name) for name in design.needs(node).items(_ALLOWED)]
    if not names or not design.holds_data(node):
        return
    stays, region, where = design.resides(node, names)
    allowed = ", ".join(names)
    related = (Related(f"allowed: {allowed}", design.needs(node).span(_ALLOWED)),)
    inside = region.span.file == node.span.file and node.span.line <= region.span.line <= node.span.end_line
    place = region if inside else Value.known(region.text() or "", node.span)
    # The region of a provider, or a variable that names one, is one problem, not one for each store in it.
    decided = region.origin[-1].span if region.origin else region.span
    shared = Value.absent().span if inside and not region.origin else decided
    fix = f"keep it in {allowed}"
    match stays:
        case Truth.NO:
            yield Hit(
                place,
                f"{where}, outside the allowed regions ({allowed})",
                related=related,
                shared=shared,
                fix=fix,
            )
        case Truth.MAYBE:
            claim = f"whether it stays in the allowed regions ({allowed}) is not known: {where}"
            yield Hit(place, claim, certain=False, related=related, shared=shared, fix=fix)
