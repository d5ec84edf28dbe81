from __future__ import annotations

import json
from decimal import Decimal

import pytest

from mlarchlint.frontends.cloudformation import Options, evaluate_templates
from tests.cloudformation.templates import by_address, codes, evaluated, fixture, value_of


def ref(parameter: str, **options: object) -> object:
    return value_of("!Ref P", f"Parameters: {{P: {parameter}}}", **options).plain()


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("{Type: String, Default: 3}", "3"), ("{Type: String, Default: true}", "true"),
        ("{Type: String, Default: 1.10}", "1.10"), ("{Type: Number, Default: '3'}", 3), ("{Type: Number, Default: 2.5}", 2.5),
        ("{Type: CommaDelimitedList, Default: 'a, b'}", ["a", "b"]), ("{Type: List<Number>, Default: '1,2'}", [1, 2]),
        ("{Type: 'List<AWS::EC2::Subnet::Id>', Default: subnet-1}", ["subnet-1"]),
        ("{Type: 'AWS::EC2::VPC::Id', Default: vpc-1}", "vpc-1"), ("{Type: Number, Default: x}", "x"),
        ("{Type: CommaDelimitedList, Default: [a, b]}", ["a", "b"]),
    ],
)  # fmt: skip
def test_a_value_is_converted_to_the_type_of_its_parameter(parameter: str, value: object) -> None:
    assert ref(parameter) == value


def test_a_given_value_wins_over_the_default_and_stands_where_it_was_given() -> None:
    value = value_of(
        "!Ref P", "Parameters: {P: {Type: Number, Default: 1}}", parameters=(("P", "0"), ("P", "7"))
    )
    assert value.plain() == 7
    assert [step.label for step in value.origin] == ["--parameter P", "parameter P", "Ref P"]


def test_a_default_is_the_deciding_place() -> None:
    database = by_address(fixture("serving.yaml"))["Features"]
    value = database.get("MultiAZ")
    assert (value.span.line, value.span.column) == (11, 14)
    assert [(step.label, step.span.line) for step in value.origin] == [
        ("parameter HighlyAvailable", 11),
        ("Ref HighlyAvailable", 32),
    ]


def test_a_parameter_without_a_value_is_unknown_where_it_is_used() -> None:
    value = by_address(fixture("serving.yaml"))["Features"].get("DBSubnetGroupName")
    assert value.refs == ("param.SubnetIds[0]",)
    assert value.why == "parameter SubnetIds has no value"
    assert value.span.line == 36


def test_a_default_that_is_a_dynamic_reference_is_secret() -> None:
    value = value_of("!Ref P", "Parameters: {P: {Type: String, Default: '{{resolve:ssm-secure:x}}'}}")
    assert value.is_unknown
    assert value.sensitive


def test_ssm_parameters_are_unknown() -> None:
    value = value_of("!Ref P", "Parameters: {P: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /ami}}")
    assert value.is_unknown
    assert "parameter store" in value.why


TEMPLATE = "Parameters: {A: {Type: String}, B: {Type: Number}, C: {Type: CommaDelimitedList}}\nResources: {R: {Type: 'Custom::R', Properties: {A: !Ref A, B: !Ref B, C: !Ref C}}}"


@pytest.mark.parametrize(
    "content",
    [
        [{"ParameterKey": "A", "ParameterValue": "x"}, {"ParameterKey": "B", "ParameterValue": "2"},
         {"ParameterKey": "C", "ParameterValue": "p,q"}],
        {"Parameters": {"A": "x", "B": 2, "C": ["p", "q"]}, "Tags": {"t": "u"}},
        ["A=x", "B=2", "C=p,q"],
    ],
)  # fmt: skip
def test_every_form_of_parameter_file_is_read(content: object) -> None:
    files = {"t.yaml": TEMPLATE}
    options = Options(parameter_files=("prod.json",))
    evaluation = evaluate_templates(files, options, {"prod.json": json.dumps(content, indent=1)}.__getitem__)
    body = by_address(evaluation)["R"].body
    assert {name: value.plain() for name, value in body.items()} == {"A": "x", "B": 2, "C": ["p", "q"]}
    assert body["A"].span.file == "prod.json"
    assert not evaluation.diagnostics


def test_a_previous_value_is_not_known() -> None:
    files = {"t.yaml": TEMPLATE, "p.json": '[{"ParameterKey": "A", "UsePreviousValue": true}]'}
    evaluation = evaluate_templates(
        {"t.yaml": TEMPLATE}, Options(parameter_files=("p.json",)), files.__getitem__
    )
    assert by_address(evaluation)["R"].get("A").is_unknown


@pytest.mark.parametrize("content", ["text", "[", '{"x": 1}'])
def test_a_parameter_file_that_holds_none_is_said(content: str) -> None:
    evaluation = evaluate_templates(
        {"t.yaml": TEMPLATE}, Options(parameter_files=("p.json",)), {"p.json": content}.__getitem__
    )
    assert codes(evaluation)[0] in ("parameter-file", "syntax-error")
    assert len(evaluation.instances) == 1


def test_a_missing_parameter_file_and_an_unknown_parameter_are_said() -> None:
    evaluation = evaluate_templates(
        {"t.yaml": TEMPLATE}, Options(parameters=(("Z", "1"),), parameter_files=("no.json",))
    )
    assert codes(evaluation) == ["parameter-file", "unknown-parameter"]


def test_numbers_that_no_platform_takes_stay_text() -> None:
    assert ref("{Type: Number, Default: 1e999999}") == "1e999999"
    value = value_of("!Ref P", "Parameters: {P: {Type: Number, Default: 0.1}}")
    assert value.raw == Decimal("0.1")


def test_a_malformed_parameter_costs_only_itself() -> None:
    evaluation = evaluated(
        "Parameters: {A: text, B: {Default: 1}}\nResources: {R: {Type: 'Custom::R', Properties: {P: !Ref B}}}"
    )
    assert codes(evaluation) == ["template-invalid"]
    assert by_address(evaluation)["R"].get("P").plain() == "1"
