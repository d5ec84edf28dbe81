"""Findings of other engines beside ours."""

from __future__ import annotations

from mlarchlint.interop.outside import Outside, joined, name_of, rules_of
from mlarchlint.model.finding import Severity, Subject
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.span import SourceSpan
from tests.report.results import finding, resource

GRAPH = ResourceGraph([resource()])


def outside(**changes: object) -> Outside:
    fields: dict[str, object] = {
        "engine": "checkov", "check": "CKV_AWS_157", "title": "RDS is in two zones", "message": "RDS is in two zones",
        "pillar": "high-availability", "severity": Severity.MEDIUM, "address": "aws_db_instance.features",
        "span": SourceSpan("infra/db.tf", 1, 1, 4, 1), "same": "MLA-HA009",
    }  # fmt: skip
    return Outside(**{**fields, **changes})  # type: ignore[arg-type]


def test_what_ours_says_already_is_told_once_and_by_ours() -> None:
    found, twice = joined([finding()], [outside()], GRAPH)
    assert ([one.rule for one in found], twice) == (["MLA-HA009"], 1)
    assert found[0].related[-1].message == "checkov says so too: CKV_AWS_157"


def test_what_ours_does_not_say_is_a_finding_under_its_own_id() -> None:
    found, twice = joined([finding()], [outside(check="CKV_AWS_118", same="")], GRAPH)
    assert ([one.rule for one in found], twice) == (["CKV_AWS_118", "MLA-HA009"], 0)
    theirs = found[0]
    assert theirs.subject == Subject("aws_db_instance.features", "database", "aws_db_instance")
    assert (theirs.pillar, theirs.severity, theirs.certain) == ("high-availability", Severity.MEDIUM, True)
    assert theirs.message == "(checkov) RDS is in two zones"


def test_the_same_attribute_of_another_resource_is_another_problem() -> None:
    found, twice = joined([finding()], [outside(address="aws_db_instance.other")], GRAPH)
    assert (len(found), twice) == (2, 0)


def test_instances_of_a_declaration_are_one() -> None:
    ours = finding(subject=Subject("aws_db_instance.features[0]", "database", "aws_db_instance"))
    assert joined([ours], [outside()], GRAPH)[1] == 1


def test_a_check_that_is_reported_twice_is_told_once() -> None:
    assert len(joined([], [outside(), outside()], GRAPH)[0]) == 1


def test_each_check_becomes_a_rule_for_the_reports() -> None:
    [one] = rules_of([outside(link="https://example.com/x"), outside()])
    assert (one.id, one.pillar, one.source) == ("CKV_AWS_157", "high-availability", "checkov")
    assert "https://example.com/x" in one.doc


def test_names_are_words_joined_by_hyphens() -> None:
    assert name_of(outside(title="Ensure S3's 'public' ACL!")) == "ensure-s3-s-public-acl"
    assert name_of(outside(title="***")) == "ckv_aws_157"


def test_a_line_that_moves_keeps_the_fingerprint() -> None:
    one = joined([], [outside()], GRAPH)[0][0]
    other = joined([], [outside(span=SourceSpan("infra/db.tf", 9))], GRAPH)[0][0]
    assert one.fingerprint == other.fingerprint
