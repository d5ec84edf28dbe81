"""Training and processing must run in the region of their data.

## What it does
Compares the region of everything that trains or processes data with the regions of the buckets and file systems
it reads and writes. It names what the way between the regions costs for the data that the estimate assumes or the usage
states, where the catalog has the price.

## Why is this bad
Every run pays for each GiB that leaves the region of the data, and waits for it: a terabyte over a continent takes hours
in which the accelerators stand idle. Data also crosses a border that nobody meant it to cross.

## Example
```hcl
resource "aws_s3_bucket" "dataset" {
  provider = aws.oregon
  bucket   = "acme-dataset"
}

resource "aws_batch_job_definition" "training" {
  container_properties = jsonencode({
    command = ["train", "--data", "s3://acme-dataset"]
  })
}
```
with the default provider in `us-east-1`.

## Use instead
```hcl
resource "aws_s3_bucket" "dataset" {
  bucket = "acme-dataset"
}
```

## When it does not fire
Locations that cover the region (`US` for `us-central1`), dual regions, and stores that are replicated with one in the
region; stores of logs, of Terraform state, and backups; less than `least_gib` of data. Accelerators that only another
region has are a reason to suppress the finding.

## Parameters
`least_gib` (1): GiB in the store that make the distance matter.

## References
- https://docs.aws.amazon.com/cur/latest/userguide/cur-data-transfers-charges.html
- https://cloud.google.com/storage/docs/locations
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mlarchlint.api import (
    RUNS_A_MONTH,
    TRAINING,
    Design,
    Hit,
    Hits,
    Kind,
    Related,
    Resource,
    Severity,
    Truth,
    Value,
    between_regions,
    data_role,
    dollars,
    near,
    rule,
    stored_gib,
)

_PUT_AWAY = ("archive", "backup", "replica", "-dr", "recovery")


@rule(
    id="MLA-CO012",
    severity=Severity.MEDIUM,
    on=Kind(
        "batch_job", "training_cluster", "compute_instance", "compute_group", "container_service",
        "serverless_container", "serverless_function", "data_processor",
    ),
    roles=(*TRAINING, "pipeline"),
    since="0.1",
    params={"least_gib": 1},
)  # fmt: skip
def data_and_compute_apart(node: Resource, design: Design, params: Mapping[str, Any]) -> Hits:
    least = Decimal(str(params["least_gib"]))
    stores = [one for one in design.stores(node) if _counts(one, design, least)]
    verdicts = [(one, near(design.graph, node, one)) for one in stores]
    far = [one for one, verdict in verdicts if verdict is Truth.NO]
    open_ended = [one for one, verdict in verdicts if verdict is Truth.MAYBE]
    if far:
        names = ", ".join(f"{one.address} ({one['region'].text()})" for one in far)
        claim = f"runs in {node['region'].text()} and works on {names}{_cost(node, far, design)}"
        yield Hit(
            _place(node),
            claim,
            related=tuple(Related(f"{one.address} lies here", one.span) for one in far),
            fix="train in the region of the data, or keep a replica of the data in the region that trains",
        )
    elif open_ended:
        store = open_ended[0]
        why = next((one["region"].why for one in (node, store) if one["region"].why), "where its copy lies")
        claim = f"whether it runs in the region of {store.address} is not known: {why}"
        yield Hit(_place(node), claim, certain=False)


def _counts(store: Resource, design: Design, least: Decimal) -> bool:
    if store.kind not in ("object_store", "file_share") or data_role(store) in ("logs", "state"):
        return False
    name = f"{store.name} {store['name'].text() or ''}".lower().replace("_", "-")
    if any(word in name for word in _PUT_AWAY):
        return False
    found = design.cost(store)
    return not found.items or bool(found.gaps) or stored_gib(found).high >= least


def _place(node: Resource) -> Value:
    """The region where the block itself says it; else the block."""
    region = node["region"]
    inside = region.span.file == node.span.file and node.span.line <= region.span.line <= node.span.end_line
    return region if inside else Value.known(region.text() or "", node.span)


def _cost(node: Resource, far: list[Resource], design: Design) -> str:
    """For all that is stored, once a run."""
    said = design.needs(node).number("training.runs_per_month")
    runs = Decimal(str(said)) if said is not None else RUNS_A_MONTH
    size, total = Decimal(0), Decimal(0)
    for store in far:
        row = between_regions(store.provider, store["region"].text() or "", design.catalog)
        if row is None:
            return ""
        gib = stored_gib(design.cost(store)).high
        size += gib
        total += gib * row.price * runs
    if not total:
        return ""
    return (
        f"; to carry up to {size:,.0f} GiB between the regions {runs:f} times costs {dollars(total)} a month"
    )
