"""The JSON report and the graph's JSON keep to their published schemas."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlarchlint import __version__
from mlarchlint.config import Config
from mlarchlint.model.diagnostic import Level
from mlarchlint.model.finding import Severity, Subject
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.span import NOWHERE
from mlarchlint.model.value import Value
from mlarchlint.report.graph_json import render_graph_json
from mlarchlint.report.json import render_json
from tests.report.results import VALUE, error, finding, resource, result, suppressed


def schema(name: str) -> jsonschema.Draft202012Validator:
    text = (resources.files("mlarchlint.data") / "schema" / f"{name}.json").read_text(encoding="utf-8")
    jsonschema.Draft202012Validator.check_schema(json.loads(text))
    return jsonschema.Draft202012Validator(json.loads(text))


REPORT, GRAPH = schema("report"), schema("graph")


def written(*findings: Any, **options: Any) -> dict[str, Any]:
    text = render_json(result(*findings, **options))
    data: dict[str, Any] = json.loads(text)
    REPORT.validate(data)
    return data


def test_a_finding_has_the_published_fields() -> None:
    found = written(finding(instances=3))["findings"][0]
    assert found["rule"] == "MLA-HA009"
    assert found["subject"] == {
        "address": "aws_db_instance.features", "kind": "database", "type": "aws_db_instance",
    }  # fmt: skip
    assert found["workload"] == {"name": "api", "role": "inference"}
    assert (found["file"], found["line"], found["column"], found["end_line"]) == ("infra/db.tf", 2, 14, 2)
    assert (found["instances"], found["fingerprint"], found["suppressed"]) == (3, "f" * 32, False)


def test_uncertain_and_suppressed_findings_are_always_there() -> None:
    data = written(finding(certain=False), finding(suppressed=suppressed()))
    assert [f["certain"] for f in data["findings"]] == [False, True]
    assert data["findings"][1]["suppressed"] is True
    assert data["findings"][1]["suppression"]["reason"] == "accepted until the migration"
    assert data["summary"]["uncertain"] == 1
    assert data["summary"]["suppressed"] == 1
    assert data["summary"]["exit_code"] == 0


def test_the_summary_counts_and_prices() -> None:
    summary = written(finding())["summary"]
    assert summary["files_read"] == 2
    assert summary["rules_run"] == 2
    assert summary["findings"] == {"critical": 0, "high": 1, "medium": 0, "low": 0, "info": 0}
    assert summary["cost"] == {
        "monthly_low": 49.64, "monthly_high": 49.64, "currency": "USD",
        "prices_as_of": "2026-07-30", "gaps": 1, "budget": 40.0,
    }  # fmt: skip
    assert written()["version"] == __version__


@pytest.mark.parametrize(
    ("severity", "fail_on", "code"),
    [
        (Severity.HIGH, Severity.LOW, 1),
        (Severity.LOW, Severity.LOW, 1),
        (Severity.INFO, Severity.LOW, 0),
        (Severity.HIGH, Severity.CRITICAL, 0),
        (Severity.CRITICAL, None, 0),
    ],
)
def test_findings_from_the_threshold_on_give_exit_code_1(
    severity: Severity, fail_on: Severity | None, code: int
) -> None:
    summary = written(finding(severity=severity), config=Config(fail_on=fail_on))["summary"]
    assert summary["exit_code"] == code


def test_an_error_gives_exit_code_3_and_wins_over_findings() -> None:
    assert written(finding(), diagnostics=(error(),))["summary"]["exit_code"] == 3
    assert written(finding(), diagnostics=(error(level=Level.WARNING),))["summary"]["exit_code"] == 1
    assert written(diagnostics=(error(level=Level.NOTE),))["summary"]["exit_code"] == 0


def test_a_diagnostic_about_nothing_in_particular_has_no_place() -> None:
    diagnostic = written(diagnostics=(error(span=NOWHERE),))["diagnostics"][0]
    assert (diagnostic["file"], diagnostic["line"]) == (None, None)


def test_a_sensitive_value_never_shows() -> None:
    graph = ResourceGraph([resource(body={"key": Value.known("s3cr3t-value", VALUE, sensitive=True)})])
    assert "s3cr3t" not in render_json(result(finding(message="is s3cr3t-value"), graph=graph))
    assert "s3cr3t" not in render_graph_json(graph)


def test_the_same_result_gives_the_same_bytes() -> None:
    assert render_json(result(finding())) == render_json(result(finding()))


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_output_is_printable_ascii_and_addresses_survive(address: str, message: str) -> None:
    said = finding(subject=Subject(address, "database", "t"), message=message)
    text = render_json(result(said, texts={}))
    assert text.isascii()
    assert all(char == "\n" or char.isprintable() for char in text)
    data = json.loads(text)
    REPORT.validate(data)
    assert data["findings"][0]["subject"]["address"] == address


def test_the_graph_lists_instances_traits_body_edges_and_dangling_references() -> None:
    data = json.loads(render_graph_json(result().graph))
    GRAPH.validate(data)
    first = data["resources"][0]
    assert (first["address"], first["kind"], first["format"], first["line"]) == (
        "aws_db_instance.features", "database", "terraform", 1,
    )  # fmt: skip
    assert first["attrs"]["ha"] == {"state": "known", "value": "none", "default": False, "why": ""}
    assert first["attrs"]["tls"] == {
        "state": "unknown", "value": None, "default": False, "why": "var.tls has no value",
    }  # fmt: skip
    assert first["body"] == {"multi_az": False}
    assert data["edges"] == [
        {"source": "aws_db_instance.features", "target": "aws_kms_key.k", "relation": "encrypts_with"}
    ]
    assert data["dangling"][0]["reference"] == "aws_vpc.gone"


def test_a_body_marks_what_is_unknown_sensitive_or_wrong() -> None:
    body = {
        "a": Value.unknown("var.a has no value", VALUE),
        "b": Value.known("x", VALUE, sensitive=True),
        "c": Value.failed("division by zero", VALUE),
    }
    data = json.loads(render_graph_json(ResourceGraph([resource(body=body)])))
    GRAPH.validate(data)
    assert data["resources"][0]["body"] == {
        "a": {"$unknown": "var.a has no value"},
        "b": {"$sensitive": True},
        "c": {"$error": "division by zero"},
    }
