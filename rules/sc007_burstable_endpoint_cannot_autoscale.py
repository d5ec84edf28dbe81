"""SageMaker autoscaling does not accept burstable instance types.

## What it does
Looks at endpoints of SageMaker that a scalable target is for, and reports those whose variants run on
burstable instances (`ml.t2`, `ml.t3`).

## Why is this bad
Burstable instances are not supported for automatic scaling: the registration of the variant is refused, and the stack
with it, or the endpoint stays at the size that it started with.

## Example
```hcl
resource "aws_sagemaker_endpoint_configuration" "ranker" {
  production_variants {
    instance_type          = "ml.t2.medium"
    initial_instance_count = 2
    model_name             = aws_sagemaker_model.ranker.name
  }
}
```

## Use instead
```hcl
resource "aws_sagemaker_endpoint_configuration" "ranker" {
  production_variants {
    instance_type          = "ml.m5.large"
    initial_instance_count = 2
    model_name             = aws_sagemaker_model.ranker.name
  }
}
```

## When it does not fire
Endpoints that nothing scales, serverless endpoints, and endpoints of which only another variant is burstable.

## References
- https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-console.html
- https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html
"""

from mlarchlint.api import SERVING, Design, Hit, Hits, Kind, Related, Resource, Severity, Truth, rule

_FIX = "choose a type with full processors, such as ml.m5.large or ml.c5.large"


@rule(
    id="MLA-SC007",
    severity=Severity.MEDIUM,
    on=Kind("model_endpoint"),
    roles=SERVING,
    since="0.1",
)
def burstable_endpoint_cannot_autoscale(node: Resource, design: Design) -> Hits:
    if node["platform"].equals("sagemaker") is not Truth.YES or node["serverless"].is_true() is Truth.YES:
        return
    types = node["instance_types"].items() or (node["instance_type"],)
    scalers = [one for one in design.replicas(node).scalers if one.kind == "autoscaler"]
    if not scalers or any(_bursts(one.text()) is False for one in types):
        return
    related = (Related("scaled here", scalers[0].span),)
    open_one = next((one for one in types if one.is_unknown), None)
    if open_one is not None:
        claim = f"whether it can be scaled is not known: burstable types cannot, and {open_one.why}"
        yield Hit(open_one, claim, certain=False, related=related, fix=_FIX)
    elif types[0].is_known:
        claim = f"{scalers[0].address} is to scale it, and SageMaker scales no burstable instances ({types[0].text()})"
        yield Hit(types[0], claim, related=related, fix=_FIX)


def _bursts(machine: str | None) -> bool | None:
    """ml.t2, ml.t3; not ml.trn1."""
    return None if machine is None else machine.startswith(("ml.t2.", "ml.t3."))
