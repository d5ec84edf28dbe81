"""`Fn::ForEach` over what is not known, and in every section."""

from __future__ import annotations

from mlarchlint.model.diagnostic import Level
from mlarchlint.model.truth import Truth
from tests.cloudformation.templates import by_address, codes, evaluated

OPEN = """
Transform: AWS::LanguageExtensions
Parameters: {Free: {Type: CommaDelimitedList}}
Conditions:
  Fn::ForEach::Conds: [X, !Ref Free, {"Is${X}": !Equals [!Ref X, prod]}]
Resources:
  Fn::ForEach::Stores:
    - X
    - !Ref Free
    - Store&{X}:
        Type: AWS::S3::Bucket
        Condition: Is${X}
        DependsOn: Topic&{X}
        Properties: {BucketName: "acme-${X}", Named: !Sub "${X}-${AWS::Region}", Plain: !Ref X}
      Policy&{X}:
        Type: AWS::S3::BucketPolicy
        Properties: {Bucket: !Ref "Store&{X}", Arn: !Sub "${Store&{X}.Arn}/*", Att: !GetAtt "Store&{X}.Arn"}
      Topic&{X}: {Type: AWS::SNS::Topic}
  Reader: {Type: "Custom::R", Properties: {A: 1, "Fn::ForEach::P": [Z, !Ref Free, {"${Z}": true}]}}
Outputs:
  Fn::ForEach::Out: [X, !Ref Free, {"Arn${X}": {Value: !GetAtt "Store${X}.Arn", Export: {Name: !Sub "x-${X}"}}}]
"""


def test_a_loop_over_what_is_not_known_makes_one_resource_that_may_exist() -> None:
    evaluation = evaluated(OPEN)
    found = by_address(evaluation)
    assert set(found) == {"Store*", "Policy*", "Topic*", "Reader"}
    store, policy = found["Store*"], found["Policy*"]
    assert (store.exists, store.symbolic, store.whole) == (Truth.MAYBE, True, True)
    for name in ("BucketName", "Named", "Plain"):
        assert "param.Free" in store.get(name).refs
        assert store.get(name).why == "parameter Free has no value"
    assert store.get("$DependsOn").all_refs() == ("Topic*",)
    assert policy.get("Bucket").refs == ("Store*",)
    assert policy.get("Arn").refs == policy.get("Att").refs == ("Store*.Arn",)
    assert set(codes(evaluation)) == {"template-loop"}
    assert {diagnostic.level for diagnostic in evaluation.diagnostics} == {Level.WARNING}


def test_the_same_loops_over_what_is_given() -> None:
    evaluation = evaluated(OPEN, parameters=(("Free", "prod,dev-1"),))
    assert not evaluation.diagnostics
    found = by_address(evaluation)
    assert set(found) == {"Storeprod", "Policyprod", "Policydev1", "Topicprod", "Topicdev1", "Reader"}
    assert found["Storeprod"].exists is Truth.YES  # Isdev-1 is false
    assert found["Storeprod"].get("BucketName").plain() == "acme-prod"
    assert found["Policyprod"].get("Att").refs == ("Storeprod.Arn",)
    assert found["Reader"].get("prod").plain() is True


def test_members_that_a_loop_may_add_are_unknown_not_missing() -> None:
    body = by_address(evaluated(OPEN))["Reader"]
    from mlarchlint.model.value import OTHERS

    assert body.get("A").plain() == 1
    assert body.get(OTHERS).is_unknown


def test_only_the_unknown_elements_of_a_list_are_open() -> None:
    text = "Parameters: {P: {Type: String}}\nResources: {'Fn::ForEach::L': [X, [a, !Ref P], {'Q${X}': {Type: 'AWS::SQS::Queue'}}]}"
    found = by_address(evaluated(text))
    assert {name: one.exists for name, one in found.items()} == {"Qa": Truth.YES, "Q*": Truth.MAYBE}
