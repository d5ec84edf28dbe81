"""What becomes of a resource when its declaration goes: from both languages, under the same names."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.config import Config
from mlarchlint.model.resource import Resource
from mlarchlint.pipeline import scan


def node(folder: Path, name: str, text: str) -> Resource:
    (folder / name).write_text(text, encoding="utf-8")
    return next(iter(scan([folder], Config()).graph))


def terraform(folder: Path, lifecycle: str) -> Resource:
    return node(
        folder, "main.tf", f'resource "aws_s3_bucket" "models" {{\n  bucket = "models"\n{lifecycle}\n}}\n'
    )


def template(folder: Path, attributes: str, kind: str = "AWS::S3::Bucket") -> Resource:
    text = f"Parameters: {{Env: {{Type: String}}}}\nConditions: {{IsProd: !Equals [!Ref Env, prod]}}\nResources:\n  Models: {{Type: {kind}, {attributes}}}\n"
    return node(folder, "stack.yaml", text)


def test_terraform_says_it_in_lifecycle(tmp_path: Path) -> None:
    kept = terraform(
        tmp_path, "  lifecycle {\n    prevent_destroy       = true\n    create_before_destroy = true\n  }"
    )
    assert kept["on_removal"].plain() == "refuse"
    assert kept["on_removal"].span.line == 4
    assert kept["create_before_destroy"].plain() is True
    loose = terraform(
        tmp_path, "  lifecycle {\n    prevent_destroy = false\n    ignore_changes  = [tags]\n  }"
    )
    assert loose["on_removal"].plain() == "delete"
    assert loose["create_before_destroy"].is_absent
    assert terraform(tmp_path, "")["on_removal"].is_absent


def test_json_says_it_the_same(tmp_path: Path) -> None:
    text = '{"resource": {"aws_s3_bucket": {"m": {"bucket": "m", "lifecycle": {"prevent_destroy": true}}}}}'
    assert node(tmp_path, "main.tf.json", text)["on_removal"].plain() == "refuse"


@pytest.mark.parametrize(
    ("policy", "fate"),
    [
        ("Delete", "delete"),
        ("Retain", "retain"),
        ("RetainExceptOnCreate", "retain"),
        ("Snapshot", "snapshot"),
    ],
)
def test_templates_say_it_beside_the_properties(tmp_path: Path, policy: str, fate: str) -> None:
    found = template(tmp_path, f"DeletionPolicy: {policy}, UpdateReplacePolicy: {policy}")
    assert found["on_removal"].plain() == found["on_replacement"].plain() == fate


def test_a_conditional_policy_is_judged_in_each_case(tmp_path: Path) -> None:
    found = template(tmp_path, "DeletionPolicy: !If [IsProd, Retain, Delete]")["on_removal"]
    assert [(name, one.plain()) for name, one in found.scenarios] == [
        ("IsProd is true", "retain"),
        ("IsProd is false", "delete"),
    ]


@pytest.mark.parametrize(
    ("kind", "attributes", "skipped"),
    [
        ("AWS::RDS::DBInstance", "Properties: {}", False),
        ("AWS::RDS::DBInstance", "DeletionPolicy: Delete", True),
        ("AWS::RDS::DBCluster", "DeletionPolicy: Snapshot", False),
        ("AWS::Redshift::Cluster", "Properties: {}", True),
        ("AWS::Redshift::Cluster", "DeletionPolicy: Snapshot", False),
    ],
)
def test_a_database_is_snapshot_as_its_policy_says(
    tmp_path: Path, kind: str, attributes: str, skipped: bool
) -> None:
    assert template(tmp_path, attributes, kind)["skip_final_snapshot"].plain() is skipped
