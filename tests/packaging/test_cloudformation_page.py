"""docs/cloudformation.md: its commands run, and its example is judged as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from mlarchlint.cli import cli
from mlarchlint.config_check import mistakes_in
from mlarchlint.config_text import read_yaml
from mlarchlint.frontends.cloudformation.evaluator import _METHODS
from mlarchlint.frontends.cloudformation.functions import FUNCTIONS

PAGE = (Path(__file__).parents[2] / "docs" / "cloudformation.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def commands() -> list[str]:
    return [line for block in blocks("bash") for line in block.splitlines() if line.startswith("mlarchlint ")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "serving.yaml").write_text(blocks("yaml")[0], encoding="utf-8")
    shapes = re.findall(r'`([\[{][^`]*"Env"[^`]*)`', PAGE)
    assert len(shapes) == 2
    for name, text in zip(("prod.json", "other.json"), shapes, strict=True):
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def scanned(command: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, command.split()[1:])
    return result.exit_code, result.output


@pytest.mark.usefixtures("folder")
def test_the_example_is_judged_in_each_case() -> None:
    code, output = scanned("mlarchlint scan serving.yaml")
    (claim,) = re.findall(r"\*(stores[^*]*)\*", PAGE)
    assert (code, claim in output) == (1, True)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", [*commands(), "mlarchlint scan serving.yaml --parameter-file other.json"])
def test_with_what_is_missing_given_nothing_is_found(command: str) -> None:
    code, output = scanned(command)
    assert code == 0, output
    assert "MLA-SE003" not in output


@pytest.mark.usefixtures("folder")
def test_the_environment_gives_the_parameters(folder: Path) -> None:
    text = blocks("yaml")[1]
    assert mistakes_in(read_yaml(text, "page")) == []
    (folder / ".mlarchlint.yaml").write_text(text, encoding="utf-8")
    assert scanned("mlarchlint scan serving.yaml --environment prod")[0] == 0
    assert scanned("mlarchlint scan serving.yaml")[0] == 1


@pytest.mark.usefixtures("folder")
def test_a_parameter_that_no_template_has_is_reported() -> None:
    assert "Enw" in scanned("mlarchlint scan serving.yaml --parameter Enw=prod")[1]


def test_every_function_is_named() -> None:
    for name in (*FUNCTIONS, *_METHODS):
        assert f"`{name.removeprefix('Fn::')}`" in PAGE, name
