"""`scan -`: what another program renders or plans, without a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.runner import run, said

FIXTURES = Path(__file__).parents[2] / "fixtures"


def scan(data: bytes, *arguments: str) -> Result:
    return run("scan", *arguments, given=data)


def test_manifests_on_standard_input_are_judged_like_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (FIXTURES / "MLA-HA003/kubernetes/serving.yaml").read_bytes()
    (tmp_path / "serving.yaml").write_bytes(text)
    piped = json.loads(scan(text, "-", "--format", "json").stdout)
    read = json.loads(scan(b"", "serving.yaml", "--format", "json").stdout)

    def told(report: object) -> str:
        return json.dumps(report["findings"]).replace("serving.yaml", "stdin")  # type: ignore[index]

    assert piped["findings"] != []
    assert told(piped) == told(read)


def test_its_lines_are_quoted_in_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = scan((FIXTURES / "MLA-HA003/kubernetes/serving.yaml").read_bytes(), "-", "--select", "MLA-HA003")
    assert result.exit_code == 1
    assert "--> stdin:" in said(result)
    assert "- name: model-server" in said(result)


def test_a_plan_on_standard_input_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    values = {"bucket": "acme-models"}
    resource = {
        "address": "aws_s3_bucket.models", "mode": "managed", "type": "aws_s3_bucket", "name": "models",
        "provider_name": "registry.terraform.io/hashicorp/aws", "values": values,
    }  # fmt: skip
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": [resource]}},
        "configuration": {},
    }
    result = scan(json.dumps(plan).encode(), "-", "--format", "json", "--fail-on", "never")
    assert json.loads(result.stdout)["summary"]["resources"] == 1


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "empty"), (b"hello: world\n", "no format"), (b"a\0b", "binary")]
)
def test_what_cannot_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, code: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = scan(data, "-")
    assert result.exit_code == 3
    assert code in said(result)


def test_it_is_limited_like_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".mlarchlint.yaml").write_text("limits: {file_mib: 0.001}\n", "utf-8")
    result = scan(b"apiVersion: v1\nkind: List\n" + b"#" * 2_000, "-")
    assert result.exit_code == 3
    assert "more than the limit" in said(result)
