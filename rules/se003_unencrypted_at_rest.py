"""Every store that holds datasets, features, models, checkpoints or logs is encrypted at rest.

## What it does
Reports stores, disks and endpoint volumes whose data would be written in the clear. It knows
what each provider encrypts by default (S3, Cloud Storage, Azure Storage, Google's disks) and
stays silent there.

## Why is this bad
Datasets and captured requests are often personal data, models are the product. A lost
snapshot or disk of an unencrypted store is a disclosure, and encryption can rarely be turned
on later without copying the data.

## Example
```hcl
resource "aws_efs_file_system" "datasets" {}
```

## Use instead
```hcl
resource "aws_efs_file_system" "datasets" {
  encrypted  = true
  kms_key_id = aws_kms_key.data.arn
}
```

## When it does not fire
Where the platform always encrypts, on instance-store disks, and on EBS volumes of a design
that turns on `aws_ebs_encryption_by_default`.

## References
- https://docs.aws.amazon.com/wellarchitected/latest/machine-learning-lens/mlsec-04.html
- https://cloud.google.com/docs/security/encryption/default-encryption
- https://learn.microsoft.com/azure/security/fundamentals/encryption-atrest
- https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
"""

from mlarchlint.api import (
    Design,
    Edit,
    Format,
    Hit,
    Hits,
    Kind,
    Relation,
    Resource,
    Severity,
    Truth,
    Value,
    rule,
)

_MACHINES = ("compute_instance", "compute_group", "compute_template")
_ON_EBS = ("block_volume", "storage_class", *_MACHINES)

_EDITS = (
    Edit("encrypted_at_rest", True, note="encryption of an existing store replaces it: copy the data first"),
)


@rule(
    id="MLA-SE003",
    severity=Severity.HIGH,
    on=Kind(
        "object_store",
        "block_volume",
        "file_share",
        "database",
        "cache",
        "stream",
        "queue",
        "notebook",
        "model_endpoint",
        "feature_store",
        "vector_index",
        "batch_job",
        "training_cluster",
        "compute_instance",
        "compute_group",
        "compute_template",
        "storage_class",
        "data_processor",
    ),
    since="0.1",
)
def unencrypted_at_rest(node: Resource, design: Design) -> Hits:
    encrypted = node["encrypted_at_rest"]
    if encrypted.is_absent or (node.kind in _ON_EBS and _encrypted_by_account(node, design)):
        return
    if _undescribed(node, design, encrypted):
        claim = "describes no disks: their encryption is left to the image and the account's default"
        yield Hit(encrypted, claim, certain=False)
        return
    fix = "turn on encryption at rest; on an existing store this may replace it, so copy the data first"
    match encrypted.is_true():
        case Truth.NO:
            yield Hit(encrypted, "stores its data unencrypted", fix=fix, edits=_EDITS)
        case Truth.MAYBE:
            claim = f"encryption at rest is not known: {encrypted.why}"
            scenario = encrypted.scenario_where(lambda value: ~value.is_true())
            if scenario:
                claim = f"stores its data unencrypted when {scenario}"
            # A branch of the code that leaves the data in the clear is there; what an input will be is not known.
            certain = bool(scenario) and not scenario.startswith("parameter ")
            yield Hit(encrypted, claim, certain=certain, fix=fix, edits=_EDITS if certain else ())


def _undescribed(node: Resource, design: Design, encrypted: Value) -> bool:
    """A machine whose code says nothing of its disks: the snapshot in the image decides."""
    blocks = (node, *design.targets(node, Relation.USES))
    machines = any(block.kind in _MACHINES for block in blocks)
    if not machines or not encrypted.default or encrypted.is_true() is not Truth.NO:
        return False
    return node.instance.format is not Format.TERRAFORM or any(
        encrypted.span.file == block.span.file and encrypted.span.line == block.span.line for block in blocks
    )


def _encrypted_by_account(node: Resource, design: Design) -> bool:
    """The account setting encrypts every new EBS volume, whatever the volume says."""
    return node.provider == "aws" and node.instance.scope in design.once(_encrypted_stacks)


def _encrypted_stacks(design: Design) -> frozenset[str]:
    return frozenset(
        other.instance.scope
        for other in design.graph
        if other.type == "aws_ebs_encryption_by_default"
        and other.instance.get("enabled").equals(False) is not Truth.YES
    )
