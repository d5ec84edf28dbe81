"""Buckets that hold datasets and models keep versions.

## What it does
Reports object stores whose names say that they hold datasets or models, and which keep only the
latest state of each object.

## Why is this bad
A model can only be explained, trained again or rolled back with the very data and weights it was
made of. Without versions a second upload, or one wrong `sync --delete`, replaces them for good.

## Example
```hcl
resource "aws_s3_bucket" "models" {
  bucket = "acme-models"
}
```

## Use instead
```hcl
resource "aws_s3_bucket_versioning" "models" {
  bucket = aws_s3_bucket.models.id

  versioning_configuration {
    status = "Enabled"
  }
}
```

## When it does not fire
Stores of logs, code, web pages, temporary data and checkpoints, stores that a table format, DVC or lakeFS
versions (said by a tag), designs without a machine-learning workload, and stores that cannot
keep versions.

## References
- https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
- https://cloud.google.com/storage/docs/object-versioning
- https://learn.microsoft.com/azure/storage/blobs/versioning-overview
- https://docs.aws.amazon.com/wellarchitected/latest/machine-learning-lens/welcome.html
"""

import re

from mlarchlint.api import Design, Hit, Hits, Kind, Resource, Severity, Truth, passes_by, regex, rule

_WORDS = {"dataset": "datasets", "model": "models"}
_OTHERWISE = regex(r"dvc|lakefs|iceberg|delta|hudi", re.IGNORECASE)


@rule(id="MLA-ML002", severity=Severity.MEDIUM, on=Kind("object_store"), since="0.1")
def dataset_or_model_not_versioned(node: Resource, design: Design) -> Hits:
    held = _WORDS.get(design.data_role(node) or "")
    versioning = node["versioning"]
    if held is None or versioning.is_absent or not design.workloads or _keeps_otherwise(node):
        return
    fix = "turn on versioning, and let a lifecycle rule remove old versions after a while"
    match versioning.is_true():
        case Truth.NO:
            # Only S3 has a resource of its own for it.
            missing = ("part",) if versioning.default and node.provider == "aws" else ()
            yield Hit(versioning, f"holds {held}, and keeps no versions of them", missing=missing, fix=fix)
        case Truth.MAYBE:
            claim = f"whether the {held} in it are versioned is not known: {versioning.why}"
            yield Hit(versioning, claim, certain=False, fix=fix)


def _keeps_otherwise(node: Resource) -> bool:
    """What passes by, and what another tool versions or no tool can."""
    if passes_by(node):
        return True
    if (node["storage_class"].text() or "").upper().startswith("EXPRESS"):
        return True
    return any(_OTHERWISE.search(f"{key} {value.clue() or ''}") for key, value in node.tags.items())
