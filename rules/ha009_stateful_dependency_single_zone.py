"""Caches, databases, streams and online feature stores on the request path must be zone-redundant.

## What it does
Follows what a serving workload reads on each request and reports a store that lives in one
availability zone.

## Why is this bad
A fleet in three zones is no more available than the one database it asks. A store in a single
zone takes the predictions down with its zone.

## Example
```hcl
resource "aws_db_instance" "features" {
  multi_az = false
}
```

## Use instead
```hcl
resource "aws_db_instance" "features" {
  multi_az = true
}
```

## When it does not fire
Stores that no serving, tracking or registry workload uses, services that are regional by
construction (DynamoDB, Firestore, Kinesis, serverless caches), and development environments.

## References
- https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.html
- https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html
- https://cloud.google.com/sql/docs/postgres/high-availability
- https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-high-availability
"""

from mlarchlint.api import (
    Design,
    Edit,
    Hit,
    Hits,
    Kind,
    Resource,
    Severity,
    Truth,
    other_region,
    region_without_zones,
    rule,
)

# Elsewhere a standby also needs replicas, failover or backups that somebody has to choose.
_ONE_SWITCH = ("aws_db_instance", "AWS::RDS::DBInstance")
_EDITS = (Edit("ha", "multi_zone", note="a standby in a second zone is paid for"),)


@rule(
    id="MLA-HA009",
    severity=Severity.HIGH,
    on=Kind("database", "cache", "stream", "feature_store", "file_share", "vector_index"),
    roles=("inference", "feature_store", "registry", "tracking"),
    since="0.1",
)
def stateful_dependency_single_zone(node: Resource, design: Design) -> Hits:
    if node["zone_redundancy"].one_of("managed", "multi") is Truth.YES:
        return
    fix = _fix(node)
    ha = node["ha"]
    if not ha.is_absent:
        match ha.one_of("multi_zone", "multi_region"):
            case Truth.NO:
                claim = f"runs in a single availability zone{_path(node, design)}"
                yield Hit(ha, claim, fix=fix, edits=_EDITS if node.type in _ONE_SWITCH else ())
            case Truth.MAYBE:
                yield Hit(ha, f"zone redundancy is not known: {ha.why}", certain=False, fix=fix)
        return
    span = design.zones(node)
    if span.multi is Truth.NO:
        yield Hit(span.deciding, f"runs in a single availability zone{_path(node, design)}", fix=fix)
    elif span.multi is Truth.MAYBE and span.deciding.is_unknown:
        yield Hit(span.deciding, f"zone redundancy is not known: {span.why}", certain=False, fix=fix)


def _fix(node: Resource) -> str:
    if region := region_without_zones(node):
        return f"{region} has no availability zones: keep it in {other_region(region)}"
    return "make the store zone-redundant: a standby or replicas in a second zone"


def _path(node: Resource, design: Design) -> str:
    role = design.role(node)
    users = [user for user in design.consumers(node) if design.role(user) == role]
    if users:
        return f", and {users[0].address} depends on it"
    return ", on the request path" if role == "inference" else ""
