from __future__ import annotations

import json

import pytest

from mlarchlint.model.truth import Truth
from mlarchlint.model.value import State
from tests.cloudformation.templates import by_address, fixture, value_of

EXPECTED = {
    "Ref": {"Value": "prod"},
    "Number": 100,
    "List": ["eu-west-1a", "eu-west-1b"],
    "Sub": "ranker-prod-${Literal}",
    "SubMap": "embedder-prod",
    "Join": "models/prod/v1",
    "JoinList": "eu-west-1a,eu-west-1b",
    "Split": ["a", "b", "c"],
    "Select": "eu-west-1b",
    "SelectSplit": "m5",
    "FindInMap": "ml.g5.12xlarge",
    "FindNumber": 3,
    "FindDefault": "ml.t3.medium",
    "If": "yes-prod",
    "IfAny": "big",
    "IfElement": ["a", "c"],
    "Cidr": ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"],
    "Base64": "cHl0aG9uIHNlcnZlLnB5",
    "Length": 3,
    "ToJson": '{"model":"ranker","replicas":3,"warm":[true,null]}',
}
FORMS = ("intrinsics.yaml", "intrinsics-long.yaml", "intrinsics.json")


@pytest.mark.parametrize("name", FORMS)
def test_every_function_gives_what_cloudformation_gives(name: str) -> None:
    evaluation = fixture(name)
    assert not evaluation.diagnostics
    body = by_address(evaluation)["Functions"].body
    assert {key: value.plain() for key, value in body.items()} == EXPECTED


def test_short_long_and_json_forms_evaluate_alike() -> None:
    seen = []
    for name in FORMS:
        instances = fixture(name).instances
        seen.append(
            [
                (i.address, i.type, i.exists, {key: (v.plain(), v.all_refs()) for key, v in i.body.items()})
                for i in instances
            ]
        )
    assert seen[0] == seen[1] == seen[2]


def test_what_is_known_at_deployment_keeps_its_references() -> None:
    body = by_address(fixture("intrinsics.yaml"))["Unknowns"].body
    refs = {key: value.all_refs() for key, value in body.items()}
    assert all(value.is_unknown for value in body.values())
    assert refs["Bucket"] == ("Store",)
    assert refs["Arn"] == refs["ListArn"] == ("Store.Arn",)
    assert refs["Path"] == ("Store",)
    assert refs["Attribute"] == ("Store.Arn",)
    assert refs["Zone"] == ("data.AWS::AvailabilityZones.names[0]",)
    assert refs["OtherZone"] == ("data.AWS::AvailabilityZones.names[1]",)
    assert refs["Import"] == ("import.network-VpcId",)
    assert body["Arn"].is_set() is Truth.YES
    assert body["Region"].is_set() is Truth.YES
    assert body["Password"].is_set() is Truth.MAYBE
    assert body["Secret"].sensitive
    assert body["Password"].sensitive
    assert not body["Path"].sensitive


def test_a_region_that_is_given_decides_what_depends_on_it() -> None:
    def known(expression: str, region: str) -> object:
        return value_of(expression, parameters=(("AWS::Region", region),)).plain()

    assert known("!Ref AWS::Region", "eu-west-1") == "eu-west-1"
    assert known("!Sub 'arn:${AWS::Partition}:x'", "cn-north-1") == "arn:aws-cn:x"
    assert known("!Ref AWS::URLSuffix", "us-east-1") == "amazonaws.com"
    own = value_of("!Select [0, !GetAZs '']", parameters=(("AWS::Region", "eu-west-1"),)).refs
    assert (
        value_of("!Select [0, !GetAZs {Ref: AWS::Region}]", parameters=(("AWS::Region", "eu-west-1"),)).refs
        == own
    )
    assert value_of("!Select [0, !GetAZs us-east-1]", parameters=(("AWS::Region", "eu-west-1"),)).refs != own


