"""EC2-based ML hosts require IMDSv2.

## What it does
Reports machines and launch templates of ML workloads on AWS whose metadata service answers without a session token
(IMDSv1). Where nothing is written, the image and the account decide, and it is unknown.

## Why is this bad
The metadata service hands out the credentials of the machine's role. Without a token, one forged request, by a
server that fetches an address it was sent, or by a model file that runs code, gets them; with a token it does not.

## Example
```hcl
resource "aws_launch_template" "serving" {
  metadata_options {
    http_tokens = "optional"
  }
}
```

## Use instead
```hcl
resource "aws_launch_template" "serving" {
  metadata_options {
    http_tokens = "required"
  }
}
```

## When it does not fire
Machines without a role in the ML system; accounts whose own setting asks for tokens
(`aws_ec2_instance_metadata_defaults`); Google Cloud and Azure, which refuse requests without a header. Of
notebooks it is MLA-SE008.

## References
- https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
- https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html
- https://karpenter.sh/docs/concepts/nodeclasses/
"""

from mlarchlint.api import Design, Edit, Hit, Hits, Kind, Relation, Resource, Severity, Truth, rule

_LEAST = 0.6
_EDITS = (Edit("imds", "required", note="programs that use old SDKs lose their credentials"),)
_FIX = "ask for session tokens (IMDSv2); containers need a hop limit of 2"


@rule(
    id="MLA-SE018",
    severity=Severity.MEDIUM,
    on=Kind("compute_instance", "compute_group", "compute_template", "training_cluster"),
    since="0.1",
)
def instance_metadata_v1(node: Resource, design: Design) -> Hits:
    tokens = node["imds"]
    asked = tokens.equals("optional")
    if asked is Truth.NO or _is_lent(node, design) or not _hosts(node, design):
        return
    if tokens.default and node.instance.scope in design.once(_stacks_that_ask):
        return
    if asked is Truth.YES and not tokens.default:
        claim = "gives the credentials of its role out without a session token (IMDSv1)"
        yield Hit(tokens, claim, fix=_FIX, edits=_EDITS)
        return
    why = tokens.why or "nothing is written, so the image and the account decide"
    yield Hit(
        tokens, f"whether it asks for session tokens (IMDSv2) is not known: {why}", certain=False, fix=_FIX
    )


def _is_lent(node: Resource, design: Design) -> bool:
    """The launch template is told where it is written."""
    return any(other["imds"] is node["imds"] for other in design.targets(node, Relation.USES))


def _hosts(node: Resource, design: Design) -> bool:
    """Whether it runs something of the ML system, itself or as a template."""
    users = design.sources(node, Relation.USES) if node.kind == "compute_template" else ()
    return any(_has_role(one, design) for one in (node, *users))


def _has_role(node: Resource, design: Design) -> bool:
    role = design.role_of(node)
    return role is not None and role.role is not None and role.confidence >= _LEAST


def _stacks_that_ask(design: Design) -> frozenset[str]:
    """The account sets it for machines that say nothing."""
    return frozenset(
        other.instance.scope
        for other in design.graph
        if other.type == "aws_ec2_instance_metadata_defaults"
        and other.instance.get("http_tokens").equals("required") is not Truth.NO
    )
