"""Code quality as GitLab reads it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlarchlint.model.finding import Severity, Subject
from mlarchlint.model.span import NOWHERE
from mlarchlint.report.gitlab import render_gitlab
from tests.report.results import error, finding, result, suppressed

# https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format, with every field required.
_TEXT, _LINE = {"type": "string", "minLength": 1}, {"type": "integer", "minimum": 1}
ENTRY = {
    "type": "object",
    "required": ["description", "check_name", "fingerprint", "severity", "location"],
    "properties": {
        "description": _TEXT,
        "check_name": _TEXT,
        "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
        "location": {
            "type": "object",
            "required": ["path", "lines"],
            "properties": {
                "path": {"type": "string", "pattern": "^[^/]"},
                "lines": {
                    "type": "object",
                    "required": ["begin"],
                    "properties": {"begin": _LINE, "end": _LINE},
                },
            },
        },
    },
}


def entries(*findings: Any, folder: str = "", **options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(render_gitlab(result(*findings, **options), folder))
    jsonschema.validate(found, {"type": "array", "items": ENTRY})
    marks = [entry["fingerprint"] for entry in found]
    assert len(set(marks)) == len(marks)
    return found


def test_a_finding_names_its_rule_place_and_fix() -> None:
    [entry] = entries(finding())
    assert entry["check_name"] == "MLA-HA009"
    assert entry["location"] == {"path": "infra/db.tf", "lines": {"begin": 2, "end": 2}}
    assert entry["description"].endswith("runs in a single availability zone. Fix: Set multi_az = true.")


@pytest.mark.parametrize(
    ("severity", "name"),
    [("critical", "blocker"), ("high", "critical"), ("medium", "major"), ("low", "minor"), ("info", "info")],
)
def test_severities_have_their_counterparts(severity: str, name: str) -> None:
    assert entries(finding(severity=Severity(severity)))[0]["severity"] == name


def test_two_findings_of_one_fingerprint_stay_two() -> None:
    assert len(entries(finding(), finding())) == 2


def test_a_line_that_moves_keeps_its_fingerprint() -> None:
    assert entries(finding())[0]["fingerprint"] == entries(finding(span=NOWHERE))[0]["fingerprint"]


def test_errors_are_listed_and_accepted_findings_are_not() -> None:
    found = entries(finding(suppressed=suppressed()), diagnostics=(error(),))
    assert [entry["check_name"] for entry in found] == ["syntax"]


def test_a_clean_run_is_an_empty_list() -> None:
    assert entries() == []


def test_paths_are_named_from_the_root_of_the_repository() -> None:
    assert entries(finding(), folder="live")[0]["location"]["path"] == "live/infra/db.tf"


@given(st.text())
def test_any_name_is_harmless(name: str) -> None:
    entries(finding(subject=Subject(name, "database", "t"), message=name))
