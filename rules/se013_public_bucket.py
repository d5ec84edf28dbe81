"""Buckets with datasets, models, checkpoints or captured requests must block public access.

## What it does
Looks at buckets that hold data of the ML system, or that its workloads use, and reports those that strangers
may read by ACL, policy or binding, and those whose block of public access is off or has gaps.

## Why is this bad
A dataset or captured requests in public are a leak, and a model in public is a copy for everybody. A bucket
that strangers may write to lets them poison what the next training learns.

## Example
```hcl
resource "aws_s3_bucket" "models" {
  bucket = "models"
}

resource "aws_s3_bucket_acl" "models" {
  bucket = aws_s3_bucket.models.id
  acl    = "public-read"
}
```

## Use instead
```hcl
resource "aws_s3_bucket" "models" {
  bucket = "models"
}

resource "aws_s3_bucket_public_access_block" "models" {
  bucket                  = aws_s3_bucket.models.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
```

## When it does not fire
A web site; a bucket that only a CDN may read; an account that blocks public access as a whole; data that the
requirements call public. What a provider leaves open by default is reported only where the requirements say
that the data is confidential: an organisation may forbid it.

## References
- https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
- https://cloud.google.com/storage/docs/public-access-prevention
- https://learn.microsoft.com/azure/storage/blobs/anonymous-read-access-prevent
"""

import re

from mlarchlint.api import Design, Hit, Hits, Kind, Resource, Severity, Truth, Value, data_role, regex, rule

_DATA = ("dataset", "features", "model", "checkpoints", "captured", "artifacts")
_HELD = {"dataset": "datasets", "model": "models", "captured": "captured requests"}
_LEAST = 0.6
_SHOWN = regex(r"(^|[^a-z])(web|website|site|static|assets?|frontend|ui|docs?|public)([^a-z]|$)", re.I)
_FIX = "block public access in all four ways, and share single objects by signed URLs"


@rule(id="MLA-SE013", severity=Severity.CRITICAL, on=Kind("object_store"), since="0.1")
def public_bucket(node: Resource, design: Design) -> Hits:
    sensitivity = design.needs(node).text("data.sensitivity")
    if node["website"].is_true() is Truth.YES or sensitivity == "public":
        return
    held = _held(node, design)
    if not held:
        return
    way = design.openness(node)
    match way.truth:
        case Truth.YES:
            yield Hit(way.deciding, f"{held}, and {way.reason}", attribute="public", fix=_FIX)
        case Truth.MAYBE:
            claim = f"{held}; whether strangers may read it is not known: {way.reason}"
            yield Hit(way.deciding, claim, attribute="public", certain=False)
        case Truth.NO if not design.blocked_by_account(node):
            yield from _gaps(node, held, sensitivity in ("confidential", "restricted"))


def _held(node: Resource, design: Design) -> str:
    """What of the ML system is in it; empty if nothing."""
    data = data_role(node)
    if data in _DATA:
        return f"holds {_HELD.get(data, data)}"
    role = design.role_of(node)
    fits = role is not None and role.role not in (None, "shared") and role.confidence >= _LEAST
    if not fits or role is None or data is not None or _SHOWN.search(node.name):
        return ""
    return f"holds data of {role.role}"


def _gaps(node: Resource, held: str, sensitive: bool) -> Hits:
    flags = {
        "block_public_acls": node["block_public_acls"],
        "block_public_policy": node["block_public_policy"],
        "ignore_public_acls": node["ignore_public_acls"],
        "restrict_public": node["restrict_public"],
    }
    severity = Severity.HIGH if sensitive else Severity.MEDIUM
    missing = {
        name: flag for name, flag in flags.items() if flag.is_true() is Truth.NO and not flag.is_absent
    }
    if missing:
        # On AWS a block that is missing as a whole is the default of new buckets, and complete.
        if not sensitive and not _written(node, tuple(missing.values())):
            return
        name, deciding = next(iter(missing.items()))
        claim = f"{held}, and its block of public access leaves out {_WORDS[name]}"
        if len(missing) == len(flags):
            claim = f"{held}, and its block of public access is off"
        if node.provider != "aws":
            claim = f"{held}, and nothing forbids to make it public"
        yield Hit(deciding, claim, attribute="restrict_public", severity=severity, fix=_FIX)
        return
    unknown = next((flag for flag in flags.values() if flag.is_unknown), None)
    if unknown is not None:
        claim = f"{held}; whether public access is blocked is not known: {unknown.why}"
        yield Hit(unknown, claim, attribute="restrict_public", severity=severity, certain=False)


_WORDS = {
    "block_public_acls": "new public ACLs",
    "block_public_policy": "new public policies",
    "ignore_public_acls": "public ACLs that are there",
    "restrict_public": "public policies that are there",
}


def _written(node: Resource, values: tuple[Value, ...]) -> bool:
    """Whether the code itself leaves it open; `inherited` on Google Cloud is what everybody has."""
    if node.provider == "aws":
        return True
    return node.provider == "azure" and any(not value.default for value in values)
