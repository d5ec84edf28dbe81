"""All request and data paths use TLS: listeners, CDN viewers and origins, caches, brokers, storage.

## What it does
Follows the path of a request from the edge to the stores and reports each hop that accepts or
sends traffic in the clear.

## Why is this bad
Requests carry user data and answers carry predictions; on a plain connection anybody on the
way can read and change both. One plain hop undoes the encryption of all others.

## Example
```hcl
resource "aws_lb_listener" "http" {
  port     = 80
  protocol = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.model.arn
  }
}
```

## Use instead
```hcl
resource "aws_lb_listener" "https" {
  port            = 443
  protocol        = "HTTPS"
  certificate_arn = aws_acm_certificate.api.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.model.arn
  }
}
```

## When it does not fire
A plain listener that only redirects to HTTPS, TCP passed through to a backend that may end TLS
itself (unknown; a Service of Kubernetes on port 80, or with a port called `http`, says that nothing does), and the hop from the load balancer to the pod inside the network.

## References
- https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html
- https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https.html
- https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html
- https://learn.microsoft.com/azure/storage/common/storage-require-secure-transfer
"""

from mlarchlint.api import Design, Hit, Hits, Kind, Relation, Resource, Severity, Truth, rule

_CLAIMS = {
    "listener": "accepts requests in the clear",
    "load_balancer": "accepts requests in the clear",
    "cdn": "lets viewers connect without TLS",
    "cache": "talks to its clients in the clear",
    "stream": "lets clients connect without TLS",
    "database": "lets clients connect without TLS",
    "object_store": "accepts plain HTTP",
    "api_gateway": "accepts requests in the clear",
    "container_service": "accepts requests in the clear",
    "serverless_container": "accepts requests in the clear",
    "serverless_function": "accepts requests in the clear",
}


@rule(id="MLA-SE004", severity=Severity.HIGH, on=Kind(*_CLAIMS), since="0.1")
def unencrypted_in_transit(node: Resource, design: Design) -> Hits:
    tls = node["tls"]
    if not tls.is_absent and not _only_redirects(node, design):
        # A database that refuses nothing by default may still be reached over TLS only.
        mild = _internal(node, design) or (node.kind == "database" and tls.default)
        severity = Severity.MEDIUM if mild else None
        fix = "accept TLS only, and redirect plain HTTP to HTTPS"
        match tls.is_true():
            case Truth.NO:
                yield Hit(tls, _CLAIMS[node.kind], attribute="tls", fix=fix, severity=severity)
            case Truth.MAYBE:
                yield Hit(
                    tls,
                    f"encryption in transit is not known: {tls.why}",
                    certain=False,
                    attribute="tls",
                    fix=fix,
                )
    origin = node["tls_origin"]
    if not origin.is_absent:
        fix = "connect to the origin over HTTPS only"
        match origin.is_true():
            case Truth.NO:
                yield Hit(origin, "asks its origin in the clear", attribute="tls_origin", fix=fix)
            case Truth.MAYBE:
                why = f"encryption to the origin is not known: {origin.why}"
                yield Hit(origin, why, certain=False, attribute="tls_origin", fix=fix)


def _only_redirects(node: Resource, design: Design) -> bool:
    """A plain listener that sends every request to HTTPS, or answers it itself, carries no data."""
    if node.provider == "aws" and node.kind == "listener" and design.targets(node, Relation.ROUTES_TO):
        return False  # its rules forward what its default action does not
    return (
        node["redirects_to_tls"].is_true() is Truth.YES
        or node["action"].one_of("redirect", "fixed") is Truth.YES
    )


def _internal(node: Resource, design: Design) -> bool:
    balancers = (node, *design.sources(node, Relation.ROUTES_TO, Relation.CONTAINS))
    schemes = [balancer["scheme"] for balancer in balancers if not balancer["scheme"].is_absent]
    return bool(schemes) and all(scheme.equals("internal") is Truth.YES for scheme in schemes)
