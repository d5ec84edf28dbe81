"""The configuration that `mlarchlint init` writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlarchlint.config_layers import Flags, load_config
from mlarchlint.starter import Found, environments, starter_config
from tests.cli.runner import run, said

FILES = (
    "main.tf",
    "prod.tfvars",
    "envs/dev/terraform.tfvars",
    "chart/values-staging.yaml",
    "params-prod.json",
)


def config(text: str, folder: Path, environment: str | None = None) -> object:
    (folder / ".mlarchlint.yaml").write_text(text)
    return load_config([folder], Flags(environment=environment))


def uncommented(text: str) -> str:
    """As a user takes the proposals: without the `# ` of lines that hold keys or items."""
    return re.sub(r"^( *)# (?=( *- )|( *)[\w_-]+:)", r"\1", text, flags=re.MULTILINE)


def test_the_proposals_are_valid_too(tmp_path: Path) -> None:
    text = starter_config(Found("api", (), (), {}))
    config(text, tmp_path)
    taken = uncommented(text.replace("# Found below", "#Found below"))
    loaded = config(taken, tmp_path, "prod")
    assert loaded.requirements.number("slo.availability") is not None  # type: ignore[attr-defined]
    assert loaded.environment == "prod"  # type: ignore[attr-defined]


def test_environments_come_from_the_names_of_inputs(tmp_path: Path) -> None:
    found = environments(FILES)
    assert list(found) == ["dev", "staging", "prod"]
    assert found["prod"].var_files == ["prod.tfvars"]
    assert found["prod"].parameter_files == ["params-prod.json"]
    assert found["staging"].values == ["chart/values-staging.yaml"]
    assert found["dev"].var_files == ["envs/dev/terraform.tfvars"]


@pytest.mark.parametrize(
    "file", ["terraform.tfvars", "prod.auto.tfvars", "values.yaml", "production.tf", "prod.json"]
)
def test_what_counts_anyway_or_names_nothing_is_no_environment(file: str) -> None:
    assert environments([file]) == {}


@given(st.text(min_size=1), st.lists(st.tuples(st.text(), st.just("inference"))))
def test_no_name_breaks_the_file(
    tmp_path_factory: pytest.TempPathFactory, name: str, workloads: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    loaded = config(
        starter_config(Found(name.encode("utf-8", "replace").decode(), (), workloads, {"x": 1})), folder
    )
    assert loaded is not None


def test_init_writes_once_and_the_result_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prod.tfvars").write_text("")
    (tmp_path / "main.tf").write_text('resource "aws_sagemaker_endpoint" "api" {}\n')
    first = run("init")
    assert first.exit_code == 0, said(first)
    text = (tmp_path / ".mlarchlint.yaml").read_text()
    assert "1 of Terraform (root modules)" in text
    assert "var_files: [prod.tfvars]" in text
    again = run("init")
    assert again.exit_code == 2
    assert "--force overwrites it" in again.stderr
    assert (tmp_path / ".mlarchlint.yaml").read_text() == text
    assert run("init", "--force").exit_code == 0
    assert run("scan", ".", "--environment", "prod", "--fail-on", "never").exit_code == 0


def test_init_on_an_empty_folder_is_a_valid_start(tmp_path: Path) -> None:
    found = run("init", str(tmp_path), "--stdout")
    assert found.exit_code == 0
    config(found.stdout, tmp_path)
