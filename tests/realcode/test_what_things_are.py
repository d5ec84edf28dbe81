"""What a thing is, is told by what was written for it alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.pipeline import scan

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: check}
spec:
  restartPolicy: %s
  containers:
    - {name: check, image: "example/gpu-check:1", resources: {limits: {nvidia.com/gpu: 1}}}
"""
COMPUTE = """
resource "azapi_resource" "box" {
  type      = "Microsoft.MachineLearningServices/workspaces/computes@2024-04-01"
  name      = "box"
  parent_id = "/subscriptions/s/workspaces/ml"
  body = {
    properties = {
      computeType = "%s"
      properties  = { vmSize = "Standard_DS3_v2", enableNodePublicIp = true }
    }
  }
}
"""
BUCKETS = """
resource "aws_s3_bucket" "this" {
  for_each = toset(["data_capture", "datasets"])
  bucket   = "feature-store-${each.key}"
}
resource "aws_s3_bucket_versioning" "this" {
  for_each = aws_s3_bucket.this
  bucket   = each.value.id
  versioning_configuration { status = "Enabled" }
}
"""


@pytest.mark.parametrize("policy", ["OnFailure", "Never", "Always"])
def test_a_pod_that_is_not_started_again_is_paid_for_one_run(tmp_path: Path, policy: str) -> None:
    (tmp_path / "pod.yaml").write_text(POD % policy)
    monthly = scan([tmp_path]).estimate.monthly
    if policy == "Always":
        assert monthly.low > 100
    else:
        assert monthly.low == 0 < monthly.high < 100


@pytest.mark.parametrize(("image", "role"), [("seldon-cli", None), ("mlserver", "inference")])
def test_a_command_line_client_of_a_model_server_serves_nothing(
    tmp_path: Path, image: str, role: str | None
) -> None:
    text = POD.replace("check", "desk").replace("example/gpu-desk:1", f"seldonio/{image}:1") % "Always"
    (tmp_path / "pod.yaml").write_text(text)
    assert [found.role for found in scan([tmp_path]).workloads] == ([role] if role else [])


@pytest.mark.parametrize(
    ("kind", "roles"), [("AmlCompute", ["training"]), ("ComputeInstance", ["notebook"]), ("AKS", [])]
)
def test_computes_of_azure_are_what_their_type_says(tmp_path: Path, kind: str, roles: list[str]) -> None:
    (tmp_path / "main.tf").write_text(COMPUTE % kind)
    assert [found.role for found in scan([tmp_path]).workloads] == roles


def test_a_firewall_that_azure_keeps_for_itself_is_not_said_to_be_shut(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(COMPUTE % "AmlCompute")
    found = [(f.severity.value, f.message) for f in scan([tmp_path]).findings if f.rule == "MLA-SE001"]
    assert found == [("high", "has a public address")]


def test_the_key_of_a_store_says_more_than_the_name_of_all_stores(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(BUCKETS)
    found = [f.message for f in scan([tmp_path]).findings if f.rule == "MLA-CO009"]
    assert [text.partition(";")[0] for text in found] == ["keeps every old version of its captured requests"]


def test_the_name_in_the_code_says_more_than_the_name_of_the_project(tmp_path: Path) -> None:
    text = BUCKETS.replace('  for_each = toset(["data_capture", "datasets"])\n', "").replace(
        "${each.key}", "x"
    )
    text = text.replace('"this"', '"datasets"').replace(".this", ".datasets").replace("each.value.id", "1")
    (tmp_path / "main.tf").write_text(text)
    found = [f.message.partition(";")[0] for f in scan([tmp_path]).findings if f.rule == "MLA-CO004"]
    assert [text.partition(" and")[0] for text in found] == ["holds a dataset"]