def test_a_mapping_answers_for_an_unknown_key_if_all_its_rows_agree() -> None:
    rows = "Mappings: {M: {us-east-1: {ami: a, size: 4}, eu-west-1: {ami: b, size: 4}}}"
    assert value_of("!FindInMap [M, !Ref AWS::Region, size]", rows).plain() == 4
    ami = value_of("!FindInMap [M, !Ref AWS::Region, ami]", rows)
    assert ami.is_unknown
    assert [(name, value.plain()) for name, value in ami.scenarios] == [
        ("AWS::Region is us-east-1", "a"),
        ("AWS::Region is eu-west-1", "b"),
    ]
    assert ami.refs == ("data.AWS::Region",)


def test_the_default_of_a_mapping_is_one_more_case_of_an_unknown_key() -> None:
    rows = "Mappings: {M: {us-east-1: {size: 4}}}"
    value = value_of("!FindInMap [M, !Ref AWS::Region, size, {DefaultValue: 1}]", rows)
    assert [one.plain() for _, one in value.scenarios] == [4, 1]


def test_novalue_removes_a_property_and_an_element() -> None:
    assert value_of("!Ref AWS::NoValue").state is State.ABSENT
    assert value_of("[1, !Ref AWS::NoValue, 2]").plain() == [1, 2]
    assert value_of("{a: 1, b: !Ref AWS::NoValue}").plain() == {"a": 1}


def test_a_partly_known_list_keeps_what_is_known() -> None:
    value = value_of("[!Ref Other, b]")
    assert [item.plain() for item in value.items()][1] == "b"
    assert value.all_refs() == ("Other",)
    assert value_of("!Length [!Ref Other, b]").plain() == 2


def test_join_and_sub_write_booleans_and_numbers_as_cloudformation_does() -> None:
    assert value_of("!Join ['-', [true, 1, 0.5, x]]").plain() == "true-1-0.5-x"
    assert value_of("!Sub ['${A}', {A: true}]").plain() == "true"


def test_a_dynamic_reference_inside_a_substitution_is_secret_and_keeps_its_reference() -> None:
    value = value_of("!Sub '{{resolve:secretsmanager:${Other}:SecretString:x}}'")
    assert value.is_unknown
    assert value.sensitive
    assert "Other" in value.refs


@pytest.mark.parametrize(
    "expression",
    [
        "!Ref Nowhere", "!Ref [a]", "!GetAtt Nowhere.Arn", "!GetAtt Other", "!Sub '${Nowhere}'", "!Sub {a: 1}",
        "!Join [a]", "!Join [',', text]", "!Join [[], []]", "!Join [',', [[1]]]", "!Select [9, [a]]",
        "!Select [x, [a]]", "!Select [0, text]", "!Split [',', [a]]", "!Split ['', a]", "!If [Nowhere, a]",
        "!FindInMap [Nowhere, a, b]", "!FindInMap [a]", "!Cidr [nonsense, 1, 8]", "!Cidr [10.0.0.0/24, 9, 8]",
        "!Cidr [10.0.0.0/24, 1, 99]", "!Length text", "!Length {a: 1}", "!Base64 [a]", "!ToJsonString text",
        "!Frobnicate a", "!GetAZs [[a]]", "!Select 1",
    ],
)  # fmt: skip
def test_a_wrong_call_is_an_error_that_is_said(expression: str) -> None:
    from tests.cloudformation.templates import codes, evaluated

    evaluation = evaluated(
        f"Resources:\n  Other: {{Type: 'AWS::S3::Bucket'}}\n  R: {{Type: 'Custom::R', Properties: {{P: {expression}}}}}\n"
    )
    value = by_address(evaluation)["R"].get("P")
    assert value.is_unknown
    assert value.error
    assert set(codes(evaluation)) == {"template-expression"}
    assert evaluation.diagnostics[0].span.line == 3


def test_a_secret_in_a_json_text_makes_it_secret() -> None:
    before = "Parameters: {Pw: {Type: String, NoEcho: true, Default: hunter2}}"
    value = value_of("!ToJsonString {user: a, password: !Ref Pw}", before)
    assert value.sensitive
    assert "hunter2" not in json.dumps(value.plain())
    assert value_of("!Sub 'x${Pw}'", before).sensitive
    assert value_of("!Select [0, !Split ['n', !Ref Pw]]", before).sensitive
