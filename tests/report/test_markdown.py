"""The Markdown of a pull request, as a Markdown parser reads it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from mlarchlint.model.finding import Severity, Subject
from mlarchlint.report.markdown import LIMIT, MARK, render_markdown
from tests.report.results import error, finding, result, suppressed

PARSER = MarkdownIt("commonmark", {"linkify": False}).enable(["table", "strikethrough"])
_OURS = re.compile(r"<!-- mlarchlint -->\n?|<details><summary>[^<>]*</summary>\n?|</details>\n?")


def tokens(text: str) -> list[Token]:
    found: list[Token] = []
    for token in PARSER.parse(text):
        found += [token, *(token.children or [])]
    return found


def page(*findings: Any, folder: str = "", **options: Any) -> str:
    return render_markdown(result(*findings, **options), folder)


def cells(text: str) -> list[str]:
    found = PARSER.parse(text)
    return [after.content for token, after in pairwise(found) if token.type == "td_open"]


def test_the_summary_comes_first_and_the_details_are_folded() -> None:
    text = page(finding())
    assert text.startswith(f"{MARK}\n### mlarchlint: 1 finding: 1 high.")
    assert text.index("| Severity |") < text.index("<details>")
    assert "**fix**: Set multi\\_az = true." in text
    assert cells(text)[:3] == ["high", "MLA-HA009", "`infra/db.tf:2`"]


def test_a_clean_run_says_so() -> None:
    assert "mlarchlint: No findings." in page()


def test_the_worst_come_first_and_the_accepted_not_at_all() -> None:
    text = page(
        finding(severity=Severity.LOW), finding(severity=Severity.HIGH), finding(suppressed=suppressed())
    )
    assert [cell for cell in cells(text) if cell in ("low", "high")] == ["high", "low"]


def test_errors_of_the_run_stand_above_the_findings() -> None:
    text = page(finding(), diagnostics=(error(),))
    assert text.index("> **error** `infra/bad.tf:3:5` expected a value") < text.index("| Severity |")


def test_a_long_report_fits_into_a_comment() -> None:
    text = page(*[finding(message=f"claim {n} " + "x" * 900) for n in range(200)])
    assert len(text) <= LIMIT + 100
    assert "more parts do not fit here" in text


def test_files_are_named_from_the_root_of_the_repository() -> None:
    assert cells(page(finding(), folder="live"))[2] == "`live/infra/db.tf:2`"


def test_backticks_in_the_source_do_not_end_the_excerpt() -> None:
    source = 'resource "a" "b" {\n  x = "```</details>"\n}\n'
    text = page(finding(), texts={"infra/db.tf": source})
    [fence] = [token for token in tokens(text) if token.type == "fence"]
    assert "```</details>" in fence.content


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("`|<>[]()!*_\\&#~@$\n-=+.:/"))))
def test_no_name_becomes_a_mark_of_its_own(name: str) -> None:
    text = page(
        finding(subject=Subject(f"a{name}", "database", "t"), message=name, fix=f"Set {name}", origin=())
    )
    for token in tokens(text):
        assert token.type not in ("link_open", "image", "s_open", "bullet_list_open")
        if token.type in ("html_block", "html_inline"):
            assert _OURS.sub("", token.content).strip() == "", token.content
    assert len(cells(text)) == 4
