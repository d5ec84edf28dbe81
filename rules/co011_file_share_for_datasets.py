"""Large datasets and models belong in object storage; file systems are for what programs share and change in place.

## What it does
Reports network file systems (EFS, Filestore, Azure Files, claims that many pods may mount) which by their name hold
datasets, features or models, or which one training workload alone uses, where nothing but training and pipelines
uses them. It names what object storage saves where the size is stated.

## Why is this bad
A GiB costs ten times as much as in object storage, and Filestore is paid by its capacity, full or empty. Training reads
a dataset from one end to the other, which object storage serves to any number of machines, and keeps versions of.

## Example
```hcl
resource "aws_efs_file_system" "training_dataset" {
  encrypted = true
}
```
mounted by a training job.

## Use instead
```hcl
resource "aws_s3_bucket" "training_dataset" {
  bucket = "acme-training-dataset"
}
```
read with Mountpoint for S3 or Cloud Storage FUSE, or through a file system for Lustre that is linked to the bucket
where many small files are read at random.

## When it does not fire
File systems that are made for training (Lustre, Parallelstore, NetApp), home directories, scratch and checkpoints; what
notebooks or serving use as well; up to `least_gib` where the size is stated; what needs a file system, with the tag
`mlarchlint.dev/posix`.

## Parameters
`least_gib` (100): GiB from which on a stated size is large.

## References
- https://docs.aws.amazon.com/sagemaker/latest/dg/model-access-training-data.html
- https://docs.aws.amazon.com/AmazonS3/latest/userguide/mountpoint.html
- https://cloud.google.com/storage/docs/cloud-storage-fuse/overview
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mlarchlint.api import (
    TRAINING,
    Design,
    Hit,
    Hits,
    Kind,
    Related,
    Resource,
    Severity,
    Value,
    data_role,
    dollars,
    rule,
    saved_by_object_store,
)

_READ_WHOLE = ("dataset", "features", "model")
_PLAIN = ("efs", "filestore", "storage_share", "azurefile", "nfs", "rwx")
_SHARED = ("home", "user", "scratch", "workspace", "checkpoint", "cache", "tmp", "notebook", "jupyter", "log")
_USERS = (*TRAINING, "pipeline", "inference-batch")
_POSIX = "mlarchlint.dev/posix"
_LEAST_CONFIDENCE = 0.6


@rule(
    id="MLA-CO011",
    severity=Severity.LOW,
    on=Kind("file_share"),
    since="0.1",
    params={"least_gib": 100},
)
def file_share_for_datasets(node: Resource, design: Design, params: Mapping[str, Any]) -> Hits:
    users, role = design.consumers(node), data_role(node)
    if not users or _POSIX in node.tags or not _is_plain(node) or _is_shared(node):
        return
    roles = [design.role_of(user) for user in users]
    if any(one is None or one.role not in _USERS or one.confidence < _LEAST_CONFIDENCE for one in roles):
        return
    size = _size(node, design)
    if size is not None and size <= Decimal(str(params["least_gib"])):
        return
    related = tuple(Related(f"{user.address} uses it", user.span) for user in users[:3])
    fix = "keep it in object storage and mount or stream that"
    if role in _READ_WHOLE:
        claim = f"keeps {_article(role)} for training on a file system{_saving(node, design, size)}"
        yield Hit(_place(node), claim, related=related, fix=fix)
    elif role is None and len(users) == 1 and roles[0] is not None and roles[0].role in TRAINING:
        claim = (
            f"only {users[0].address} uses the file system; whether it does more than read data is not known"
        )
        yield Hit(_place(node), claim, certain=False, related=related, fix=fix)


def _article(role: str | None) -> str:
    return {"dataset": "a dataset", "model": "models"}.get(role or "", role or "")


def _is_plain(node: Resource) -> bool:
    """Not Lustre and its like; of a claim, by its storage class."""
    kind = f"{node.type} {node['storage_class'].text() or ''}".lower()
    return any(word in kind for word in _PLAIN)


def _is_shared(node: Resource) -> bool:
    name = f"{node.name} {node['name'].text() or ''}".lower()
    return any(word in name for word in _SHARED)


def _size(node: Resource, design: Design) -> Decimal | None:
    """GiB, where the code or the usage says it."""
    said = node["size_gib"].number()
    if said is not None:
        return said
    sizes = {item.quantity_low for item in design.cost(node).items if item.unit == "GiB-month"}
    return max(sizes) if sizes and max(sizes) > 0 else None


def _saving(node: Resource, design: Design, size: Decimal | None) -> str:
    saved = saved_by_object_store(design.cost(node), node.provider, design.catalog)
    if saved is None or size is None or saved[1] < 1:
        return ""
    return f"; object storage saves up to {dollars(saved[1])} a month for {saved[0]:,.0f} GiB"


def _place(node: Resource) -> Value:
    return Value.known(node.address, node.span)
