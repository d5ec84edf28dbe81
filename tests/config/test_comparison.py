"""The findings of a change."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mlarchlint.comparison import compare, marked
from mlarchlint.model.finding import Finding
from mlarchlint.model.span import SourceSpan
from tests.report.results import finding, suppressed


def of(mark: str, file: str = "infra/db.tf") -> Finding:
    return finding(fingerprint=mark, span=SourceSpan(file, 2))


def marks(findings: tuple[Finding, ...]) -> list[str]:
    return [one.fingerprint for one in findings]


def test_findings_are_new_fixed_or_unchanged() -> None:
    found = compare("main", [of("old"), of("same")], [of("same"), of("new")])
    assert (marks(found.new), marks(found.fixed), marks(found.unchanged)) == (["new"], ["old"], ["same"])


def test_a_second_one_of_a_kind_is_new() -> None:
    found = compare("main", [of("a")], [of("a"), of("a")])
    assert (len(found.new), len(found.unchanged)) == (1, 1)


def test_where_the_base_could_not_be_read_nothing_is_called_new() -> None:
    found = compare("main", [], [of("a"), of("b", "other/x.tf")], ["infra/broken.tf"])
    assert (marks(found.not_comparable), marks(found.new)) == (["a"], ["b"])


def test_what_did_not_count_then_counts_as_new_now() -> None:
    before = [finding(suppressed=suppressed()), finding(certain=False)]
    assert len(compare("main", before, [finding()]).new) == 1


def test_what_is_unchanged_is_marked_and_the_rest_is_left() -> None:
    after = (of("same"), of("new"))
    shown = marked(after, compare("main", [of("same")], after))
    assert [one.suppressed.how if one.suppressed else "" for one in shown] == ["base", ""]


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_every_finding_is_told_once(before: list[str], after: list[str]) -> None:
    found = compare("main", [of(mark) for mark in before], [of(mark) for mark in after])
    assert sorted(marks(found.new) + marks(found.unchanged)) == sorted(after)
    assert sorted(marks(found.fixed) + marks(found.unchanged)) == sorted(before)
