"""Annotations as the runner of GitHub Actions reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlarchlint.model.finding import Severity, Subject
from mlarchlint.model.span import NOWHERE, SourceSpan
from mlarchlint.report.github import render_github
from mlarchlint.report.repository import folder_in_repository
from tests.report.results import error, finding, result, suppressed


def commands(*findings: Any, folder: str = "", **options: Any) -> list[tuple[str, dict[str, str], str]]:
    """As the runner parses them: name, properties, data. Other lines are plain log."""
    found = []
    for line in render_github(result(*findings, **options), folder).splitlines():
        if not line.lstrip().startswith("::"):
            continue
        info, _, data = line.lstrip()[2:].partition("::")
        name, _, properties = info.partition(" ")
        assert name in ("error", "warning", "notice")
        pairs = (pair.split("=", 1) for pair in properties.split(",") if pair)
        found.append((name, {key: _unescaped(value, True) for key, value in pairs}, _unescaped(data, False)))
    return found


def _unescaped(text: str, is_property: bool) -> str:
    marks = [("%0D", "\r"), ("%0A", "\n")]
    if is_property:
        marks += [("%3A", ":"), ("%2C", ",")]
    for mark, char in [*marks, ("%25", "%")]:
        text = text.replace(mark, char)
    return text


def test_a_finding_is_annotated_at_its_value() -> None:
    [(name, properties, data)] = commands(finding())
    assert name == "error"
    assert properties == {
        "file": "infra/db.tf", "line": "2", "col": "14", "endColumn": "26",
        "title": "MLA-HA009 name-of-mla-ha009 (high)",
    }  # fmt: skip
    assert data.splitlines()[0] == "aws_db_instance.features runs in a single availability zone"
    assert data.splitlines()[-1] == "fix: Set multi_az = true."


@pytest.mark.parametrize(
    ("severity", "name"),
    [("critical", "error"), ("high", "error"), ("medium", "warning"), ("low", "notice"), ("info", "notice")],
)
def test_severities_become_levels(severity: str, name: str) -> None:
    assert commands(finding(severity=Severity(severity)))[0][0] == name


def test_the_worst_come_first_because_only_ten_of_a_kind_are_shown() -> None:
    found = commands(finding(severity=Severity.LOW), finding(severity=Severity.CRITICAL))
    assert [name for name, _, _ in found] == ["error", "notice"]


def test_a_block_is_annotated_by_its_lines() -> None:
    [(_, properties, _)] = commands(finding(span=SourceSpan("a.tf", 2, 1, 5, 2)))
    assert (properties["line"], properties["endLine"]) == ("2", "5")
    assert "col" not in properties


def test_a_finding_about_the_whole_design_stands_at_the_first_file() -> None:
    [(_, properties, _)] = commands(finding(span=NOWHERE))
    assert (properties["file"], properties["line"]) == ("infra/db.tf", "1")


def test_accepted_findings_are_not_annotated_and_errors_come_first() -> None:
    found = commands(finding(), finding(suppressed=suppressed()), diagnostics=(error(),))
    assert [properties["title"] for _, properties, _ in found] == [
        "mlarchlint: syntax",
        "MLA-HA009 name-of-mla-ha009 (high)",
    ]


def test_files_are_named_from_the_root_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "live" / "prod").mkdir(parents=True)
    folder = folder_in_repository(tmp_path / "live" / "prod", {"GITHUB_WORKSPACE": str(tmp_path)})
    assert folder == "live/prod"
    [(_, properties, _)] = commands(finding(span=SourceSpan("../db.tf", 2)), folder=folder)
    assert properties["file"] == "live/db.tf"


@pytest.mark.parametrize("environ", [{}, {"GITHUB_WORKSPACE": "/elsewhere"}, {"GITHUB_WORKSPACE": ""}])
def test_outside_of_a_checkout_files_are_named_from_the_current_folder(environ: dict[str, str]) -> None:
    assert folder_in_repository(Path.cwd(), environ) == ""


@given(st.text(), st.text(min_size=1))
def test_no_name_gives_a_command_of_its_own(address: str, file: str) -> None:
    hostile = finding(
        subject=Subject(address, "database", "t"), span=SourceSpan(file, 1, 1, 1, 2), message=address
    )
    [(name, properties, _)] = commands(hostile)
    assert name == "error"
    assert set(properties) == {"file", "line", "col", "endColumn", "title"}
