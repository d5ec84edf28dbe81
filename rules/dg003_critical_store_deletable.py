"""Registries, tracking DBs, feature stores and dataset buckets have deletion protection.

## What it does
Reports what keeps models, datasets, features and the records of experiments, and may be deleted with all that is in
it: buckets that are emptied for it, databases without deletion protection, storage accounts without soft delete,
persistent volumes that go with their claim.

## Why is this bad
One `terraform destroy` in the wrong folder, one renamed resource or one removed line is enough. Which data, code and
parameters made the model in production cannot be computed again, and a dataset that was labelled by hand cannot be
bought back.

## Example
```hcl
resource "aws_s3_bucket" "models" {
  bucket        = "acme-models"
  force_destroy = true
}

resource "aws_db_instance" "mlflow" {
  engine              = "postgres"
  skip_final_snapshot = true
}
```

## Use instead
```hcl
resource "aws_s3_bucket" "models" {
  bucket = "acme-models"
}

resource "aws_db_instance" "mlflow" {
  engine              = "postgres"
  deletion_protection = true
}
```

## When it does not fire
Development environments, designs without a machine-learning workload, replicas, stores that the code keeps otherwise
(`prevent_destroy`, `DeletionPolicy: Retain`, a management lock), and buckets of logs, checkpoints, code and temporary
data.
Databases of which a last snapshot or a backup remains are reported with severity low.

## References
- https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html
- https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
- https://cloud.google.com/sql/docs/mysql/deletion-protection
- https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources
- https://learn.microsoft.com/azure/storage/blobs/soft-delete-blob-overview
- https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming
"""

from mlarchlint.api import (
    Design,
    Edit,
    Hit,
    Hits,
    Kind,
    Relation,
    Resource,
    Severity,
    Truth,
    Value,
    passes_by,
    rule,
)

_HELD = {"model": "models", "dataset": "datasets", "features": "features"}
_RECORDS = {
    "registry": "the registry of models",
    "tracking": "the records of experiments",
    "feature_store": "features",
    "pipeline": "data of the pipeline",
}
_LEAST = 0.6
_PROTECTED = (Edit("deletion_protection", True, safe=True),)
_NOT_EMPTIED = (Edit("force_destroy", False, safe=True),)


@rule(
    id="MLA-DG003",
    severity=Severity.MEDIUM,
    on=Kind("object_store", "database", "feature_store", "block_volume"),
    since="0.1",
)
def critical_store_deletable(node: Resource, design: Design) -> Hits:
    held = _held(node, design)
    if not held or design.environment(node) == "dev" or _kept_otherwise(node, design):
        return
    if node.kind == "block_volume":
        yield from _volume(node, held)
        return
    emptied = node["force_destroy"]
    match emptied.is_true():
        case Truth.YES:
            claim = f"holds {held}, and is deleted with all that is in it"
            yield Hit(
                emptied, claim, attribute="emptied", edits=_NOT_EMPTIED, fix="let what is not empty stay"
            )
            return
        case Truth.MAYBE:
            claim = f"whether it is deleted with the {held} in it is not known: {emptied.why}"
            yield Hit(emptied, claim, certain=False, attribute="emptied")
            return
    if node.kind == "object_store":
        yield from _bucket(node, held)
    elif node.kind == "database":
        yield from _database(node, held)


def _bucket(node: Resource, held: str) -> Hits:
    """Soft delete, where versions do not keep what is deleted."""
    kept = node["delete_protection"]
    if kept.is_absent or node["versioning"].is_true() is Truth.YES:
        return
    fix = "keep deleted objects for some days (soft delete)"
    match kept.is_true():
        case Truth.NO:
            claim = f"holds {held}, and what is deleted in it is gone at once: no soft delete"
            yield Hit(kept, claim, attribute="soft_delete", fix=fix)
        case Truth.MAYBE:
            claim = f"whether deleted {held} can be restored is not known: {kept.why}"
            yield Hit(kept, claim, certain=False, attribute="soft_delete", fix=fix)


