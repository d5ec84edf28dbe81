"""SARIF as code scanning services read it."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlarchlint.config import Config
from mlarchlint.model.finding import Severity, Subject
from mlarchlint.model.span import NOWHERE, SourceSpan
from mlarchlint.report.sarif import render_sarif, uri
from tests.report.results import error, finding, result, suppressed

_TEXT = (resources.files("mlarchlint.data") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8")
SARIF = jsonschema.Draft4Validator(json.loads(_TEXT), format_checker=jsonschema.FormatChecker())


def run(*findings: Any, **options: Any) -> dict[str, Any]:
    log = json.loads(render_sarif(result(*findings, **options)))
    SARIF.validate(log)
    found: dict[str, Any] = log["runs"][0]
    return found


def test_a_result_names_its_rule_place_and_fingerprint() -> None:
    found = run(finding())["results"][0]
    assert found["ruleId"] == "MLA-HA009"
    assert found["level"] == "error"
    assert found["message"]["text"] == (
        "aws_db_instance.features runs in a single availability zone. Set multi_az = true."
    )
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "infra/db.tf", "uriBaseId": "SRCROOT"}
    assert place["region"] == {"startLine": 2, "startColumn": 14, "endLine": 2, "endColumn": 26}
    assert found["partialFingerprints"] == {"mlarchlint/v1": "f" * 32}
    texts = [place["message"]["text"] for place in found["relatedLocations"]]
    assert texts == ["the value comes from var.multi_az", "called here", "read by this group"]


@pytest.mark.parametrize(
    ("severity", "level"),
    [("critical", "error"), ("high", "error"), ("medium", "warning"), ("low", "note"), ("info", "note")],
)
def test_severities_become_levels(severity: str, level: str) -> None:
    assert run(finding(severity=Severity(severity)))["results"][0]["level"] == level


def test_rules_bring_help_and_only_security_rules_a_score() -> None:
    availability, security = run()["tool"]["driver"]["rules"]
    assert availability["help"]["markdown"].startswith("Stores on the request path")
    assert "**" not in availability["help"]["text"]
    assert availability["helpUri"] == "https://example.com/zones"
    assert availability["defaultConfiguration"] == {"level": "error"}
    assert "security-severity" not in availability["properties"]
    assert security["properties"]["security-severity"] == "8.0"


def test_uncertain_findings_only_on_request_and_for_review() -> None:
    unsure = finding(certain=False)
    assert run(unsure)["results"] == []
    shown = run(unsure, config=Config(uncertain=True))["results"][0]
    assert (shown["kind"], shown["level"]) == ("review", "none")


def test_suppressed_findings_stay_with_their_reason() -> None:
    found = run(finding(suppressed=suppressed()))["results"][0]
    assert found["suppressions"][0]["kind"] == "inSource"
    assert found["suppressions"][0]["justification"] == "accepted until the migration (until 2027-01-01)"


def test_diagnostics_are_notifications_and_an_error_is_no_success() -> None:
    invocation = run(finding(), diagnostics=(error(),))["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert invocation["exitCode"] == 3
    notification = invocation["toolExecutionNotifications"][0]
    assert notification["descriptor"] == {"id": "syntax"}
    assert notification["message"]["text"] == "expected a value. Close the block"
    assert run(finding())["invocations"][0]["executionSuccessful"] is True


def test_a_finding_about_the_whole_design_still_has_a_place() -> None:
    found = run(finding(span=NOWHERE, subject=Subject("", "design", "")))["results"][0]
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "infra/db.tf"


def test_text_cannot_become_a_link() -> None:
    text = run(finding(message="[click](https://evil.example)"))["results"][0]["message"]["text"]
    assert "](" not in text


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("infra/my file.tf", "infra/my%20file.tf"),
        ("c:evil.tf", "c%3Aevil.tf"),
        ("50%.tf", "50%25.tf"),
        ("ä#?.tf", "%C3%A4%23%3F.tf"),
        ("../modules/a.tf", "../modules/a.tf"),
    ],
)
def test_paths_become_relative_references(path: str, expected: str) -> None:
    assert uri(path) == expected


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30), st.text(max_size=30))
def test_any_name_gives_a_valid_file(path: str, message: str) -> None:
    found = run(finding(span=SourceSpan(path, 1), message=message), texts={})["results"][0]
    written = found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert written.isascii()
    assert unquote(written) == path
