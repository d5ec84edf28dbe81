"""Plain `--fix` makes a safe edit in every language that it writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.runner import run

ENDPOINT = """resource "aws_sagemaker_endpoint_configuration" "ranker" {
  production_variants {
    variant_name  = "main"
    instance_type = "ml.g5.xlarge"
  }
}

"""
TF = """resource "aws_s3_bucket" "models" {
  bucket        = "acme-models"
  force_destroy = true # for the demo
}

resource "aws_dynamodb_table" "features" {
  name = "features"
}
"""
CFN = """Resources:
  Ranker:
    Type: AWS::SageMaker::EndpointConfig
    Properties:
      ProductionVariants: [{VariantName: main, ModelName: ranker, InstanceType: ml.g5.xlarge}]
  Features:
    Type: AWS::DynamoDB::Table
    Properties:
      DeletionProtectionEnabled: false   # for now
  UserFeatures:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fix() -> tuple[int, str]:
    found = run("scan", ".", "--select", "MLA-DG003", "--fix")
    return found.exit_code, found.stderr.partition("\n")[0]


def test_terraform_is_mended_where_the_edit_is_safe(here: Path) -> None:
    (here / "main.tf").write_text(ENDPOINT + TF)
    assert fix() == (0, "Mended 2 findings in 1 files.")
    wanted = TF.replace("true # for", "false # for").replace(
        'name = "features"\n', 'name = "features"\n\n  deletion_protection_enabled = true\n'
    )
    assert (here / "main.tf").read_text() == ENDPOINT + wanted


def test_a_yaml_template_is_mended_where_the_edit_is_safe(here: Path) -> None:
    (here / "t.yaml").write_text(CFN)
    assert fix() == (0, "Mended 2 findings in 1 files.")
    wanted = CFN.replace("false   #", "true   #").replace(
        "BillingMode:", "DeletionProtectionEnabled: true\n      BillingMode:"
    )
    assert (here / "t.yaml").read_text() == wanted


def test_a_json_template_is_mended_where_the_edit_is_safe(here: Path) -> None:
    variant = {"VariantName": "main", "ModelName": "ranker", "InstanceType": "ml.g5.xlarge"}
    table = {"Type": "AWS::DynamoDB::Table"}
    template = {
        "Resources": {
            "Ranker": {
                "Type": "AWS::SageMaker::EndpointConfig",
                "Properties": {"ProductionVariants": [variant]},
            },
            "Features": {**table, "Properties": {"DeletionProtectionEnabled": False}},
            "UserFeatures": {**table, "Properties": {"BillingMode": "PAY_PER_REQUEST"}},
        }
    }
    before = json.dumps(template, indent=2)
    (here / "t.json").write_text(before)
    assert fix() == (0, "Mended 2 findings in 1 files.")
    after = (here / "t.json").read_text()
    assert json.loads(after)["Resources"]["UserFeatures"]["Properties"] == {
        "DeletionProtectionEnabled": True,
        "BillingMode": "PAY_PER_REQUEST",
    }
    untouched = after.replace('"DeletionProtectionEnabled": true,\n        ', "")
    assert untouched == before.replace(": false", ": true")


def test_what_an_input_decides_is_left(here: Path) -> None:
    text = ENDPOINT + 'variable "on" {}\n\n' + TF.replace("true # for", "var.on # for")
    (here / "main.tf").write_text(text)
    fix()
    assert "force_destroy = var.on # for the demo" in (here / "main.tf").read_text()
