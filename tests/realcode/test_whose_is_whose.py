"""Root modules of one repository are designs of their own; not every list of resources is a template."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlarchlint.pipeline import scan

ENDPOINT = """
resource "aws_sagemaker_endpoint_configuration" "this" {
  name = "ranker"
  production_variants {
    model_name             = "m"
    initial_instance_count = 2
    instance_type          = "ml.g5.xlarge"
  }
}
"""


def test_the_same_declaration_in_two_root_modules_is_two_workloads(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(ENDPOINT)
    result = scan([tmp_path])
    assert [(w.role, len(w.members)) for w in result.workloads] == [("inference", 1), ("inference", 1)]


def test_instances_of_one_declaration_are_one_workload(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(ENDPOINT.replace('" {', '" {\n  count = 2', 1))
    assert [len(w.members) for w in scan([tmp_path]).workloads] == [2]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(
            {"version": 0.0, "Resources": [{"TargetService": {"Type": "AWS::ECS::Service"}}]}, indent=1
        ),
        "version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n",
    ],
)
def test_the_specification_of_a_deployment_is_no_template(tmp_path: Path, text: str) -> None:
    (tmp_path / "appspec.yaml").write_text(text)
    (tmp_path / "main.tf").write_text(ENDPOINT)
    result = scan([tmp_path])
    assert not result.diagnostics
    assert result.counts.files_skipped == 1


@pytest.mark.parametrize(("name", "roles"), [("gpu-cluster", ["training"]), ("image-builder", [])])
def test_a_cluster_that_builds_images_does_not_train(tmp_path: Path, name: str, roles: list[str]) -> None:
    (tmp_path / "main.tf").write_text(f"""
resource "azurerm_machine_learning_compute_cluster" "this" {{
  name        = "{name}"
  vm_size     = "STANDARD_DS2_V2"
  vm_priority = "Dedicated"
}}
""")
    assert [workload.role for workload in scan([tmp_path]).workloads] == roles
