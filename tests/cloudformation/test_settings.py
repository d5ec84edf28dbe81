"""What the user says reaches the templates: pseudo parameters and limits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mlarchlint.config import Config, Limits
from mlarchlint.model.value import Value
from mlarchlint.pipeline import Result, scan
from tests.cloudformation.templates import by_address, codes, evaluated, value_of

LOOP = "Resources: {'Fn::ForEach::L': [X, [a, b, c], {'Q${X}': {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Sub '${AWS::Region}-${AWS::StackName}-${X}'}}}]}"


def scanned(folder: Path, config: Config) -> Result:
    (folder / "stack.yaml").write_text(LOOP, encoding="utf-8")
    return scan([folder], config)


def test_the_region_that_is_given_is_that_of_every_resource(tmp_path: Path) -> None:
    given = {"AWS::Region": "eu-west-1", "AWS::StackName": "ranker"}
    graph = scanned(tmp_path, replace(Config(), parameters=given)).graph
    assert {node["region"].plain() for node in graph} == {"eu-west-1"}
    assert [node["name"].plain() for node in graph] == [f"eu-west-1-ranker-{x}" for x in "abc"]
    assert all(node["region"].is_absent for node in scanned(tmp_path, Config()).graph)


def test_the_limits_are_those_of_the_configuration(tmp_path: Path) -> None:
    few = scanned(tmp_path, replace(Config(), limits=replace(Limits(), total=2)))
    assert [d.code for d in few.diagnostics] == ["too-many-resources"]
    short = scanned(tmp_path, replace(Config(), limits=replace(Limits(), instances=2)))
    assert [d.code for d in short.diagnostics if d.code != "nothing-to-scan"] == ["template-loop"]


def test_pseudo_parameters_decide_conditions() -> None:
    before = "Conditions: {Home: !Equals [!Ref AWS::AccountId, '111122223333']}"

    def case(*given: tuple[str, str]) -> Value:
        return value_of("!If [Home, yes, no]", before, parameters=given)

    assert case(("AWS::AccountId", "111122223333")).plain() is True
    assert case(("AWS::AccountId", "444455556666")).plain() is False
    assert len(case().scenarios) == 2


def test_a_slip_in_the_name_of_a_pseudo_parameter_is_said() -> None:
    text = "Resources: {R: {Type: 'Custom::R', Properties: {P: !Ref AWS::Region}}}"
    evaluation = evaluated(text, parameters=(("AWS::Regoin", "eu-west-1"),))
    assert codes(evaluation) == ["unknown-parameter"]
    assert by_address(evaluation)["R"].get("P").is_unknown
