"""Stores of datasets, checkpoints, logs and artifacts need a lifecycle: move what is old, or expire it.

## What it does
Reports buckets that hold such data by their name, and file systems that training or serving uses, which neither
have lifecycle rules nor move objects by their use. It names what a colder class saves for the size
that the estimate assumes or the usage states.

## Why is this bad
Training data, checkpoints and logs pile up and are read less and less. Without a rule each month pays for all
that was ever written, at the price of the data that is in daily use.

## Example
```hcl
resource "aws_s3_bucket" "checkpoints" {
  bucket = "ml-checkpoints"
}
```

## Use instead
```hcl
resource "aws_s3_bucket_lifecycle_configuration" "checkpoints" {
  bucket = aws_s3_bucket.checkpoints.id

  rule {
    id     = "checkpoints"
    status = "Enabled"

    transition {
      days          = 30
      storage_class = "STANDARD_IA"
    }

    expiration {
      days = 60
    }
  }
}
```

## When it does not fire
Buckets of models (only old versions of these may expire), of features and of Terraform state; stores of up to 50 GiB by the usage or
the estimate (which assumes so much for logs and artifacts); stores in a colder class; what is kept hot on purpose with the tag `mlarchlint.dev/hot`.

## References
- https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
- https://docs.aws.amazon.com/efs/latest/ug/lifecycle-management-efs.html
- https://cloud.google.com/storage/docs/lifecycle
- https://learn.microsoft.com/azure/storage/blobs/lifecycle-management-overview
"""

from decimal import Decimal

from mlarchlint.api import (
    Design,
    Hit,
    Hits,
    Kind,
    Money,
    Resource,
    Saving,
    Severity,
    Truth,
    Value,
    data_role,
    dollars,
    rule,
    saved_by_tiering,
    stored_gib,
)

_PILING_UP = ("dataset", "checkpoints", "logs", "artifacts")
_HOT_CLASSES = ("standard", "hot", "multi_regional", "regional")
_LEAST_GIB = Decimal(50)
_HOT = "mlarchlint.dev/hot"
_USERS = ("training", "tuning", "inference", "inference-batch", "pipeline", "notebook")


@rule(id="MLA-CO004", severity=Severity.LOW, on=Kind("object_store", "file_share"), since="0.1")
def storage_lifecycle_missing(node: Resource, design: Design) -> Hits:
    role = _contents(node, design)
    if not role or _HOT in node.tags or _is_cold(node) or _is_small(node, design):
        return
    fix = "add a lifecycle rule that moves what is old to a colder class, or expires it"
    rules = node["lifecycle_rules"]
    match _has_lifecycle(node):
        case Truth.NO:
            saved = saved_by_tiering(design.cost(node), node.provider, design.catalog)
            held = "a dataset" if role == "dataset" else role
            claim = f"holds {held} and has no lifecycle rule{_amount(saved, node, design)}"
            saving = Saving("storage", Money(Decimal(0), saved[1]), "stored") if saved else None
            yield Hit(rules, claim, missing=("part",), fix=fix, saving=saving)
        case Truth.MAYBE:
            open_end = next(v for v in (rules, node["auto_tiering"], node["tiering"]) if v.is_unknown)
            claim = f"whether its {role} {'has' if role == 'dataset' else 'have'} a lifecycle is not known: {open_end.why}"
            yield Hit(open_end, claim, certain=False, fix=fix)


def _contents(node: Resource, design: Design) -> str:
    """What piles up in it. Of file systems only those that a workload uses, and that can move files at all."""
    role = data_role(node)
    if node.kind == "object_store":
        return role if role in _PILING_UP else ""
    if "efs" not in node.type.lower():
        return ""
    if role in _PILING_UP:
        return role
    users = {design.role(user) for user in design.consumers(node)}
    return "data" if users & set(_USERS) and role is None else ""


def _has_lifecycle(node: Resource) -> Truth:
    return node["lifecycle_rules"].more_than(0) | _is_on(node["auto_tiering"]) | _is_on(node["tiering"])


def _is_on(value: Value) -> Truth:
    return value.is_true()


def _is_cold(node: Resource) -> bool:
    kind = (node["storage_class"].text() or "standard").lower()
    return kind not in _HOT_CLASSES or (node["tier"].text() or "").lower() == "premium"


def _is_small(node: Resource, design: Design) -> bool:
    """By the most that the estimate has for it; what could not be priced is not small."""
    found = design.cost(node)
    return not found.gaps and bool(found.items) and stored_gib(found).high <= _LEAST_GIB


def _amount(saved: tuple[str, Decimal] | None, node: Resource, design: Design) -> str:
    if saved is None:
        return ""
    size = stored_gib(design.cost(node)).high
    return f"; {saved[0]} instead saves up to {dollars(saved[1])} a month for {size:,.0f} GiB"
