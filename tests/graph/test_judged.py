"""Of several findings with one cause, one is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mlarchlint.api import Design, Hit, Resource, Severity
from mlarchlint.config import Config, ConfigSuppression
from mlarchlint.engine import run_rules
from mlarchlint.judged import Judged, one_per_cause
from mlarchlint.model.estimate import Estimate
from mlarchlint.model.rule import Rule, Supersedes
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value
from mlarchlint.registry import built_in_rules
from mlarchlint.requirements import Requirements
from mlarchlint.suppress import apply_suppressions
from tests.graph.build import graph, instance
from tests.rules.test_rules import catalog
from tests.test_fixtures import FIXTURES, scanned

KINDS = """\
- kind: database
  terraform: aws_db_instance
  attrs:
    ha: {terraform: multi_az}
"""
NODE, OTHER = graph(KINDS, instance("aws_db_instance.a"), instance("aws_db_instance.b", 20))
HERE, THERE = Value.known(1, SourceSpan("main.tf", 3)), Value.known(1, SourceSpan("main.tf", 4))


def rule(ident: str, *supersedes: Supersedes) -> Rule:
    return Rule(
        ident, "some-rule", Severity.HIGH, ("database",), (), "0.1", "Doc.", _nothing, supersedes=supersedes
    )


def _nothing(node: Resource, design: Design) -> Iterator[Hit]:
    return iter(())


def judged(
    one: Rule, at: Value = HERE, node: Resource | None = NODE, attribute: str = "", certain: bool = True
) -> Judged:
    return Judged(one, node, Hit(at, "", attribute=attribute), one.severity, certain, "")


def told(*judged: Judged) -> list[str]:
    return [one.rule.id for one in one_per_cause(judged)]


LOSER = rule("B")
BY_VALUE = rule("A", Supersedes("B"))
ANYWHERE = rule("A", Supersedes("B", anywhere=True))


def test_of_two_findings_that_one_value_decides_the_superseding_one_is_told_in_either_order() -> None:
    assert told(judged(BY_VALUE), judged(LOSER)) == ["A"]
    assert told(judged(LOSER), judged(BY_VALUE)) == ["A"]


def test_an_uncertain_finding_of_the_same_cause_is_hidden_too() -> None:
    assert told(judged(BY_VALUE), judged(LOSER, certain=False)) == ["A"]


def test_an_uncertain_finding_hides_nothing() -> None:
    assert told(judged(BY_VALUE, certain=False), judged(LOSER)) == ["A", "B"]


def test_another_value_another_subject_and_the_whole_design_are_other_causes() -> None:
    assert told(judged(BY_VALUE), judged(LOSER, THERE)) == ["A", "B"]
    assert told(judged(BY_VALUE), judged(LOSER, node=OTHER)) == ["A", "B"]
    assert told(judged(BY_VALUE, node=None), judged(LOSER, node=None)) == ["A", "B"]


def test_two_values_that_nobody_wrote_are_not_one_value() -> None:
    absent = Value.absent(NODE.span)
    assert told(judged(BY_VALUE, absent), judged(LOSER, absent)) == ["A", "B"]


def test_a_cause_of_the_whole_subject_hides_wherever_the_other_stands() -> None:
    assert told(judged(ANYWHERE), judged(LOSER, THERE)) == ["A"]
    assert told(judged(ANYWHERE, attribute="balancer"), judged(LOSER, THERE)) == ["A", "B"]
    named = rule("A", Supersedes("B", anywhere=True, by="lower"))
    assert told(judged(named, attribute="lower"), judged(LOSER, THERE)) == ["A"]


def test_only_the_named_part_of_a_rule_is_hidden() -> None:
    part = rule("A", Supersedes("B", "memory"))
    assert told(judged(part), judged(LOSER, attribute="memory")) == ["A"]
    assert told(judged(part), judged(LOSER, attribute="timeout")) == ["A", "B"]


def test_a_hidden_finding_hides_what_it_supersedes_all_the_same() -> None:
    """Or a third rule would come up because a first one did."""
    middle = rule("B", Supersedes("C"))
    assert told(judged(BY_VALUE), judged(middle), judged(rule("C"))) == ["A"]


def test_accepting_a_finding_does_not_raise_what_it_hides() -> None:
    def alone(node: Resource, design: Design) -> Iterator[Hit]:
        yield Hit(node["ha"], "is alone")

    nodes = graph(KINDS, instance("aws_db_instance.a", multi_az=Value.known(False, SourceSpan("main.tf", 3))))
    design = Design(nodes, {}, (), Estimate({}), Requirements())
    first, second = replace(BY_VALUE, check=alone), replace(LOSER, check=alone)
    entry = ConfigSuppression(rule="A", reason="one is enough")
    config = Config(suppressions=(entry,))
    findings, _ = run_rules([first, second], design, config)
    marked, _ = apply_suppressions(findings, nodes, config, design.today, (first, second))
    assert [(one.rule, one.suppressed is not None) for one in marked] == [("A", True)]
    alone_told, _ = run_rules([second], design, config)
    assert [one.rule for one in alone_told] == ["B"]  # a rule that does not run hides nothing


def test_what_hides_is_no_less_severe_and_no_two_rules_hide_each_other() -> None:
    severities = {ident: Severity(severity).rank for ident, (_, severity) in catalog().items()}
    pairs = [(one, said.rule) for one in built_in_rules().values() for said in one.supersedes]
    assert pairs
    assert [(one.id, other) for one, other in pairs if one.severity.rank < severities[other]] == []
    assert all((other, one.id) not in {(a.id, b) for a, b in pairs} for one, other in pairs)


@pytest.mark.parametrize(
    ("case", "address", "told", "hidden"),
    [
        ("MLA-HA002/kubernetes", "Deployment/default/inference-scaled", "MLA-HA002", "MLA-SC004"),
        ("MLA-SC002/kubernetes", "Deployment/default/ranker-inference", "MLA-SC002", "MLA-HA007"),
        ("MLA-SC002/terraform-aws", "aws_autoscaling_group.model", "MLA-SC002", "MLA-HA007"),
        ("MLA-HA012/users-too-far", "aws_autoscaling_group.model", "MLA-PE001", "MLA-HA012"),
        ("MLA-HA004/single-replica", "Deployment/default/ranker-inference", "MLA-HA004", "MLA-HA002"),
        ("MLA-ML004/kubernetes", "StatefulSet/default/inference-lone", "MLA-HA002", "MLA-ML004"),
        ("MLA-ML004/kubernetes", "Deployment/default/inference-unready", "MLA-HA003", "MLA-ML004"),
    ],
)
def test_designs_tell_a_cause_once(case: str, address: str, told: str, hidden: str) -> None:
    def rules(chosen: str = "") -> set[str]:
        findings = scanned(FIXTURES / case, chosen).findings
        return {one.rule for one in findings if one.certain and one.subject.address == address}

    assert hidden in rules(hidden)
    together = rules()
    assert told in together
    assert hidden not in together
