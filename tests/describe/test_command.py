"""`mlarchlint describe` on whole designs."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mlarchlint.cli import cli

DESIGNS = Path(__file__).parent.parent.parent / "fixtures" / "designs"
CLOUDS = ("terraform-aws", "cloudformation", "terraform-google", "terraform-azure", "kubernetes")


def described(path: Path, format: str = "json", code: int = 0) -> str:
    result = CliRunner().invoke(cli, ["describe", str(path), "--format", format])
    assert result.exit_code == code, result.output
    return result.output


def report(path: Path) -> dict[str, Any]:
    found = json.loads(described(path))
    assert isinstance(found, dict)
    return found


def filled(found: dict[str, Any]) -> set[str]:
    return {stage["name"] for stage in found["stages"] if stage["services"]}


def shown(found: dict[str, Any]) -> set[str]:
    return {pattern["name"] for pattern in found["patterns"]}


@pytest.mark.parametrize("form", CLOUDS)
def test_the_image_classifier_is_an_inference_architecture_on_every_platform(form: str) -> None:
    found = report(DESIGNS / "image-classifier" / form)
    assert shown(found) == {"inference", "monolith"}
    assert "deployment" in filled(found)
    assert not {"ingestion", "training", "preprocessing"} & filled(found)


def test_the_training_design_is_a_training_architecture() -> None:
    found = report(DESIGNS / "training/terraform-aws")
    assert shown(found) == {"training"}
    assert {"training", "evaluation"} <= filled(found)
    assert "deployment" not in filled(found)


def test_the_data_pipeline_is_one() -> None:
    found = report(DESIGNS / "data-pipeline/terraform-aws")
    assert shown(found) == {"data pipeline"}
    assert filled(found) >= {"ingestion", "preprocessing"}


def test_the_report_conforms_to_its_schema() -> None:
    import jsonschema

    schema = json.loads(files("mlarchlint.data").joinpath("schema/describe.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for path in (DESIGNS / "image-classifier/terraform-aws", DESIGNS / "training/terraform-aws"):
        jsonschema.validate(report(path), schema)


def test_the_paragraph_says_what_is_missing_and_what_cannot_be_seen() -> None:
    text = " ".join(described(DESIGNS / "image-classifier/terraform-aws", "text").split())
    assert "Nothing was found for ingestion, preprocessing, training and evaluation." in text
    assert "What programs create at run time" in text
    assert "not found: cache" in text


def test_a_web_application_is_not_called_machine_learning(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_instance" "web" {\n  instance_type = "t3.micro"\n}\n')
    text = described(tmp_path, "text")
    assert "No part of it was recognised as machine learning." in " ".join(text.split())
    assert "Stage" not in text


def test_an_empty_folder_is_said_to_hold_nothing(tmp_path: Path) -> None:
    (tmp_path / "readme.md").write_text("x")
    assert "Nothing that declares infrastructure was found." in described(tmp_path, "text", code=3)


def test_names_are_no_markup(tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text(
        "apiVersion: kubeflow.org/v1\nkind: PyTorchJob\nmetadata: {name: '<b>|x'}\nspec: {}\n"
    )
    text = described(tmp_path, "markdown")
    assert "<b>" not in text
    assert "\\<b\\>\\|x" in text


def test_what_cannot_be_read_changes_the_exit_code(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_instance" {{{\n')
    described(tmp_path, "text", code=3)


def test_what_several_stacks_share_is_named_once(tmp_path: Path) -> None:
    for stack in ("dev", "prod"):
        (tmp_path / stack).mkdir()
        text = 'resource "aws_sagemaker_model_package_group" "churn" {\n  model_package_group_name = "churn"\n}\n'
        (tmp_path / stack / "main.tf").write_text(text, "utf-8")
    text = described(tmp_path, "text")
    assert text.count("aws_sagemaker_model_package_group.churn x2 (model registry)") == 1
    assert text.count("aws_sagemaker_model_package_group.churn") <= 2
