"""`mlarchlint graph --roles`: roles with their evidence in every format."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from mlarchlint.cli import cli

DESIGN = Path(__file__).parent.parent.parent / "fixtures/designs/training/terraform-aws"


def drawn(*options: str, path: Path = DESIGN) -> str:
    result = CliRunner().invoke(cli, ["graph", str(path), *options])
    assert result.exit_code == 0, result.output
    return result.output


def test_json_has_the_role_with_evidence_only_if_asked() -> None:
    import jsonschema

    schema = json.loads(files("mlarchlint.data").joinpath("schema/graph.json").read_text("utf-8"))
    data = json.loads(drawn("--roles"))
    jsonschema.validate(data, schema)
    by_address = {resource["address"]: resource for resource in data["resources"]}
    role = by_address["aws_batch_job_definition.training"]["role"]
    assert role["role"] == "training"
    assert role["evidence"]
    assert all(evidence["reason"] and evidence["line"] > 0 for evidence in role["evidence"])
    assert any(resource["role"] is None for resource in data["resources"])
    assert not any("role" in resource for resource in json.loads(drawn())["resources"])


@pytest.mark.parametrize("format", ["dot", "mermaid"])
def test_pictures_name_the_role_and_the_first_reasons(format: str) -> None:
    line = next(
        line
        for line in drawn("--format", format, "--roles").splitlines()
        if "aws_batch_job_definition.training" in line
    )
    assert "training " in line
    assert "it is of type" in line
    assert "it is of type" not in drawn("--format", format)


def test_text_lists_every_reason_with_its_place() -> None:
    text = drawn("--format", "text", "--roles")
    assert "aws_batch_job_definition.training (batch_job) " in text
    assert "  role training, confidence " in text
    assert "main.tf:" in text
    assert "role training" not in drawn("--format", "text")


def test_reasons_cannot_steer_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n"
        '      containers: [{name: a, image: "vllm/vllm-openai:\\e[31m"}]\n'
    )
    for format in ("text", "dot", "mermaid", "json"):
        assert "\x1b" not in drawn("--format", format, "--roles", path=tmp_path)
    assert "vllm/vllm-openai" in drawn("--format", "text", "--roles", path=tmp_path)
