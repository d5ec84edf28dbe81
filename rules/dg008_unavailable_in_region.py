"""The machine types that a design asks for must be offered in the region it is deployed to.

## What it does
Looks every machine type up in the price list of virtual machines of its region. A type that has no price there, while
the region sells others and other regions sell it, is reported with regions that have it, and with the date of the list.

## Why is this bad
Accelerators reach few regions at first. The plan is fine, and the deployment fails with an unsupported type, after data
and network were placed in a region that cannot train or serve the model.

## Example
```hcl
provider "aws" {
  region = "eu-south-2"
}

resource "aws_instance" "training" {
  instance_type = "p4d.24xlarge"
}
```

## Use instead
A type that the region offers, or a region that offers the type:
```hcl
provider "aws" {
  region = "eu-west-1"
}

resource "aws_instance" "training" {
  instance_type = "p4d.24xlarge"
}
```

## When it does not fire
Types that no region has a price for, types that a region sells in capacity blocks only, and managed machines (`ml.*`),
whose lists are not complete. Groups of which one type is offered. Where the region is not known, only accelerators that
many regions lack are asked about. A list that is older than 180 days may lack what came since: then the severity is
medium. The list of Google Cloud is not complete, and what it lacks is an unknown verdict.

## References
- https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-discovery.html
- https://cloud.google.com/compute/docs/regions-zones
- https://azure.microsoft.com/explore/global-infrastructure/products-by-region/
"""

from mlarchlint.api import (
    Design,
    Hit,
    Hits,
    Kind,
    Resource,
    Severity,
    Unsold,
    Value,
    has_accelerator,
    rule,
    selling_regions,
    sold_in,
    unsold,
)

_NAMED = 4
_COMPLETE = ("aws", "azure")  # the list of Google Cloud lacks types in regions that offer them
_RARE = 0.75  # of all regions: accelerators that fewer have are worth asking about


@rule(
    id="MLA-DG008",
    severity=Severity.HIGH,
    on=Kind(
        "compute_instance", "compute_group", "training_cluster", "cluster", "batch_job", "data_processor"
    ),
    since="0.1",
)
def unavailable_in_region(node: Resource, design: Design) -> Hits:
    types = list(node["instance_types"].items()) or [node["instance_type"]]
    names = [value.text() for value in types]
    if any(name is None for name in names):
        return
    found = [unsold(node, name or "", design.catalog) for name in names]
    lacking = [one for one in found if one is not None]
    if lacking and len(lacking) == len(found):
        yield _missing(node, types[0], lacking[0], design)
    elif node["region"].text() is None and len(names) == 1 and has_accelerator(node) is not None:
        yield from _open(node, types[0], design)


def _missing(node: Resource, kind: Value, found: Unsold, design: Design) -> Hit:
    places = _places(found.elsewhere)
    fix = "choose a type that the region offers, or a region that offers the type"
    if node.provider not in _COMPLETE:
        claim = f"whether {found.machine} is offered in {found.region} is not known: the price list of {found.listed} has it not; {places}"
        return Hit(kind, claim, certain=False, fix=fix)
    claim = f"{found.machine} is not sold in {found.region}, by the price list of {found.listed}; {places}"
    severity = Severity.MEDIUM if found.is_old(design.today) else Severity.HIGH
    return Hit(kind, claim, fix=fix, severity=severity)


def _open(node: Resource, kind: Value, design: Design) -> Hits:
    """The region is decided elsewhere, and many do not have the type."""
    places = sold_in(kind.text() or "", node.provider, design.catalog)
    if not places or len(places) >= _RARE * selling_regions(node.provider, design.catalog):
        return
    why = node["region"].why or "the code does not say which"
    claim = f"whether {kind.text()} is offered in its region is not known: {why}; {_places(places)}"
    yield Hit(kind, claim, certain=False)


def _places(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"it is sold in {', '.join(names[:_NAMED])}{more}"
