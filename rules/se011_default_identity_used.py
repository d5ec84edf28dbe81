"""Workloads use their own identity, never default service accounts or node roles.

## What it does
Reports workloads of the ML system that run as the provider's default service account, pods and containers that
call the cloud with the rights of the machine under them, and clusters on which pods cannot have an identity of
their own.

## Why is this bad
The default service account of Google Cloud may edit most of the project, and what a node may do, each pod on
it may do: a model server that is broken into reads every bucket that any workload beside it reads. The audit
log shows the node for all of them.

## Example
```hcl
resource "google_cloud_run_v2_service" "predictor" {
  name     = "predictor"
  location = "us-central1"
  template {
    containers { image = "us-docker.pkg.dev/acme/ml/predictor:1" }
  }
}
```

## Use instead
```hcl
resource "google_service_account" "predictor" {
  account_id = "predictor"
}

resource "google_cloud_run_v2_service" "predictor" {
  name     = "predictor"
  location = "us-central1"
  template {
    service_account = google_service_account.predictor.email
    containers { image = "us-docker.pkg.dev/acme/ml/predictor:1" }
  }
}
```

## When it does not fire
Pods and containers that do not call the cloud as far as the code shows, or that bring credentials of their own;
machines without any identity; managed services on AWS and Azure, which have no default one.

## References
- https://docs.aws.amazon.com/wellarchitected/latest/machine-learning-lens/mlsec-03.html
- https://cloud.google.com/iam/docs/best-practices-service-accounts
- https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity
- https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
- https://learn.microsoft.com/azure/aks/workload-identity-overview
"""

from mlarchlint.api import Design, Hit, Hits, Kind, Relation, Resource, Severity, Truth, cloud_call, rule

_LEAST = 0.6
_FIX = "give it an identity of its own, with the rights that it needs"
_DEFAULT_ACCOUNT = "google_compute_default_service_account"


@rule(
    id="MLA-SE011",
    severity=Severity.MEDIUM,
    on=Kind(
        "compute_instance",
        "compute_group",
        "serverless_container",
        "serverless_function",
        "notebook",
        "data_processor",
        "orchestrator",
        "batch_job",
        "training_cluster",
        "container_service",
        "cluster",
    ),
    since="0.1",
)
def default_identity_used(node: Resource, design: Design) -> Hits:
    if node.kind == "cluster":
        if _near_ml(node, design):
            yield from _without_pod_identities(node)
    elif node.kind == "compute_group" and design.hosts_others(node):
        if _has_role(node, design) or _near_ml(node, design):
            yield from _default(node, design, "its nodes run as")
    elif not _has_role(node, design):
        return
    elif node.provider == "kubernetes":
        yield from _pods(node, design)
    elif node.provider == "aws":
        yield from _of_machine(node)
    else:
        yield from _default(node, design, "runs as")


def _has_role(node: Resource, design: Design) -> bool:
    role = design.role_of(node)
    return role is not None and role.role not in (None, "shared") and role.confidence >= _LEAST


def _near_ml(node: Resource, design: Design) -> bool:
    return node.instance.scope in design.once(_stacks_of_ml)


def _stacks_of_ml(design: Design) -> frozenset[str]:
    return frozenset(node.instance.scope for node in design.graph if _has_role(node, design))


def _default(node: Resource, design: Design, runs: str) -> Hits:
    identity = node["identity"]
    looked_up = any(
        other.type == _DEFAULT_ACCOUNT
        for other in design.targets(node, Relation.ASSUMES, Relation.DEPENDS_ON)
    )
    if looked_up or identity.equals("default") is Truth.YES:
        claim = f"{runs} the default service account, whose rights reach over the whole project"
        yield Hit(identity, claim, attribute="identity", fix=_FIX)
    elif identity.is_unknown:
        claim = f"whether it has an identity of its own is not known: {identity.why}"
        yield Hit(identity, claim, attribute="identity", certain=False)


def _of_machine(node: Resource) -> Hits:
    """A container of AWS Batch without a role has that of the machine; Fargate has no machine to take it from."""
    identity, call = node["identity"], cloud_call(node)
    platforms = (
        *node.instance.get("platform_capabilities").items(),
        *node.instance.get("PlatformCapabilities").items(),
    )
    if not call or any(platform.text() == "FARGATE" for platform in platforms):
        return
    if identity.equals("node") is Truth.YES:
        claim = f"calls the cloud ({call}) with the rights of the machine it runs on"
        yield Hit(identity, claim, attribute="identity", fix=_FIX)
    elif identity.is_unknown:
        claim = f"whether it has an identity of its own is not known: {identity.why}"
        yield Hit(identity, claim, attribute="identity", certain=False)


def _pods(node: Resource, design: Design) -> Hits:
    account, call = node["service_account"], cloud_call(node)
    linked = any(
        not other["cloud_identity"].is_absent or design.targets(other, Relation.ASSUMES)
        for other in design.targets(node, Relation.ASSUMES)
    )
    if not call or linked:
        return
    if account.is_unknown:
        claim = f"calls the cloud ({call}); whether with an identity of its own is not known: {account.why}"
        yield Hit(account, claim, attribute="identity", certain=False)
    elif account.is_absent or account.text() == "default":
        claim = f"calls the cloud ({call}) as the default service account, with the rights of its node"
        yield Hit(account, claim, attribute="identity", fix=_FIX)


def _without_pod_identities(node: Resource) -> Hits:
    """On AWS pods always may have one."""
    own = node["workload_identity"]
    if own.is_absent:
        return
    match own.is_true():
        case Truth.NO:
            claim = (
                "lets its pods call the cloud with the rights of their nodes only: workload identity is off"
            )
            fix = "turn workload identity on, and give pods service accounts that are bound to identities"
            yield Hit(own, claim, attribute="workload_identity", severity=Severity.LOW, fix=fix)
        case Truth.MAYBE:
            claim = f"whether pods may have an identity of their own is not known: {own.why}"
            yield Hit(own, claim, attribute="workload_identity", severity=Severity.LOW, certain=False)
