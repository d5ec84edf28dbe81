"""ServiceAccounts act as identities that other formats declare."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.config import Config
from mlarchlint.discover import discover
from mlarchlint.kinds import built_in_kinds
from mlarchlint.normalise import normalise
from mlarchlint.pipeline import evaluate
from tests.kubernetes.test_charts import tree

ROLE = 'resource "aws_iam_role" "r" {\n  name = "runner"\n  assume_role_policy = "{}"\n}\n'
GOOGLE = 'resource "google_service_account" "r" {\n  account_id = "runner"\n  project = "p1"\n}\n'
AZURE = 'resource "azurerm_user_assigned_identity" "r" {\n  name = "r"\n  location = "x"\n  resource_group_name = "g"\n}\n'


def edges(tmp_path: Path, terraform: str, annotation: str = "", template: str = "") -> set[tuple[str, str]]:
    notes = f", annotations: {{{annotation}}}" if annotation else ""
    account = f"apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: api, namespace: ml{notes}}}\n"
    files = {"main.tf": terraform, "account.yaml": account} | ({"roles.json": template} if template else {})
    found = evaluate(discover([tree(tmp_path / "root", files)], Config()), Config())
    graph = normalise(found.instances, built_in_kinds())
    return {(e.target, e.relation.value) for e in graph.edges if e.source.startswith("ServiceAccount")}


@pytest.mark.parametrize(
    ("terraform", "annotation", "target"),
    [
        (ROLE, "eks.amazonaws.com/role-arn: 'arn:aws:iam::123456789012:role/team/runner'", "aws_iam_role.r"),
        (ROLE, "eks.amazonaws.com/role-arn: 'arn:aws:iam::123456789012:role/other'", None),
        (ROLE + ROLE.replace('"r"', '"s"'), "eks.amazonaws.com/role-arn: 'arn:aws:iam::1:role/runner'", None),
        (GOOGLE, "iam.gke.io/gcp-service-account: runner@p1.iam.gserviceaccount.com", "google_service_account.r"),
        (GOOGLE, "iam.gke.io/gcp-service-account: runner@p2.iam.gserviceaccount.com", None),
    ],
)  # fmt: skip
def test_an_annotation_names_the_identity(
    tmp_path: Path, terraform: str, annotation: str, target: str | None
) -> None:
    assert edges(tmp_path, terraform, annotation) == ({(target, "assumes")} if target else set())


POD_IDENTITY = """resource "aws_eks_pod_identity_association" "a" {
  cluster_name = "c"
  namespace = "ml"
  service_account = "NAME"
  role_arn = aws_iam_role.r.arn
}
"""
MEMBER = """resource "google_service_account_iam_member" "a" {
  service_account_id = google_service_account.r.name
  role = "roles/iam.workloadIdentityUser"
  member = "serviceAccount:${var.project}.svc.id.goog[ml/NAME]"
}
variable "project" {}
"""
FEDERATED = """resource "azurerm_federated_identity_credential" "a" {
  name = "a"
  resource_group_name = "g"
  audience = ["x"]
  issuer = "x"
  parent_id = azurerm_user_assigned_identity.r.id
  subject = "system:serviceaccount:ml:NAME"
}
"""


@pytest.mark.parametrize(
    ("terraform", "target"),
    [
        (ROLE + POD_IDENTITY, "aws_iam_role.r"),
        (GOOGLE + MEMBER, "google_service_account.r"),
        (AZURE + FEDERATED, "azurerm_user_assigned_identity.r"),
    ],
    ids=["pod identity", "workload identity", "federated credential"],
)
@pytest.mark.parametrize("name", ["api", "other"])
def test_a_resource_binds_account_and_identity(
    tmp_path: Path, terraform: str, target: str, name: str
) -> None:
    found = edges(tmp_path, terraform.replace("NAME", name))
    assert found == ({(target, "assumes")} if name == "api" else set())


def test_a_template_binds_account_and_identity(tmp_path: Path) -> None:
    template = """{"Resources": {
      "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}},
      "Bound": {"Type": "AWS::EKS::PodIdentityAssociation", "Properties": {"ClusterName": "c", "Namespace": "ml",
        "ServiceAccount": "api", "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}}}}}"""
    assert edges(tmp_path, "", template=template) == {("Role", "assumes")}
