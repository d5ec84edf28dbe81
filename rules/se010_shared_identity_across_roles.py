"""Training, serving, pipelines and notebooks must not share one identity.

## What it does
Finds the role, service account or managed identity that workloads of several stages run as, also one that the
code only names, by ARN or by the variable that holds it.

## Why is this bad
An identity of all stages needs the rights of all stages: the endpoint that faces the internet may overwrite
the dataset, and a notebook may replace the model in production. Who breaks into one has them all, and the audit
log cannot tell who did what.

## Example
```hcl
resource "aws_sagemaker_model" "ranker" {
  execution_role_arn = aws_iam_role.sagemaker.arn
}

resource "aws_sagemaker_notebook_instance" "lab" {
  role_arn = aws_iam_role.sagemaker.arn
}
```

## Use instead
```hcl
resource "aws_sagemaker_model" "ranker" {
  execution_role_arn = aws_iam_role.serving.arn
}

resource "aws_sagemaker_notebook_instance" "lab" {
  role_arn = aws_iam_role.notebooks.arn
}
```

## When it does not fire
Workloads whose role is not sure; nodes, which lend their identity to no pod that has its own; an identity that
is tagged `mlarchlint.dev/monolith`, where one small team runs it all.

## References
- https://docs.aws.amazon.com/wellarchitected/latest/machine-learning-lens/mlsec-03.html
- https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
- https://cloud.google.com/iam/docs/best-practices-service-accounts
"""

from mlarchlint.api import Design, Hit, Hits, Kind, Related, Resource, Severity, Value, rule

_MONOLITH = "mlarchlint.dev/monolith"


@rule(
    id="MLA-SE010",
    severity=Severity.MEDIUM,
    on=Kind(
        "identity",
        "model",
        "batch_job",
        "training_cluster",
        "notebook",
        "data_processor",
        "orchestrator",
        "model_endpoint",
        "container_service",
        "serverless_container",
        "serverless_function",
        "compute_instance",
        "compute_group",
    ),
    since="0.1",
)
def shared_identity_across_roles(node: Resource, design: Design) -> Hits:
    found = design.shared_identities.get(node.key)
    if found is None or _MONOLITH in node.tags:
        return
    users = [f"{stage} ({user.address})" for stage, user in found.users]
    those = f"{', '.join(users[:-1])} and {users[-1]}"
    related = tuple(
        Related(f"{user.address} runs as it", user.span) for _, user in found.users if user is not node
    )
    fix = "give each stage an identity of its own, with the rights of that stage"
    is_it = node.kind == "identity"
    claim = f"is the identity of {those}" if is_it else f"runs as {found.identity}, the identity of {those}"
    if not found.sure:
        claim = f"may be the identity of {those}: a condition decides between several"
    yield Hit(
        Value.absent(node.span), claim, certain=found.sure, related=related, fix=fix, attribute="identity"
    )
