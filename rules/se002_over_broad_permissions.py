"""Identities used by ML workloads get least privilege: no wildcard actions or resources, no admin roles.

## What it does
Reads the policies, role bindings and roles of every identity that trains, serves or moves data, and
reports what grants everything: `*` actions, whole services, data of every resource, administrators'
policies, `roles/editor`, Owner of a subscription, `cluster-admin`.

## Why is this bad
Training code runs what others wrote: packages, notebooks, model files that execute when they are
loaded. With the keys of a wide role the next poisoned package reads every bucket of the account,
with those of a narrow one the dataset it was given.

## Example
```hcl
resource "aws_iam_role_policy" "training" {
  role = aws_iam_role.training.id
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }]
  })
}
```

## Use instead
```hcl
resource "aws_iam_role_policy" "training" {
  role = aws_iam_role.training.id
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Action = "s3:GetObject", Resource = "${aws_s3_bucket.datasets.arn}/images/*" },
      { Effect = "Allow", Action = "s3:PutObject", Resource = "${aws_s3_bucket.models.arn}/runs/*" },
    ]
  })
}
```

## When it does not fire
Identities that no ML workload uses; listing and describing, which often needs `*`; logs, metrics and
traces; statements under a condition; service-linked roles; roles called break-glass.

## References
- https://docs.aws.amazon.com/wellarchitected/latest/machine-learning-lens/design-principles.html
- https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
- https://cloud.google.com/iam/docs/using-iam-securely
- https://learn.microsoft.com/azure/role-based-access-control/best-practices
- https://kubernetes.io/docs/concepts/security/rbac-good-practices/
"""

import re
from collections.abc import Iterator

from mlarchlint.api import (
    Design,
    Hit,
    Hits,
    Kind,
    Relation,
    Resource,
    Severity,
    Truth,
    Width,
    regex,
    rule,
)

_EXEMPT = regex(r"break[-_]?glass|^AWSServiceRoleFor", re.IGNORECASE)
_SURE = 0.8


@rule(id="MLA-SE002", severity=Severity.HIGH, on=Kind("identity", "policy"), since="0.1")
def over_broad_permissions(node: Resource, design: Design) -> Hits:
    user, identity = _user(node, design)
    if user is None or identity is None:
        return
    found = sorted(design.wide_permissions(node), key=lambda width: -width.rank)
    certain = [width for width in found if width.truth is Truth.YES]
    if certain:
        yield _hit(certain, user, design)
    elif found:
        yield Hit(found[0].at, f"{found[0].claim}; {_who(user, design)} runs with it", certain=False)


def _hit(found: list[Width], user: Resource, design: Design) -> Hit:
    widest = found[0]
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    role = design.role_of(user)
    unsure = role is not None and role.confidence < _SURE
    severity = Severity.MEDIUM if widest.rank == 1 or unsure else None
    fix = f"grant the actions it takes, on {_needed(user, design)}"
    return Hit(
        widest.at, f"{widest.claim}{more}; {_who(user, design)} runs with it", fix=fix, severity=severity
    )


def _user(node: Resource, design: Design) -> tuple[Resource | None, Resource | None]:
    """The first ML workload that runs with it, surest first, and the identity by which it does."""
    pairs = [
        (user, identity)
        for identity in design.identities(node)
        if not _EXEMPT.search(f"{identity.name} {identity['name'].text() or ''}")
        for user in design.runs_as(identity)
    ]
    return max(pairs, key=lambda pair: _confidence(pair[0], design), default=(None, None))


def _confidence(user: Resource, design: Design) -> float:
    role = design.role_of(user)
    return role.confidence if role is not None else 0


def _who(user: Resource, design: Design) -> str:
    role = design.role_of(user)
    if role is None:
        return user.address
    return f"{user.address} ({'assumed to be ' if role.confidence < _SURE else ''}{role.role})"


def _needed(user: Resource, design: Design) -> str:
    """The stores that its own code names."""
    names = list(dict.fromkeys(_stores(user, design)))
    return " and ".join(names[:3]) if names else "the resources it uses"


def _stores(user: Resource, design: Design) -> Iterator[str]:
    for store in design.targets(user, Relation.READS, Relation.WRITES):
        if store.kind in ("object_store", "database", "stream", "queue", "secret", "feature_store"):
            yield store.address