def _database(node: Resource, held: str) -> Hits:
    protected = node["deletion_protection"]
    severity = Severity.LOW if _copy_remains(node) else None
    if protected.is_absent:
        if node.provider == "azure":
            claim = f"keeps {held}, and no lock refuses its deletion"
            fix = "lock it: a management lock of level CanNotDelete"
            yield Hit(protected, claim, missing=("part",), severity=severity, fix=fix)
        return
    fix = "turn on deletion protection"
    match protected.is_true():
        case Truth.NO:
            claim = f"keeps {held}, and nothing refuses its deletion"
            yield Hit(protected, claim, severity=severity, edits=_PROTECTED, fix=fix)
        case Truth.MAYBE:
            claim = f"whether its deletion is refused is not known: {protected.why}"
            yield Hit(protected, claim, certain=False, severity=severity, fix=fix)


def _volume(node: Resource, held: str) -> Hits:
    policy = node["reclaim_policy"]
    match policy.equals("Delete"):
        case Truth.YES:
            claim = f"keeps {held}, and is deleted with its claim"
            yield Hit(policy, claim, fix="set the reclaim policy to Retain")
        case Truth.MAYBE if policy.is_unknown:
            claim = f"whether it is deleted with its claim is not known: {policy.why}"
            yield Hit(policy, claim, certain=False, fix="set the reclaim policy to Retain")


def _held(node: Resource, design: Design) -> str:
    """What would be lost, in words; empty where nothing critical is known of it."""
    if not design.workloads:
        return ""
    role = _record(node, design)
    if node.kind == "feature_store":
        return "features"
    if node.kind == "object_store":
        return "" if passes_by(node) else _HELD.get(design.data_role(node) or "") or _of_a_server(role)
    if node.kind == "block_volume":
        claims = design.sources(node)
        return role or next((found for claim in claims if (found := _record(claim, design))), "")
    return role or (_HELD["features"] if design.data_role(node) == "features" else "")


def _of_a_server(held: str) -> str:
    """The bucket of a tracking server or a registry; what a pipeline leaves in one is no record."""
    return held if held != _RECORDS["pipeline"] else ""


def _record(node: Resource, design: Design) -> str:
    found = design.role_of(node)
    return _RECORDS.get(found.role or "", "") if found is not None and found.confidence >= _LEAST else ""


def _kept_otherwise(node: Resource, design: Design) -> bool:
    """By the code, by a lock on it or on the group that it is in, or as a part of what is protected itself."""
    if (
        node["on_removal"].one_of("retain", "refuse") is Truth.YES
        or node["read_replica"].is_true() is Truth.YES
    ):
        return True
    if any(owner.kind == "database" for owner in design.sources(node, Relation.CONTAINS)):
        return True
    if node.provider == "azure":
        locked: Value = node["deletion_protection"]
        groups = design.once(_locked_groups)
        return locked.is_true() is Truth.YES or node.instance.scope in groups
    return node["object_lock"].is_true() is Truth.YES


def _locked_groups(design: Design) -> frozenset[str]:
    """The stacks in which a resource group or a subscription is locked."""
    locks = (other for other in design.graph if other.type == "azurerm_management_lock")
    return frozenset(lock.instance.scope for lock in locks if _of_a_group(lock))


def _of_a_group(lock: Resource) -> bool:
    scope = lock.instance.get("scope")
    names = (*scope.refs, scope.clue() or "")
    return any("resource_group" in str(name) or "subscription" in str(name) for name in names)


def _copy_remains(node: Resource) -> bool:
    """A last snapshot, backups of a deleted server, or the backup of a table with point-in-time recovery."""
    if node.provider == "azure":
        return node["backup"].is_true() is Truth.YES
    snapshot = node["skip_final_snapshot"]
    if not snapshot.is_absent:
        return snapshot.is_true() is Truth.NO
    return node["point_in_time"].is_true() is Truth.YES
