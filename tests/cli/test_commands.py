"""The commands as users call them; the pipeline itself is replaced by a result made by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mlarchlint import __version__, pipeline, registry
from mlarchlint.config import Config
from mlarchlint.discover import discover
from tests.cli.runner import run, said
from tests.report.results import error, finding, result, rule, suppressed


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Config]]:
    """Where every call of the pipeline is written down."""
    made: list[tuple[Any, Config]] = []

    def scan(paths: Any, config: Config, **_: Any) -> Any:
        discover(paths, config)
        made.append((paths, config))
        failed = (error(),) if (tmp_path / "broken").exists() else ()
        found = () if (tmp_path / "clean").exists() else (finding(), finding(suppressed=suppressed()))
        return result(*found, diagnostics=failed, config=config)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pipeline, "scan", scan)
    monkeypatch.setattr(registry, "rules_for", lambda _: {r.id: r for r in (rule(), rule("MLA-SE003"))})
    (tmp_path / ".git").mkdir()
    return made


def test_version() -> None:
    assert run("--version").output == f"mlarchlint {__version__}\n"


@pytest.mark.parametrize("command", ["scan", "graph", "rules", "explain"])
def test_every_command_has_help(command: str) -> None:
    assert run(command, "--help").exit_code == 0
    assert command in run("--help").output


def test_an_unknown_command_names_the_nearest(calls: list[Any]) -> None:
    found = run("scna")
    assert found.exit_code == 2
    assert "did you mean 'scan'?" in said(found)


def test_findings_exit_with_1_and_a_clean_scan_with_0(calls: list[Any], tmp_path: Path) -> None:
    found = run("scan", ".")
    assert (found.exit_code, "1 finding: 1 high; 1 suppressed." in found.output) == (1, True)
    assert run("scan", "--fail-on", "critical", ".").exit_code == 0
    assert run("scan", "--fail-on", "never", ".").exit_code == 0
    (tmp_path / "clean").touch()
    assert run("scan", ".").exit_code == 0


def test_an_incomplete_scan_exits_with_3_even_with_findings(calls: list[Any], tmp_path: Path) -> None:
    (tmp_path / "broken").touch()
    assert run("scan", ".").exit_code == 3
    assert run("scan", "--fail-on", "never", ".").exit_code == 3


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("scan",), "Missing argument 'PATH...'"),
        (("scan", "nowhere"), "there is no file or folder 'nowhere'"),
        (("scan", "--var", "x", "."), "'x' is not of the form NAME=VALUE"),
        (("scan", "--fail-on", "bad", "."), "'bad' is not one of"),
        (("scan", "--select", "MLA-HA00,sceurity", "."), "there is no rule 'sceurity'"),
        (("scan", "--ignore", "MLA-HA0009", "."), "there is no rule 'MLA-HA0009'; did you mean 'MLA-HA009'?"),
        (("scan", "--config", "none.yaml", "."), "'none.yaml' does not exist"),
        (("scan", "--environment", "prod", "."), "no configuration file was found"),
        (("scan", "-o", "no/such/folder/x.json", "."), "cannot write 'no/such/folder/x.json'"),
        (("scan", "--format", "json", "--format", "text", "."), "Two reports for standard output"),
        (("explain", "MLA-HA09"), "did you mean 'MLA-HA009'?"),
        (("rules", "MLA-XX"), "there is no rule 'MLA-XX'"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_why(calls: list[Any], args: tuple[str, ...], message: str) -> None:
    found = run(*args)
    assert found.exit_code == 2
    assert message in said(found)


def test_all_mistakes_of_the_configuration_are_listed_and_exit_with_2(
    calls: list[Any], tmp_path: Path
) -> None:
    (tmp_path / ".mlarchlint.yaml").write_text("fail_onn: low\nselect: 5\n")
    found = run("scan", ".")
    assert found.exit_code == 2
    assert said(found).splitlines() == [
        "error: .mlarchlint.yaml:1:1: unknown key 'fail_onn'; did you mean 'fail_on'?",
        "error: .mlarchlint.yaml:2:1: 'select' must be a list, not 5",
    ]


def test_a_rule_that_the_configuration_misspells_has_a_place(calls: list[Any], tmp_path: Path) -> None:
    (tmp_path / ".mlarchlint.yaml").write_text("rules:\n  MLA-HA999: {severity: low}\n")
    assert "error: .mlarchlint.yaml:2:3: there is no rule 'MLA-HA999'" in said(run("scan", "."))


def test_options_reach_the_pipeline(calls: list[Any], tmp_path: Path) -> None:
    (tmp_path / "x.tfvars").touch()
    run("scan", "--var", "a=1=2", "--var-file", "x.tfvars", "--workspace", "w", "--parameter", "P=q",
        "--select", "MLA-HA,security", "--exclude", "old", "--uncertain", ".")  # fmt: skip
    ((paths, config),) = calls
    assert paths == [Path(".")]
    assert config.vars == {"a": "1=2"}
    assert config.var_files == (tmp_path / "x.tfvars",)
    assert (config.workspace, config.parameters) == ("w", {"P": "q"})
    assert (config.select, config.exclude, config.uncertain) == (("MLA-HA", "security"), ("old",), True)


def test_several_reports_come_from_one_scan(calls: list[Any], tmp_path: Path) -> None:
    found = run("scan", "-o", "a.json", "-o", "b.sarif", ".")
    assert len(calls) == 1
    assert json.loads((tmp_path / "a.json").read_text())["summary"]["exit_code"] == 1
    assert json.loads((tmp_path / "b.sarif").read_text())["version"] == "2.1.0"
    assert found.stdout == ""
    assert found.stderr == "1 finding: 1 high; 1 suppressed. Written: a.json, b.sarif\n"


def test_no_colors_where_the_output_is_no_terminal(calls: list[Any]) -> None:
    assert "\x1b" not in run("scan", ".").output


@pytest.mark.parametrize(
    ("format", "start"), [("json", "{"), ("dot", "digraph design {"), ("mermaid", "flowchart LR")]
)
def test_the_graph_is_printed_in_each_format(calls: list[Any], format: str, start: str) -> None:
    found = run("graph", "--format", format, ".")
    assert found.exit_code == 0
    assert found.output.startswith(start)


def test_the_graph_of_an_incomplete_scan_exits_with_3_and_says_so_apart(
    calls: list[Any], tmp_path: Path
) -> None:
    (tmp_path / "broken").touch()
    found = run("graph", ".")
    assert found.exit_code == 3
    json.loads(found.stdout)
    assert "infra/bad.tf:3:5: expected a value" in found.stderr


def test_rules_can_be_listed_and_explained(calls: list[Any]) -> None:
    assert run("rules", "security").output.startswith("MLA-SE003")
    assert [r["id"] for r in json.loads(run("rules", "--format", "json").output)] == [
        "MLA-HA009",
        "MLA-SE003",
    ]
    assert "## Why is this bad" in run("explain", "mla-ha009").output


def test_a_fault_of_ours_ends_in_one_line_and_exit_code_3(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from mlarchlint.cli import main

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("boom\x1b[31m")

    monkeypatch.setattr(pipeline, "scan", crash)
    monkeypatch.setattr("sys.argv", ["mlarchlint", "scan", "."])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 3
    assert capsys.readouterr().err.startswith("error: mlarchlint failed: RuntimeError: boom\\x1b[31m\n")
