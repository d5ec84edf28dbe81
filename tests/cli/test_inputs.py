"""Values for the scanned code that come from outside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.runner import run

TEMPLATE = """\
Parameters:
  Encrypt: {Type: String}
Resources:
  Volume:
    Type: AWS::EC2::Volume
    Properties: {AvailabilityZone: us-east-1a, Size: 10, Encrypted: !Ref Encrypt}
"""
VOLUME = 'variable "encrypt" {}\nresource "aws_ebs_volume" "v" {\n  availability_zone = "a"\n  encrypted = var.encrypt\n}\n'


def rules(*arguments: str) -> list[str]:
    result = run("scan", "--format", "json", *arguments)
    return [finding["rule"] for finding in json.loads(result.stdout)["findings"] if finding["certain"]]


@pytest.mark.parametrize(
    "shape",
    [
        lambda value: [{"ParameterKey": "Encrypt", "ParameterValue": value}],
        lambda value: {"Parameters": {"Encrypt": value}},
    ],
)
@pytest.mark.parametrize(("value", "found"), [("false", ["MLA-SE003"]), ("true", [])])
def test_parameter_files_of_both_shapes_are_read(
    tmp_path: Path, shape: object, value: str, found: list[str]
) -> None:
    (tmp_path / "stack").mkdir()
    (tmp_path / "stack" / "template.yaml").write_text(TEMPLATE)
    given = tmp_path / "prod.json"
    given.write_text(json.dumps(shape(value)))  # type: ignore[operator]
    assert rules(str(tmp_path / "stack"), "--parameter-file", str(given)) == found


def test_a_parameter_wins_over_a_file(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "given.json").write_text('{"Parameters": {"Encrypt": "false"}}')
    assert (
        rules(str(tmp_path), "--parameter-file", str(tmp_path / "given.json"), "--parameter", "Encrypt=true")
        == []
    )


def test_the_environment_counts_only_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "main.tf").write_text(VOLUME)
    monkeypatch.setenv("TF_VAR_encrypt", "false")
    assert rules(str(tmp_path)) == []
    assert rules(str(tmp_path), "--tf-var-env") == ["MLA-SE003"]
