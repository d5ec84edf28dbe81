"""Data marked confidential/restricted uses customer-managed keys with rotation.

## What it does
Where the requirements call the data confidential or restricted, reports stores of the ML system that are encrypted
with the provider's own key, and keys of yours that encrypt such stores and are never rotated.

## Why is this bad
Who may read a store encrypted with the provider's key may read the data. A key of your own is a second lock:
its policy says who may decrypt, each use of it is logged, and what must be gone is gone with the key.

## Example
```hcl
resource "aws_s3_bucket" "captured" {
  bucket = "captured-requests"
}
```

## Use instead
```hcl
resource "aws_kms_key" "data" {
  enable_key_rotation = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "captured" {
  bucket = aws_s3_bucket.captured.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.data.arn
    }
  }
}
```

## When it does not fire
Without `data.sensitivity: confidential` or `restricted` in the requirements; logs and states; services that take
no key of yours; stores that are not encrypted at all, which MLA-SE003 reports.

## References
- https://docs.aws.amazon.com/wellarchitected/latest/machine-learning-lens/mlsec-02.html
- https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
- https://cloud.google.com/kms/docs/cmek
- https://learn.microsoft.com/azure/storage/common/customer-managed-keys-overview
"""

from mlarchlint.api import Design, Hit, Hits, Kind, Relation, Resource, Severity, Truth, data_role, rule

_SENSITIVE = ("confidential", "restricted")
_STORES = ("object_store", "block_volume", "file_share", "database", "stream", "feature_store")
_DATA = ("dataset", "features", "model", "checkpoints", "captured", "artifacts")
_LEAST = 0.6
# They take no key of yours, whatever the kind is.
_KEYLESS = ("google_lustre_instance", "google_parallelstore_instance", "google_pubsub_lite_topic")


@rule(id="MLA-SE019", severity=Severity.LOW, on=Kind("key", *_STORES), since="0.1")
def customer_key_missing_for_sensitive_data(node: Resource, design: Design) -> Hits:
    if node.kind == "key":
        yield from _never_rotated(node, design)
        return
    sensitivity = _sensitivity(node, design)
    if not sensitivity or node.provider == "kubernetes" or node.type in _KEYLESS:
        return
    found = design.encryption(node)
    fix = "encrypt it with a key of your own that is rotated"
    if found.owner == "platform" and not node["key"].is_absent:
        claim = f"keeps {sensitivity} data under the provider's key, not one of yours"
        yield Hit(found.deciding, claim, attribute="key", fix=fix)
    elif found.owner == "unknown" and node["key"].is_unknown:
        claim = f"whether a key of yours encrypts its {sensitivity} data is not known: {node['key'].why}"
        yield Hit(node["key"], claim, attribute="key", certain=False)


def _sensitivity(store: Resource, design: Design) -> str:
    """What the requirements call the data in it; empty where it holds none that they mean."""
    said = design.needs(store).text("data.sensitivity") or ""
    held, role = data_role(store), design.role_of(store)
    used = role is not None and role.role not in (None, "shared") and role.confidence >= _LEAST
    meant = held in _DATA or (held is None and used)
    return said if said in _SENSITIVE and meant else ""


def _never_rotated(node: Resource, design: Design) -> Hits:
    """Only keys that encrypt data at rest are turned by the provider."""
    stores = [
        store
        for store in design.sources(node, Relation.ENCRYPTS_WITH)
        if store.kind in _STORES and _sensitivity(store, design)
    ]
    rotation = node["rotation"]
    if not stores or rotation.is_absent or node["kind"].one_of("asymmetric", "hmac") is Truth.YES:
        return
    match rotation.is_true():
        case Truth.NO:
            claim = f"encrypts {stores[0].address} and is never rotated"
            yield Hit(rotation, claim, attribute="rotation", fix="rotate it every year, or sooner")
        case Truth.MAYBE:
            claim = f"encrypts {stores[0].address}; whether it is rotated is not known: {rotation.why}"
            yield Hit(rotation, claim, attribute="rotation", certain=False)
