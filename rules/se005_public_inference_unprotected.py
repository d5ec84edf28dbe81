"""A public inference entry must authenticate callers, validate or limit requests and have a WAF or rate limit.

## What it does
Follows every entry that the internet reaches to the models behind it, and reports what is missing on the
whole way together: nobody asks who calls, nothing limits how often, nothing checks what is sent.

## Why is this bad
An open model is used by strangers at your cost: each request occupies an accelerator. Enough requests
copy the model, read its training data back, or find the inputs that mislead it.

## Example
```hcl
resource "aws_lambda_function_url" "model" {
  function_name      = aws_lambda_function.model.function_name
  authorization_type = "NONE"
}
```

## Use instead
```hcl
resource "aws_api_gateway_method" "predict" {
  rest_api_id          = aws_api_gateway_rest_api.model.id
  resource_id          = aws_api_gateway_resource.predict.id
  http_method          = "POST"
  authorization        = "COGNITO_USER_POOLS"
  authorizer_id        = aws_api_gateway_authorizer.users.id
  request_validator_id = aws_api_gateway_request_validator.body.id
}

resource "aws_wafv2_web_acl_association" "model" {
  resource_arn = aws_api_gateway_stage.prod.arn
  web_acl_arn  = aws_wafv2_web_acl.rate_limit.arn
}
```

## When it does not fire
Internal entries, and those whose firewall admits named addresses only; callers that sign with an identity of
the cloud, as for SageMaker endpoints; applications that ask for the caller themselves, which the annotation or
tag `mlarchlint/auth: app` says; a demonstration declared with `mlarchlint.dev/public-demo`; load balancers that
cannot ask for callers, where a WAF or a rate limit stands before them.

## References
- https://docs.aws.amazon.com/wellarchitected/latest/machine-learning-lens/design-principles.html
- https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
- https://cloud.google.com/run/docs/authenticating/overview
- https://learn.microsoft.com/azure/container-apps/authentication
- https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/
"""

from mlarchlint.api import Design, Hit, Hits, Kind, Protection, Resource, Severity, Truth, rule

_DEMO = "mlarchlint.dev/public-demo"
_SURE, _LEAST = 0.8, 0.6


@rule(
    id="MLA-SE005",
    severity=Severity.HIGH,
    on=Kind(
        "api_gateway",
        "load_balancer",
        "cdn",
        "serverless_function",
        "serverless_container",
        "container_service",
        "model_endpoint",
    ),
    since="0.1",
)
def public_inference_unprotected(node: Resource, design: Design) -> Hits:
    if _DEMO in node.tags:
        return
    models = tuple(other for other in design.behind(node) if _serves(other, design))
    reachable = design.exposure(node).reachable
    if not models or reachable is Truth.NO or not design.first_entry(node):
        return
    found = design.protection(node, models)
    severity, claim = _missing(found)
    if severity is None:
        return
    sure = max(_confidence(model, design) for model in models) >= _SURE
    note = "" if sure else ", which is assumed to serve"
    where = f" on the way to {models[0].address}{note}" if models[0] is not node else note
    at = found.unchecked if severity is Severity.LOW else found.deciding
    certain = reachable is Truth.YES and found.auth is not Truth.MAYBE and found.limited is not Truth.MAYBE
    absent = at.is_absent or at.default
    yield Hit(
        at,
        f"{claim}{where}",
        certain=certain,
        missing=("waf", "authorizer") if absent and severity is not Severity.LOW else (),
        fix="ask for callers (IAM, JWT, an authorizer), limit requests, and check them before the model",
        severity=severity if sure else severity.lowered(),
    )


def _missing(found: Protection) -> tuple[Severity | None, str]:
    """What is missing, together; a caller that the cloud knows needs no more."""
    if found.auth is Truth.MAYBE:
        return (
            Severity.HIGH,
            "whether callers are authenticated is not known: an input or a policy decides it",
        )
    if found.auth is Truth.NO:
        if found.limited is Truth.NO:
            return Severity.HIGH, "takes requests of anybody: no authentication, no WAF and no rate limit"
        if not found.aware:
            return None, ""
        return Severity.MEDIUM, "takes requests of anybody: nothing authenticates callers"
    if found.strong:
        return None, ""
    if found.limited is Truth.NO:
        return (
            Severity.MEDIUM,
            "knows its callers, and nothing limits their requests: no WAF and no rate limit",
        )
    if found.checked is Truth.NO:
        return Severity.LOW, "passes requests on without checking them"
    return None, ""


def _serves(node: Resource, design: Design) -> bool:
    role = design.role_of(node)
    return (
        role is not None and role.role == "inference" and role.confidence >= _LEAST and node.kind in _MODELS
    )


_MODELS = (
    "serverless_function", "serverless_container", "container_service", "model_endpoint", "compute_group",
    "compute_instance", "orchestrator",
)  # fmt: skip


def _confidence(node: Resource, design: Design) -> float:
    role = design.role_of(node)
    return role.confidence if role is not None else 0
