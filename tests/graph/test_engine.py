from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mlarchlint.api import Design, Hit, Resource, Severity
from mlarchlint.config import Config
from mlarchlint.engine import run_rules
from mlarchlint.model.estimate import Estimate
from mlarchlint.model.finding import Finding
from mlarchlint.model.resource import Call, Instance, Mode
from mlarchlint.model.rule import Rule
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Origin, Value
from mlarchlint.model.workload import Evidence, RoleOf
from mlarchlint.registry import RuleError, collect
from mlarchlint.requirements import Requirements
from tests.graph.build import graph, instance

KINDS = """\
- kind: database
  terraform: aws_db_instance
  attrs:
    ha: {terraform: multi_az}
"""


def check(node: Resource, design: Design) -> Iterator[Hit]:
    if node["ha"].is_true() is Truth.NO:
        yield Hit(node["ha"], "is alone")


def make(check: object = check, ident: str = "MLA-HA009", roles: tuple[str, ...] = ()) -> Rule:
    return Rule(ident, "some-rule", Severity.HIGH, ("database",), roles, "0.1", "Doc.", check)  # type: ignore[arg-type]


def run(
    *nodes: Instance, rule: Rule | None = None, role: RoleOf | None = None, workspace: str = "default"
) -> tuple[tuple[Finding, ...], tuple[object, ...]]:
    found = graph(KINDS, *nodes)
    roles = {node.key: role for node in found if role}
    design = Design(found, roles, (), Estimate({}), Requirements(), workspace)
    return run_rules([rule or make()], design, Config())


DATABASE = instance("aws_db_instance.a", multi_az=False)


def test_instances_of_one_declaration_are_one_finding_with_a_count() -> None:
    shared = instance("aws_db_instance.a[0]", multi_az=False)
    copies = [replace(shared, address=f"aws_db_instance.a[{n}]") for n in range(5)]
    findings, _ = run(*copies)
    assert [(f.instances, f.subject.address) for f in findings] == [(5, "aws_db_instance.a[0]")]


def test_two_resources_that_one_input_decides_are_two_findings() -> None:
    given = Value.known(False, SourceSpan("prod.tfvars", 3))
    findings, _ = run(
        instance("aws_db_instance.a", multi_az=given), instance("aws_db_instance.b", 20, multi_az=given)
    )
    assert [f.subject.address for f in findings] == ["aws_db_instance.a", "aws_db_instance.b"]


def test_a_module_called_twice_has_one_finding_for_one_line() -> None:
    written = Value.known(False, SourceSpan("db/main.tf", 3))
    nodes = [
        replace(
            instance("aws_db_instance.this", multi_az=written),
            address=f"module.{name}.aws_db_instance.this",
            declaration=f"module.{name}.aws_db_instance.this",
        )
        for name in ("a", "b")
    ]
    findings, _ = run(*nodes)
    assert [f.instances for f in findings] == [2]


def test_the_fingerprint_does_not_know_the_line() -> None:
    (one,), _ = run(DATABASE)
    (moved,), _ = run(instance("aws_db_instance.a", 90, multi_az=False))
    (other,), _ = run(instance("aws_db_instance.b", multi_az=False))
    assert one.span != moved.span
    assert one.fingerprint == moved.fingerprint
    assert one.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("tags", "severity"),
    [
        ({}, "high"),
        ({"environment": "prod"}, "high"),
        ({"env": "staging"}, "medium"),
        ({"Environment": "dev"}, None),
    ],
)
def test_environments_lower_or_switch_off(tags: dict[str, str], severity: str | None) -> None:
    findings, _ = run(instance("aws_db_instance.a", multi_az=False, tags=tags))
    assert [f.severity.value for f in findings] == ([severity] if severity else [])


def test_security_rules_stay_on_in_development_one_step_lower() -> None:
    findings, _ = run(DATABASE, rule=make(ident="MLA-SE003"), workspace="dev")
    assert [f.severity for f in findings] == [Severity.MEDIUM]


@pytest.mark.parametrize(
    ("confidence", "severity"), [(0.95, Severity.HIGH), (0.7, Severity.MEDIUM), (0.5, None)]
)
def test_the_confidence_of_a_role_decides_the_severity(confidence: float, severity: Severity | None) -> None:
    role = RoleOf("inference", confidence, (Evidence("a reason", 1, SourceSpan("main.tf")),))
    findings, _ = run(DATABASE, rule=make(roles=("inference",)), role=role)
    assert [f.severity for f in findings] == ([severity] if severity else [])
    assert all(("assumed role" in f.message) == (confidence < 0.8) for f in findings)


def test_a_rule_with_roles_says_nothing_of_what_has_none() -> None:
    assert run(DATABASE, rule=make(roles=("inference",)))[0] == ()


def missing(node: Resource, design: Design) -> Iterator[Hit]:
    yield Hit(node["standby"], "has no standby", missing=("database",))


def test_missing_is_missing_in_a_stack_that_was_read_whole() -> None:
    assert [f.certain for f in run(DATABASE, rule=make(missing))[0]] == [True]


@pytest.mark.parametrize(
    "others",
    [
        [replace(instance("module.db", 50), type="acme/db/aws", mode=Mode.MODULE, address="module.db")],
        [instance("data.terraform_remote_state.shared", 50)],
    ],
)
def test_missing_is_unknown_where_unread_code_could_hold_it(others: list[Instance]) -> None:
    (finding,) = run(DATABASE, *others, rule=make(missing))[0]
    assert not finding.certain
    assert others[0].address in finding.message


def test_missing_is_unknown_in_a_single_file() -> None:
    assert [f.certain for f in run(replace(DATABASE, whole=False), rule=make(missing))[0]] == [False]


def test_a_rule_that_crashes_is_a_diagnostic_and_the_others_run() -> None:
    def crash(node: Resource, design: Design) -> Iterator[Hit]:
        raise KeyError("oops")
        yield

    findings, diagnostics = run(DATABASE, rule=make(crash))
    assert findings == ()
    assert [d.code for d in diagnostics] == ["rule-crashed"]  # type: ignore[attr-defined]


def test_two_rules_with_one_id_are_refused_with_both_places() -> None:
    with pytest.raises(RuleError, match=r"one.*two"):
        collect([replace(make(), source="one"), replace(make(), name="other", source="two")])


def test_a_finding_in_a_module_stands_where_its_caller_decided() -> None:
    here, there = SourceSpan("db/main.tf", 3), SourceSpan("prod.tfvars", 7)
    written = Value.known(False, here, origin=(Origin("var.multi_az", there),))
    call = Call("module.a", SourceSpan("main.tf", 1))
    node = replace(
        instance("aws_db_instance.this", multi_az=written),
        address="module.a.aws_db_instance.this",
        calls=(call,),
    )
    (finding,), _ = run(node)
    assert finding.span == there
    assert finding.related[0].span == here
    default = Value.known(False, here, origin=(Origin("var.multi_az", SourceSpan("db/variables.tf", 2)),))
    (finding,), _ = run(replace(node, body={"multi_az": default}))
    assert finding.span == here
