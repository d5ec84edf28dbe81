"""ServiceAccounts to the cloud identity that they act as, where another format declares it.

By reference (`role-arn: ${aws_iam_role.r.arn}`) the graph links them itself; here by name, and by the
resources that bind a ServiceAccount to an identity.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlarchlint.frontends.kubernetes.paths import annotations_of
from mlarchlint.model.graph import Edge, Relation
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Instance
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value

Keyed = tuple[str, Instance]

_ROLE_ARN = regex(r"arn:aws[\w-]*:iam::\d*:role/(?:.*/)?([\w+=,.@-]+)")
_GOOGLE_EMAIL = regex(r"([a-z][a-z0-9-]*)@([a-z0-9:.-]+)\.iam\.gserviceaccount\.com")
# https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity (PROJECT.svc.id.goog[NAMESPACE/NAME])
_GOOGLE_MEMBER = regex(r"\.svc\.id\.goog\[([^/\]]+)/([^/\]]+)\]$|\[([^/\]]+)/([^/\]]+)\]$")
# https://learn.microsoft.com/azure/aks/workload-identity-deploy-cluster
_SUBJECT = regex(r"^system:serviceaccount:([^:]+):([^:]+)$")


def identity_links(objects: Iterable[Keyed], others: Iterable[Keyed]) -> Iterator[Edge]:
    """ServiceAccount ASSUMES identity. objects: of Kubernetes; others: of all other formats."""
    accounts = [(key, instance) for key, instance in objects if instance.type == "v1/ServiceAccount"]
    if not accounts:
        return
    cloud = list(others)
    for key, instance in accounts:
        yield from _by_name(key, instance, cloud)
    by_address = {(instance.scope, instance.address): key for key, instance in cloud}
    for _, binding in cloud:
        found = _bound(binding)
        if found is None:
            continue
        namespace, name, role = found
        for target in _referred(role, binding.scope, by_address):
            for key, instance in accounts:
                own = instance.get("metadata").get("namespace").text() or "default"
                if (own, instance.name) == (namespace, name):
                    yield Edge(key, target, Relation.ASSUMES, role.span)


def _by_name(key: str, account: Instance, cloud: list[Keyed]) -> Iterator[Edge]:
    """The one identity of the scan that bears the name in the annotation."""
    notes = annotations_of(account).mapping()
    role, email = notes.get("eks.amazonaws.com/role-arn"), notes.get("iam.gke.io/gcp-service-account")
    if role is not None and (found := _ROLE_ARN.fullmatch(role.text() or "")):
        roles = (("aws_iam_role", "name"), ("AWS::IAM::Role", "RoleName"))
        yield from _only(key, role.span, [k for k, i in cloud if _is_named(i, roles, found[1])])
    if email is not None and (found := _GOOGLE_EMAIL.fullmatch(email.text() or "")):
        named = [k for k, i in cloud if _is_named(i, (("google_service_account", "account_id"),), found[1])
                 and i.get("project").text() in (None, found[2])]  # fmt: skip
        yield from _only(key, email.span, named)


def _is_named(instance: Instance, forms: tuple[tuple[str, str], ...], name: str) -> bool:
    return any(instance.type == type_ and instance.get(path).text() == name for type_, path in forms)


def _only(source: str, where: SourceSpan, found: list[str]) -> Iterator[Edge]:
    if len(found) == 1:
        yield Edge(source, found[0], Relation.ASSUMES, where)


def _bound(binding: Instance) -> tuple[str, str, Value] | None:
    """(namespace, ServiceAccount, identity) that a resource binds together."""
    match binding.type:
        case "aws_eks_pod_identity_association":
            pair = binding.get("namespace").text(), binding.get("service_account").text()
            role = binding.get("role_arn")
        case "AWS::EKS::PodIdentityAssociation":
            pair = binding.get("Namespace").text(), binding.get("ServiceAccount").text()
            role = binding.get("RoleArn")
        case "google_service_account_iam_member" | "google_service_account_iam_binding":
            if binding.get("role").text() != "roles/iam.workloadIdentityUser":
                return None
            members = [binding.get("member"), *binding.get("members").items()]
            found = next((m for value in members if (m := _GOOGLE_MEMBER.search(value.clue() or ""))), None)
            pair = (found[1] or found[3], found[2] or found[4]) if found else (None, None)
            role = binding.get("service_account_id")
        case "azurerm_federated_identity_credential":
            subject = _SUBJECT.match(binding.get("subject").text() or "")
            pair = (subject[1], subject[2]) if subject else (None, None)
            role = binding.get("parent_id")
            if role.is_absent:
                role = binding.get("user_assigned_identity_id")
        case _:
            return None
    namespace, name = pair
    return (namespace, name, role) if namespace and name and "*" not in namespace + name else None


def _referred(value: Value, scope: str, by_address: dict[tuple[str, str], str]) -> Iterator[str]:
    for ref in value.all_refs():
        while ref:
            if (scope, ref) in by_address:
                yield by_address[scope, ref]
                break
            ref = ref.rpartition(".")[0]
