"""JUnit XML as continuous integration reads it."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as tree

import junitparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlarchlint.config import Config
from mlarchlint.model.finding import Severity, Subject
from mlarchlint.report.junit import render_junit
from tests.report.results import error, finding, result, suppressed

# What Jenkins' junit-10.xsd allows: element -> (attributes, required of them, children).
_ALLOWED: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, set(), {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package"},
        {"name", "tests", "failures", "errors"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": (
        {"name", "time", "classname", "group"},
        {"name"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": ({"type", "message"}, set(), set()),
    "error": ({"type", "message"}, set(), set()),
    "skipped": ({"type", "message"}, set(), set()),
    "system-out": (set(), set(), set()),
}


def conforms(element: tree.Element) -> None:
    attributes, required, children = _ALLOWED[element.tag]
    assert required <= set(element.attrib) <= attributes
    for child in element:
        assert child.tag in children
        conforms(child)


def parsed(*findings: Any, **options: Any) -> junitparser.JUnitXml:
    text = render_junit(result(*findings, **options))
    conforms(tree.fromstring(text.encode()))
    return junitparser.JUnitXml.fromstring(text.encode())


def cases(xml: junitparser.JUnitXml) -> dict[str, list[Any]]:
    return {f"{case.classname} {case.name}": case.result for suite in xml for case in suite}


def test_a_finding_is_a_failed_case_and_a_silent_rule_a_passed_one() -> None:
    xml = parsed(finding())
    assert (xml.tests, xml.failures, xml.errors) == (3, 1, 0)
    found = cases(xml)
    assert found["mlarchlint.MLA-SE003 name-of-mla-se003"] == []
    [failure] = found["mlarchlint.MLA-HA009 name-of-mla-ha009 aws_db_instance.features"]
    assert isinstance(failure, junitparser.Failure)
    assert failure.message == "aws_db_instance.features runs in a single availability zone"
    assert "--> infra/db.tf:2:14" in failure.text
    assert "fix: Set multi_az = true." in failure.text


def test_a_clean_run_has_cases_that_pass() -> None:
    xml = parsed()
    assert (xml.tests, xml.failures, xml.errors) == (3, 0, 0)


@pytest.mark.parametrize(("fail_on", "failures"), [(Severity.HIGH, 1), (Severity.CRITICAL, 0), (None, 0)])
def test_a_case_fails_where_the_run_fails(fail_on: Severity | None, failures: int) -> None:
    assert parsed(finding(), config=Config(fail_on=fail_on)).failures == failures


def test_what_is_accepted_or_uncertain_is_skipped() -> None:
    xml = parsed(finding(suppressed=suppressed()), finding(certain=False))
    skipped = [entry for results in cases(xml).values() for entry in results]
    assert [entry.message.partition(":")[0] for entry in skipped] == ["suppressed", "uncertain"]
    assert xml.failures == 0


def test_what_could_not_be_read_is_an_error() -> None:
    xml = parsed(diagnostics=(error(),))
    assert xml.errors == 1
    [found] = cases(xml)["mlarchlint.syntax infra/bad.tf:3:5"]
    assert isinstance(found, junitparser.Error)
    assert found.message == "expected a value. Close the block."


def test_names_are_unique() -> None:
    twice = cases(parsed(finding(), finding(message="another claim")))
    assert "mlarchlint.MLA-HA009 name-of-mla-ha009 aws_db_instance.features (2)" in twice


@given(st.text())
def test_any_name_gives_well_formed_xml(name: str) -> None:
    parsed(finding(subject=Subject(name, "database", "t"), message=name))
