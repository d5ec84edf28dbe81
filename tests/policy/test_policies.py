"""Policies as rules: what they find, and what they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.config import Config
from mlarchlint.config_text import ConfigError
from mlarchlint.pipeline import scan
from mlarchlint.policy_tests import run_tests
from tests.policy.documents import documented, read

HEAD = "apiVersion: mlarchlint/v1\nkind: Policy\nmetadata: {id: T-1, name: t}\n"
TESTS = """tests:
  - {node: {kind: database, ha: none}, expect: fail}
  - {node: {kind: database, ha: multi_zone}, expect: pass}
"""


@pytest.mark.parametrize("text", documented(), ids=lambda text: text.partition("id: ")[2].partition(",")[0])
def test_every_policy_of_the_documentation_passes_its_own_tests(text: str, tmp_path: Path) -> None:
    [policy] = read(tmp_path, text, budgets="search: 1000\n")
    outcomes, mistakes = run_tests(policy)
    assert mistakes == []
    assert [one for one in outcomes if not one.agrees] == []
    assert outcomes or "use:" in text


def found(folder: Path, code: str, *texts: str, **tables: str) -> list[tuple[int, str, bool, str]]:
    """(line, rule, certain, message) of the policies' findings."""
    policies = read(folder, *texts, **tables)
    (folder / "code").mkdir()
    (folder / "code" / "main.tf").write_text(code, "utf-8")
    config = Config(policies=(folder / "policy.yaml",), select=tuple(p.rule.id for p in policies))
    result = scan([folder / "code"], config)
    assert result.diagnostics == ()
    return [(f.span.line, f.rule, f.certain, f.message) for f in result.findings]


def test_a_policy_reports_at_the_deciding_value(tmp_path: Path) -> None:
    text = (
        HEAD
        + 'select: {kind: database}\nassert: {ha: multi_zone}\nmessage: "{address} is {ha} in {tags.team}"\n'
        + TESTS
    )
    code = """resource "aws_db_instance" "a" {
  multi_az = false
  tags     = { team = "search" }
}
variable "ha" {}
resource "aws_db_instance" "b" {
  multi_az = var.ha
}
"""
    assert found(tmp_path, code, text) == [
        (2, "T-1", True, "is none in search"),
        (7, "T-1", False, "is (unknown) in (not set)"),
    ]


def test_what_lacks_a_neighbour_is_certain_where_all_was_read(tmp_path: Path) -> None:
    policy = documented()[2].replace("env: prod", "")
    code = 'resource "aws_sagemaker_endpoint_configuration" "api" {\n  name = "api"\n}\n'
    assert [(line, certain) for line, _, certain, _ in found(tmp_path, code, policy)] == [(1, True)]


def test_what_lacks_a_neighbour_is_open_where_code_was_not_read(tmp_path: Path) -> None:
    policy = documented()[2].replace("env: prod", "")
    code = 'resource "aws_sagemaker_endpoint_configuration" "api" {}\nmodule "alarms" {\n  source = "acme/alarms/aws"\n}\n'
    assert [certain for _, _, certain, _ in found(tmp_path, code, policy)] == [False]


def test_a_sum_is_judged_for_each_group(tmp_path: Path) -> None:
    policy = documented()[5]
    code = """resource "aws_instance" "a" {
  instance_type = "p4d.24xlarge"
  tags          = { team = "search" }
}
resource "aws_instance" "b" {
  instance_type = "t3.micro"
  tags          = { team = "ads" }
}
provider "aws" { region = "us-east-1" }
"""
    [(_, rule, certain, message)] = found(tmp_path, code, policy, budgets="search: 1000\nads: 1000\n")
    assert (rule, certain) == ("ACME-006", True)
    assert message.startswith("team search spends $")
    assert message.endswith("over its $1,000")


