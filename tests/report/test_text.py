"""The report for people."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mlarchlint.config import Config
from mlarchlint.model.diagnostic import Level
from mlarchlint.model.finding import Subject
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Origin, Value
from mlarchlint.report.excerpt import excerpt
from mlarchlint.report.inert import inert, width
from mlarchlint.report.redact import Redactor
from mlarchlint.report.text import render_text
from tests.report.results import VALUE, error, finding, resource, result, suppressed

EMPTY = Redactor(ResourceGraph([]))


def test_a_finding_shows_claim_place_source_origin_role_and_fix() -> None:
    assert render_text(result(finding())).splitlines()[:10] == [
        "high MLA-HA009 aws_db_instance.features runs in a single availability zone",
        "  --> infra/db.tf:2:14 (name-of-mla-ha009)",
        "   |",
        " 2 |   multi_az = var.multi_az",
        "   |              ^^^^^^^^^^^^",
        "  from: var.multi_az at infra/prod.tfvars:3",
        "  called at: main.tf:7:1",
        "  role: inference (workload api): behind a load balancer",
        "  see: read by this group at infra/asg.tf:9",
        "  fix: Set multi_az = true.",
    ]


def test_the_summary_names_counts_workloads_and_cost_against_budget() -> None:
    text = render_text(result(finding()))
    assert "1 finding: 1 high." in text
    assert "Read 2 files, passed over 1 of other formats: 2 resources, 1 unknown value, 2 rules run." in text
    assert "Workloads: api (inference, 0.91)." in text
    assert "Monthly cost: $49.64 (prices of 2026-07-30, 1 gap); budget $40.00." in text


def test_of_many_workloads_the_first_are_named() -> None:
    made = result()
    many = replace(made, workloads=made.workloads * 20)
    (line,) = [line for line in render_text(many).splitlines() if line.startswith("Workloads: ")]
    assert line.endswith("api (inference, 0.91), 12 more.")


def test_uncertain_findings_are_counted_and_shown_only_when_asked_for() -> None:
    unsure = finding(certain=False, message="zone redundancy is not known")
    assert "is not known" not in render_text(result(unsure))
    assert "No findings; 1 uncertain (show with --uncertain)." in render_text(result(unsure))
    shown = render_text(result(unsure, config=Config(uncertain=True)))
    assert "high MLA-HA009 (uncertain) aws_db_instance.features zone redundancy is not known" in shown


def test_suppressed_findings_are_only_counted() -> None:
    text = render_text(result(finding(suppressed=suppressed())))
    assert "MLA-HA009" not in text
    assert "No findings; 1 suppressed." in text


def test_diagnostics_come_first_and_mark_the_result_as_incomplete() -> None:
    text = render_text(result(finding(), diagnostics=(error(),)))
    assert text.startswith("error: infra/bad.tf:3:5: expected a value [syntax]\n  Close the block.\n")
    assert "INCOMPLETE: 1 error." in text


def test_notes_stay_out_of_the_text() -> None:
    assert "expected a value" not in render_text(result(diagnostics=(error(level=Level.NOTE),)))


def test_colors_only_on_request() -> None:
    assert "\x1b" not in render_text(result(finding()))
    assert "\x1b[1;31mhigh\x1b[0m MLA-HA009" in render_text(result(finding()), color=True)


def test_the_underline_stands_below_the_value_after_tabs_and_wide_characters() -> None:
    line = '\t"名前" = 12'
    column = line.index("12") + 1
    shown = excerpt([line], SourceSpan("a", 1, column, 1, column + 2), EMPTY)
    before = shown[1][: shown[1].index("12")]
    assert shown[2].index("^") == width(before)
    assert shown[2].count("^") == 2


def test_a_long_line_is_cut_around_the_value() -> None:
    line = "x" * 500 + "VALUE" + "y" * 500
    shown = excerpt([line], SourceSpan("a", 1, 501, 1, 506), EMPTY)
    assert len(shown[1]) < 120
    start = shown[2].index("^")
    assert shown[1][start : start + 5] == "VALUE"
    assert shown[2].count("^") == 5


def test_a_span_outside_the_text_has_no_excerpt() -> None:
    assert excerpt(["one"], SourceSpan("a", 9), EMPTY) == []


def test_a_sensitive_value_never_shows() -> None:
    secret = Value.known("s3cr3t-value", SourceSpan("infra/db.tf", 2, 14, 2, 26), sensitive=True)
    graph = ResourceGraph([resource(body={"multi_az": secret})])
    texts = {"infra/db.tf": 'resource "x" "y" {\n  multi_az = "s3cr3t-value"\n}\n'}
    said = finding(
        message="is s3cr3t-value", fix="drop s3cr3t-value", origin=(Origin("s3cr3t-value", VALUE),)
    )
    text = render_text(result(said, graph=graph, texts=texts))
    assert "s3cr3t" not in text
    assert " 2 |   multi_az = (sensitive)" in text


def test_a_literal_beside_a_name_of_a_secret_never_shows() -> None:
    text = render_text(result(finding(span=SourceSpan("infra/db.tf", 3, 3, 3, 30))))
    assert "hunter2" not in text
    assert "password = (sensitive)" in text


def test_log_commands_of_build_services_are_broken() -> None:
    for command in ("##[add-mask]x", "##vso[task.setvariable]x", "##teamcity[x]"):
        assert command not in inert(command)
    text = render_text(result(finding(message="::error::gotcha\n::stop-commands::x")))
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())


nasty = st.text(st.characters(), max_size=60)


@given(nasty, nasty, nasty, nasty)
def test_no_text_from_the_code_can_act_on_a_terminal(
    address: str, message: str, line: str, name: str
) -> None:
    said = finding(
        subject=Subject(address, "database", "t"),
        message=message,
        fix=name,
        span=SourceSpan("f", 1, 1, 1, 9),
        workload=(name, "inference"),
        evidence=message,
    )
    file = line.replace("\n", " ")
    texts = {"f": file.encode("utf-8", "replace").decode()}
    text = render_text(result(said, texts=texts, diagnostics=(error(summary=message, detail=name),)))
    assert all(char == "\n" or char.isprintable() for char in text)
    assert not any(part.lstrip().startswith("::") for part in text.splitlines())
    text.encode("utf-8")


@given(
    st.text(st.characters(exclude_characters="\n\r"), max_size=300), st.integers(1, 320), st.integers(1, 320)
)
def test_an_excerpt_is_three_short_lines_whatever_the_source(line: str, column: int, end: int) -> None:
    shown = excerpt([line], SourceSpan("a", 1, column, 1, max(column, end)), EMPTY)
    assert len(shown) == 3
    assert shown[2].strip(" |") == "^" * max(1, shown[2].count("^"))
    assert "\n" not in "".join(shown)
