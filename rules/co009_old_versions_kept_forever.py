"""Versioned buckets need an end for old versions, and for uploads that were never completed.

## What it does
Reports versioned buckets of datasets, features, checkpoints, logs, artifacts or captured requests in which no lifecycle
rule deletes old versions. It names what each rewrite of the content adds to the monthly bill, for the size that the
estimate assumes or the usage states. On AWS it also reports, as information, versioned buckets that end old versions
and keep the parts of incomplete uploads.

## Why is this bad
With versioning nothing is ever deleted: what is overwritten or removed stays as an old version at the full price,
and no listing shows it. A dataset of a terabyte that is rewritten each week costs five times as much after a month.

## Example
```hcl
resource "aws_s3_bucket_versioning" "dataset" {
  bucket = aws_s3_bucket.dataset.id

  versioning_configuration {
    status = "Enabled"
  }
}
```

## Use instead
```hcl
resource "aws_s3_bucket_lifecycle_configuration" "dataset" {
  bucket = aws_s3_bucket.dataset.id

  rule {
    id     = "old-versions"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days           = 30
      newer_noncurrent_versions = 5
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}
```

## When it does not fire
Buckets of models, which keep their versions for a way back, and of Terraform state; buckets with an object lock or a
retention policy; what is kept on purpose with the tag `mlarchlint.dev/keep-versions`; buckets of up to `small_gib` by the
usage or the estimate (which assumes so much for logs and artifacts). Rules of Google Cloud Storage that delete objects
count for old versions as well.

## Parameters
`small_gib` (50): GiB in a bucket up to which old versions cost next to nothing.

## References
- https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
- https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html
- https://cloud.google.com/storage/docs/lifecycle
- https://learn.microsoft.com/azure/storage/blobs/lifecycle-management-overview
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mlarchlint.api import (
    Design,
    Hit,
    Hits,
    Kind,
    Resource,
    Severity,
    Truth,
    cost_of_copy,
    data_role,
    dollars,
    rule,
    stored_gib,
)

_REWRITTEN = ("dataset", "features", "checkpoints", "logs", "artifacts", "captured")
_WORDS = {"captured": "captured requests"}
_KEEP = "mlarchlint.dev/keep-versions"


@rule(
    id="MLA-CO009",
    severity=Severity.LOW,
    on=Kind("object_store"),
    since="0.1",
    params={"small_gib": 50},
)
def old_versions_kept_forever(node: Resource, design: Design, params: Mapping[str, Any]) -> Hits:
    role, versioning = data_role(node), node["versioning"]
    if role not in _REWRITTEN or _KEEP in node.tags or node["object_lock"].is_true() is Truth.YES:
        return
    held = _WORDS.get(role, role)
    if versioning.is_true() is Truth.NO or _is_small(node, design, Decimal(str(params["small_gib"]))):
        return
    ends = node["noncurrent_expiry_days"].is_set() | node["old_versions_expire"].is_true()
    if ends is Truth.YES:
        yield from _uploads(node)
    elif versioning.is_true() is Truth.MAYBE:
        claim = f"whether it keeps old versions of its {held} is not known: {versioning.why}"
        yield Hit(versioning, claim, certain=False)
    elif ends is Truth.MAYBE:
        days = node["noncurrent_expiry_days"]
        open_end = days if days.is_unknown else node["old_versions_expire"]
        claim = f"whether old versions of its {held} are ever deleted is not known: {open_end.why}"
        yield Hit(open_end, claim, certain=False)
    else:
        claim = f"keeps every old version of its {held}{_growth(node, design)}"
        fix = "add a lifecycle rule that deletes old versions after some weeks"
        if node.provider == "aws" and node["abort_upload_days"].is_absent:
            fix += ", and one that aborts incomplete uploads"
        yield Hit(versioning, claim, missing=("part",), fix=fix)


def _uploads(node: Resource) -> Hits:
    """Parts of S3 uploads stay until they are aborted; Azure drops uncommitted blocks after a week."""
    if node.provider != "aws" or not node["abort_upload_days"].is_absent:
        return
    yield Hit(
        node["noncurrent_expiry_days"],
        "ends old versions, and keeps the parts of uploads that were never completed",
        attribute="uploads",
        missing=("part",),
        fix="abort incomplete multipart uploads after some days",
        severity=Severity.INFO,
    )


def _is_small(node: Resource, design: Design, most: Decimal) -> bool:
    """By the most that the estimate has for it; what could not be priced is not small."""
    found = design.cost(node)
    return not found.gaps and bool(found.items) and stored_gib(found).high <= most


def _growth(node: Resource, design: Design) -> str:
    found = design.cost(node)
    copy = cost_of_copy(found)
    if not copy:
        return ""
    size = stored_gib(found).high
    return f"; rewriting up to {size:,.0f} GiB adds {dollars(copy)} a month each time, for good"
