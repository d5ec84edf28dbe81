"""The HTML page, as a strict HTML parser reads it."""

from __future__ import annotations

from typing import Any

import html5lib
from hypothesis import given
from hypothesis import strategies as st

from mlarchlint.model.finding import Subject
from mlarchlint.report.html import render_html
from tests.report.results import error, finding, result, suppressed


def page(*findings: Any, **options: Any) -> Any:
    """Raises where the page is not valid HTML."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(
        render_html(result(*findings, **options))
    )


def test_a_finding_has_its_place_source_and_fix() -> None:
    document = page(finding())
    [details] = document.iter("details")
    assert details.get("class") == "high"
    text = "".join(details.itertext())
    for part in ("MLA-HA009", "infra/db.tf:2:14", "multi_az = var.multi_az", "Set multi_az = true."):
        assert part in text


def test_errors_are_shown_and_accepted_findings_are_not() -> None:
    document = page(finding(suppressed=suppressed()), diagnostics=(error(),))
    assert [details.get("class") for details in document.iter("details")] == ["error"]


def test_nothing_runs_and_nothing_is_loaded() -> None:
    document = page(finding())
    assert not [e for e in document.iter() if e.tag in ("script", "img", "link", "iframe", "object")]
    assert "default-src 'none'" in render_html(result())


def test_secrets_stay_out() -> None:
    assert "hunter2hunter2" not in render_html(result(finding()))


@given(st.text())
def test_no_name_becomes_an_element(name: str) -> None:
    document = page(finding(subject=Subject(name, "database", "t"), message=name, fix=name))
    assert len(list(document.iter("details"))) == 1
