"""Notebooks: no direct internet, no root, IMDSv2, private, encrypted, own role.

## What it does
Reports notebooks, once each, that reach the internet past your network, whose users are root, that give their
credentials out without a session token (IMDSv1), or that let in whoever holds a local key.

## Why is this bad
A notebook runs whatever is typed into it or installed by it, beside the data and with an identity that reads it.
A package with a bad day sends the data out on a way that nothing sees; root changes the agents that would have told;
and a request that is forged on the machine has its credentials at once.

## Example
```hcl
resource "aws_sagemaker_notebook_instance" "lab" {
  name          = "lab"
  instance_type = "ml.t3.medium"
  role_arn      = aws_iam_role.lab.arn
}
```

## Use instead
```hcl
resource "aws_sagemaker_notebook_instance" "lab" {
  name                   = "lab"
  instance_type          = "ml.t3.medium"
  role_arn               = aws_iam_role.lab.arn
  subnet_id              = aws_subnet.private.id
  security_groups        = [aws_security_group.lab.id]
  direct_internet_access = "Disabled"
  root_access            = "Disabled"
  instance_metadata_service_configuration {
    minimum_instance_metadata_service_version = "2"
  }
}
```

## When it does not fire
Sandboxes (tag `mlarchlint.dev/sandbox`); root where nobody may choose, as on compute instances of Azure Machine
Learning; their local keys where nothing is said of them, as none is then given out. Public addresses are MLA-SE001, encryption is MLA-SE003, and the identity MLA-SE011.

## References
- https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html
- https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InstanceMetadataServiceConfiguration.html
- https://cloud.google.com/vertex-ai/docs/workbench/instances/manage-metadata
- https://learn.microsoft.com/azure/machine-learning/concept-enterprise-security
"""

from collections.abc import Sequence

from mlarchlint.api import Design, Edit, Hit, Hits, Kind, Related, Resource, Severity, Truth, Value, rule

_SANDBOX = "mlarchlint.dev/sandbox"
# Users of these are root, whatever the code says.
_ALWAYS_ROOT = ("azurerm_machine_learning_compute_instance", "google_notebooks_runtime")
_FIXES = {
    "direct_internet": "give it a private subnet and no way of its own to the internet",
    "root_access": "take root from its users: its start-up script runs as root all the same",
    "imds": "ask for session tokens (IMDSv2)",
    "auth": "turn local keys off",
    "privileged": "run it without privileges",
    "root_user": "run it as a user of its own",
}
_EDITS = {
    "root_access": Edit("root_access", False, note="users install packages into environments of their own"),
    "imds": Edit("imds", "required"),
}


@rule(id="MLA-SE008", severity=Severity.HIGH, on=Kind("notebook"), since="0.1")
def notebook_not_hardened(node: Resource, design: Design) -> Hits:
    if _SANDBOX in node.tags:
        return
    faults = [
        (trait, value, truth, words) for trait, value, truth, words in _judged(node) if truth is not Truth.NO
    ]
    sure = [fault for fault in faults if fault[2] is Truth.YES]
    if sure:
        trait, value, _, words = next((fault for fault in sure if not fault[1].default), sure[0])
        said = [words] + [fault[3] for fault in sure if fault[0] != trait]
        related = tuple(
            Related(also, other.span)
            for name, other, _, also in sure
            if name != trait and not other.default and other.span.file
        )
        outside = any(fault[0] == "direct_internet" for fault in sure)
        yield Hit(
            value,
            _listed(said),
            attribute="hardening",
            related=related,
            severity=None if outside else Severity.MEDIUM,
            fix="; ".join(_FIXES[fault[0]] for fault in sure),
            edits=_edits(sure, node),
        )
    elif faults:
        trait, value, _, words = faults[0]
        claim = f"whether it {words} is not known: {value.why}"
        yield Hit(value, claim, certain=False, attribute="hardening", fix=_FIXES[trait])


def _edits(faults: Sequence[tuple[str, Value, Truth, str]], node: Resource) -> tuple[Edit, ...]:
    """All or none: a way out of the network first needs a subnet that somebody chooses."""
    known = tuple(_EDITS[trait] for trait, *_ in faults if trait in _EDITS)
    return known if len(known) == len(faults) and node.provider == "aws" else ()


def _judged(node: Resource) -> tuple[tuple[str, Value, Truth, str], ...]:
    """The gravest first."""
    direct, root, tokens, keys = node["direct_internet"], node["root_access"], node["imds"], node["auth"]
    privileged, user = node["privileged"], node["root_user"]
    rooted = Truth.NO if node.type in _ALWAYS_ROOT else root.is_true()
    return (
        ("direct_internet", direct, direct.is_true(), "reaches the internet past your network"),
        ("privileged", privileged, privileged.is_true(), "has all rights on the machine that it runs on"),
        ("root_access", root, rooted, "makes its users root"),
        ("root_user", user, user.is_true(), "runs as root"),
        ("imds", tokens, tokens.equals("optional"), "gives its credentials out without a session token"),
        ("auth", keys, Truth.NO if keys.default else keys.equals("key"), "lets in whoever holds a local key"),
    )


def _listed(claims: list[str]) -> str:
    return claims[0] if len(claims) == 1 else f"{', '.join(claims[:-1])} and {claims[-1]}"