def test_a_count_over_the_design(tmp_path: Path) -> None:
    text = (
        HEAD
        + "select: {graph: true, kind: database}\nassert: {count: {engine: {starts_with: postgres}}, le: 1}\n"
        'message: "{value} databases, {limit} is allowed"\n'
        "tests:\n  - {nodes: {a: {kind: database, engine: postgres}}, expect: pass}\n"
        "  - {nodes: {a: {kind: database, engine: postgres}, b: {kind: database, engine: postgres}}, expect: fail}\n"
        "  - {nodes: {a: {kind: database, engine: postgres}, b: {kind: database, engine: {unknown: x}}}, expect: unknown}\n"
        "  - {nodes: {a: {kind: cache, engine: postgres}, b: {kind: database, engine: postgres}}, expect: pass}\n"
    )
    [policy] = read(tmp_path, text)
    assert [one for one in run_tests(policy)[0] if not one.agrees] == []
    code = "".join(f'resource "aws_db_instance" "{n}" {{\n  engine = "postgres"\n}}\n' for n in "ab")
    assert [message for *_, message in found(tmp_path, code, text)] == ["2 databases, 1 is allowed"]


def test_a_built_in_rule_takes_other_parameters(tmp_path: Path) -> None:
    code = """resource "aws_autoscaling_group" "inference" {
  min_size           = 4
  max_size           = 8
  availability_zones = ["us-east-1a", "us-east-1b"]
  target_group_arns  = [aws_lb_target_group.serve.arn]
}
resource "aws_lb_target_group" "serve" {}
"""
    [(line, rule, certain, message)] = found(tmp_path, code, documented()[7])
    assert (line, rule, certain) == (4, "ACME-008", True)
    assert message.startswith("serves from 2 availability zones, fewer than 3")


def test_an_accepted_finding_of_a_policy_stays_accepted(tmp_path: Path) -> None:
    text = HEAD + "select: {kind: database}\nassert: {ha: multi_zone}\nmessage: wrong\n" + TESTS
    read(tmp_path, text)
    code = tmp_path / "code"
    code.mkdir()
    (code / "main.tf").write_text(
        'resource "aws_db_instance" "a" {\n  multi_az = false # mlarchlint: ignore[T-1] a demo\n}\n'
    )
    config = Config(policies=(tmp_path / "policy.yaml",), select=("T-1",))
    [one] = scan([code], config).findings
    assert one.suppressed is not None


