"""Findings that are accepted because they were there before."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlarchlint.baseline import (
    Baseline,
    Entry,
    apply_baseline,
    baseline_of,
    baseline_text,
    pruned,
    read_baseline,
)
from mlarchlint.config_text import ConfigError
from mlarchlint.model.finding import Finding, Severity
from tests.report.results import finding, rule, suppressed

RULES = (rule(),)
FILES = {"infra/db.tf"}


def accepted(*findings: Finding, baseline: Baseline, files: set[str] = FILES) -> list[bool]:
    marked, _ = apply_baseline(findings, baseline, RULES, files)
    return [one.suppressed is not None for one in marked]


def stale(*findings: Finding, baseline: Baseline, files: set[str] = FILES) -> list[str]:
    _, said = apply_baseline(findings, baseline, RULES, files)
    return [one.summary for one in said]


def test_what_was_there_is_accepted_and_says_why() -> None:
    baseline = baseline_of([finding()], RULES, "b.json")
    (one,), said = apply_baseline([finding()], baseline, RULES, FILES)
    assert one.suppressed is not None
    assert (one.suppressed.how, one.suppressed.span.file) == ("baseline", "b.json")
    assert said == ()


def test_two_new_problems_are_not_hidden_by_one_old_one() -> None:
    baseline = baseline_of([finding()], RULES)
    assert accepted(finding(), finding(), finding(), baseline=baseline) == [True, False, False]


def test_another_fingerprint_is_new() -> None:
    assert accepted(finding(fingerprint="a" * 32), baseline=baseline_of([finding()], RULES)) == [False]


@pytest.mark.parametrize("one", [finding(certain=False), finding(suppressed=suppressed())])
def test_what_does_not_count_is_not_written(one: Finding) -> None:
    assert baseline_of([one], RULES).entries == {}


def test_an_uncertain_finding_uses_up_nothing() -> None:
    baseline = baseline_of([finding()], RULES)
    assert accepted(finding(certain=False), finding(), baseline=baseline) == [False, True]


def test_what_can_never_be_ignored_is_neither_written_nor_hidden() -> None:
    fixed = (rule(ignorable=False),)
    assert baseline_of([finding()], fixed).entries == {}
    marked, _ = apply_baseline([finding()], baseline_of([finding()], RULES), fixed, FILES)
    assert marked[0].suppressed is None


def test_writing_again_keeps_what_the_baseline_hid() -> None:
    baseline = baseline_of([finding()], RULES)
    marked, _ = apply_baseline([finding()], baseline, RULES, FILES)
    assert baseline_of(marked, RULES) == baseline


def test_what_is_gone_is_reported_where_it_was_looked_for() -> None:
    baseline = baseline_of([finding()], RULES)
    assert stale(baseline=baseline) == [
        "the baseline accepts findings that are gone: MLA-HA009 aws_db_instance.features"
    ]
    assert stale(baseline=baseline, files=set()) == []
    marked, said = apply_baseline([], baseline, (rule("MLA-SE003"),), FILES)
    assert (marked, said) == ((), ())


def test_pruning_takes_out_and_never_adds() -> None:
    before = Baseline("b", {"a": Entry(3), "b": Entry(1)})
    now = Baseline("b", {"a": Entry(2), "c": Entry(5)})
    assert pruned(before, now).entries == {"a": Entry(2)}


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    place = tmp_path / "b.json"
    found = [finding(), finding(), finding(fingerprint="a" * 32, severity=Severity.LOW)]
    place.write_text(baseline_text(baseline_of(found, RULES)))
    read = read_baseline(place)
    unplaced = {mark: replace(entry, line=0) for mark, entry in read.entries.items()}
    assert unplaced == baseline_of(found, RULES).entries
    assert sorted(entry.line for entry in read.entries.values()) == [4, 5]


def test_a_plain_count_is_enough(tmp_path: Path) -> None:
    place = tmp_path / "b.json"
    place.write_text('{"version": 1, "findings": {"abc": 2}}')
    assert read_baseline(place).entries["abc"].count == 2


def mistakes(tmp_path: Path, text: str) -> list[str]:
    place = tmp_path / "b.json"
    place.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_baseline(place)
    return [str(mistake).replace(f"{tmp_path.as_posix()}/", "") for mistake in caught.value.mistakes]


def test_every_mistake_is_listed_with_its_line(tmp_path: Path) -> None:
    text = '{\n"version": 2,\n"findigs": 1,\n"findings": {\n"a": {"count": 0},\n"b": {"count": 1, "rul": ""},\n"c": "x"\n}}'
    assert mistakes(tmp_path, text) == [
        "b.json:2:1: version 2 is not known; this is 1",
        "b.json:3:1: unknown key 'findigs'; did you mean 'findings'?",
        "b.json:5:1: the count of 'a' must be a whole number of at least 1",
        "b.json:6:1: unknown key 'rul' of 'b'; did you mean 'rule'?",
        "b.json:7:1: 'c' must be a count or a mapping",
    ]


@pytest.mark.parametrize("text", ["", "[]", "null", '{"findings": []}', "{", "[" * 100_000])
def test_what_is_no_baseline_is_an_error(tmp_path: Path, text: str) -> None:
    assert len(mistakes(tmp_path, text)) == 1


_NAMES = st.sampled_from(["version", "findings", "count", "a"])
_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(_JSON)
def test_any_json_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: object) -> None:
    place = tmp_path_factory.getbasetemp() / "any.json"
    place.write_text(json.dumps(data))
    with suppress(ConfigError):
        read_baseline(place)
