"""The machine types and services that a design asks for must be offered in the region it is deployed to.

## What it does
Looks every machine type up in the price list of virtual machines of its region. A type that has no price there, while
the region sells others and other regions sell it, is reported with regions that have it, and with the date of the list.
A service of AWS is reported where the list of services by region, that of endpoints and that of the resource types of
CloudFormation all lack it in the region. Where a template asks for a type that CloudFormation does not have in the
region, and the other lists do not say the same, the verdict is unknown. Availability zones that are asked for in a region
of Azure without any are reported as well.

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
medium. The list of Google Cloud is not complete, and what it lacks is an unknown verdict. Services of Google Cloud and
Azure, and regions of AWS that a list does not name (China among them). Types that only CloudFormation lacks, in Terraform:
`mlarchlint check` notes them.

## References
- https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-discovery.html
- https://aws.amazon.com/about-aws/global-infrastructure/regional-product-services/
- https://cloud.google.com/compute/docs/regions-zones
- https://azure.microsoft.com/explore/global-infrastructure/products-by-region/
"""

from mlarchlint.api import (
    Design,
    Format,
    Hit,
    Hits,
    Kind,
    Lacking,
    Resource,
    Severity,
    Unsold,
    Value,
    has_accelerator,
    lacking_service,
    other_region,
    read_on,
    region_without_zones,
    rule,
    selling_regions,
    sold_in,
    unsold,
)

_NAMED = 4
_COMPLETE = ("aws", "azure")  # the list of Google Cloud lacks types in regions that offer them
_RARE = 0.75  # of all regions: accelerators that fewer have are worth asking about


_WITH_MACHINES = (
    "compute_instance",
    "compute_group",
    "training_cluster",
    "cluster",
    "batch_job",
    "data_processor",
)
_SERVICES = (
    "serverless_container", "api_gateway", "model_endpoint", "foundation_model_api", "guardrail", "vector_index",
    "database", "cache", "stream", "object_store", "file_share", "feature_store", "experiment_tracker", "model",
    "model_registry", "model_monitor", "notebook", "orchestrator", "trigger", "data_transfer", "build", "namespace",
    "dashboard",
)  # fmt: skip


@rule(id="MLA-DG008", severity=Severity.HIGH, on=Kind(*_WITH_MACHINES, *_SERVICES), since="0.1")
def unavailable_in_region(node: Resource, design: Design) -> Hits:
    lacking = lacking_service(node)
    if lacking is not None and (lacking.by_all or node.instance.format is Format.CLOUDFORMATION):
        yield _not_offered(node, lacking, design)
    elif node.kind in _WITH_MACHINES:
        yield from _machines(node, design)
    yield from _zones(node)


def _zones(asking: Resource) -> Hits:
    """Availability zones, where the region has none."""
    region, zones = region_without_zones(asking), asking["zones"]
    if region is not None and any(zone.text() for zone in zones.items()):
        claim = f"asks for availability zones, and {region} has none, by the list of {read_on()}"
        yield Hit(zones, claim, attribute="zones", fix=f"leave zones out, or choose {other_region(region)}")


def _not_offered(asking: Resource, found: Lacking, design: Design) -> Hit:
    region = asking["region"]
    inside = (
        region.span.file == asking.span.file and asking.span.line <= region.span.line <= asking.span.end_line
    )
    place = region if inside else Value.known(found.region, asking.span)
    shared = Value.absent().span if inside else region.span
    places = f"it is offered in {_some(found.elsewhere)}"
    fix = "choose a region that offers the service, or a service that the region offers"
    if not found.by_all:
        claim = (
            f"whether CloudFormation can make it in {found.region} is not known: its types of {found.listed} "
            f"have no {found.made_by} there; {places}"
        )
        return Hit(place, claim, certain=False, attribute=found.made_by, shared=shared, fix=fix)
    claim = f"{found.service} is not offered in {found.region}, by the lists of {found.listed}; {places}"
    severity = Severity.MEDIUM if found.is_old(design.today) else Severity.HIGH
    return Hit(place, claim, attribute=found.service, shared=shared, severity=severity, fix=fix)


def _machines(asking: Resource, design: Design) -> Hits:
    types = list(asking["instance_types"].items()) or [asking["instance_type"]]
    names = [value.text() for value in types]
    if any(name is None for name in names):
        return
    found = [unsold(asking, name or "", design.catalog) for name in names]
    lacking = [one for one in found if one is not None]
    if lacking and len(lacking) == len(found):
        yield _missing(asking, types[0], lacking[0], design)
    elif asking["region"].text() is None and len(names) == 1 and has_accelerator(asking) is not None:
        yield from _open(asking, types[0], design)


def _missing(asking: Resource, kind: Value, found: Unsold, design: Design) -> Hit:
    places = _places(found.elsewhere)
    fix = "choose a type that the region offers, or a region that offers the type"
    if asking.provider not in _COMPLETE:
        claim = f"whether {found.machine} is offered in {found.region} is not known: the price list of {found.listed} has it not; {places}"
        return Hit(kind, claim, certain=False, fix=fix)
    claim = f"{found.machine} is not sold in {found.region}, by the price list of {found.listed}; {places}"
    severity = Severity.MEDIUM if found.is_old(design.today) else Severity.HIGH
    return Hit(kind, claim, fix=fix, severity=severity)


def _open(asking: Resource, kind: Value, design: Design) -> Hits:
    """The region is decided elsewhere, and many do not have the type."""
    places = sold_in(kind.text() or "", asking.provider, design.catalog)
    if not places or len(places) >= _RARE * selling_regions(asking.provider, design.catalog):
        return
    why = asking["region"].why or "the code does not say which"
    claim = f"whether {kind.text()} is offered in its region is not known: {why}; {_places(places)}"
    yield Hit(kind, claim, certain=False)


def _places(names: tuple[str, ...]) -> str:
    return f"it is sold in {_some(names)}"


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