def mistakes(folder: Path, *texts: str, **tables: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(folder, *texts, **tables)
    return [f"{one.span.line}: {one.message}" for one in caught.value.mistakes]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("select: {kind: databse}\nassert: {ha: none}", "4: there is no kind 'databse'; did you mean 'database'?"),
        ("select: {kind: database}\nassert: {encryptd_at_rest: true}", "5: there is no trait 'encryptd_at_rest'; did you mean 'encrypted_at_rest'?"),
        ("select: {kind: database}\nassert: {ha: multizone}", "5: 'ha' is never 'multizone'; it is one of none, same_zone, multi_zone, multi_region; did you mean 'multi_zone'?"),
        ("select: {kind: database}\nassert: {ha: {equals: none}}", "5: there is no operator 'equals'"),
        ("select: {role: trainning}\nassert: {ha: none}", "4: 'role' is never 'trainning'"),
        ("select: {kind: database}\nassert: {name: {matches: '('}}", "5: not a regular expression"),
        ("select: {kind: database}\nassert: {name: {matches: '(a)\\1'}}", "5: the pattern is too large, or uses"),
        ("select: {kind: database}\nassert: {edge: {kind: monitor, to: {kind: alarm}}}", "5: there is no relation 'monitor'; did you mean 'monitors'?"),
        ("select: {kind: database}\nassert: {edge: {kinds: monitors}}", "5: unknown key 'kinds' of 'edge'; did you mean 'kind'?"),
        ("select: {kind: database}\nassert: {path: {max_hops: 3}}", "5: a path leads 'from' or 'to' something"),
        ("select: {kind: database}\nassert: {backup_days: {ge: many}}", "5: a number is needed here, not 'many'"),
        ("select: {graph: true}\nassert: {ha: none}", "5: of the whole design, a 'count' or a 'sum' is asserted"),
        ("select: {graph: true}\nassert: {sum: cost.monthly_usd_high}", "5: a count or a sum needs a bound"),
        ("select: {graph: true}\nassert: {sum: cost.monthly_usd_high, le: {lookup: ../b.yaml}}", "5: '../b.yaml' is not beside the policy"),
        ("select: {graph: true}\nassert: {sum: cost.monthly_usd_high, le: {lookup: no.yaml}}", "5: there is no file 'no.yaml' beside the policy"),
        ("select: {kind: database}\nassert: {ha: none}\ngroup_by: tags.team", "6: 'group_by' needs"),
        ("select: {kind: database}\nasert: {ha: none}", "5: unknown key 'asert'; did you mean 'assert'?"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(tmp_path: Path, body: str, expected: str) -> None:
    told = mistakes(tmp_path, f"{HEAD}{body}\nmessage: wrong\n{TESTS}")
    assert any(one.startswith(expected) for one in told), told


def test_all_mistakes_of_all_policies_are_listed(tmp_path: Path) -> None:
    one = HEAD + "select: {kind: databse}\nassert: {haa: x}\nmessage: '{nope}'\n" + TESTS
    two = HEAD.replace("T-1", "lower") + "use: MLA-XX999\n"
    told = mistakes(tmp_path, one, two)
    assert [line.partition(":")[0] for line in told] == ["4", "5", "6", "13"]


def test_a_policy_needs_a_test_both_ways(tmp_path: Path) -> None:
    text = (
        HEAD
        + "select: {kind: database}\nassert: {ha: multi_zone}\nmessage: wrong\ntests:\n  - {node: {kind: database}, expect: fail}\n"
    )
    assert mistakes(tmp_path, text) == ["7: 'tests' need at least one node that is expected to pass"]


def test_parameters_that_a_rule_has_not_are_named(tmp_path: Path) -> None:
    text = HEAD + "use: MLA-HA001\nparams: {min_zone: 3}\n"
    assert mistakes(tmp_path, text) == ["5: MLA-HA001 has no parameter 'min_zone'; did you mean 'min_zones'?"]
    text = HEAD + "use: inference-single-zone\nparams: {min_zones: three}\n"
    assert mistakes(tmp_path, text) == ["5: 'min_zones' of MLA-HA001 is a number, not 'three'"]


def test_the_configuration_sets_parameters_of_rules(tmp_path: Path) -> None:
    from tests.cli.runner import run

    (tmp_path / "main.tf").write_text('resource "aws_sagemaker_endpoint" "a" {}\n')
    (tmp_path / ".mlarchlint.yaml").write_text("rules:\n  MLA-HA001: {params: {zones: 3}}\n")
    found = run("scan", str(tmp_path))
    assert found.exit_code == 2
    assert "MLA-HA001 has no parameter 'zones'" in found.stderr


def test_two_policies_of_one_id_are_an_error_that_names_both(tmp_path: Path) -> None:
    from tests.cli.runner import run

    text = HEAD + "select: {kind: database}\nassert: {ha: multi_zone}\nmessage: wrong\n" + TESTS
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(text)
    found = run("policy", "test", str(tmp_path))
    assert found.exit_code == 2
    assert "a.yaml:3" in found.stderr
    assert "b.yaml:3" in found.stderr


def test_a_folder_may_hold_other_files(tmp_path: Path) -> None:
    from mlarchlint.policy import read_policies
    from mlarchlint.registry import built_in_rules

    (tmp_path / "budgets.yaml").write_text("search: 1\n")
    (tmp_path / "notes.md").write_text("x")
    assert read_policies([tmp_path], built_in_rules()) == []
