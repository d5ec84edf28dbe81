from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlarchlint.frontends.cloudformation import Options, evaluate_templates
from mlarchlint.model.diagnostic import Level
from tests.cloudformation.templates import by_address, codes, evaluated


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- a\n- b\n", "template-invalid"), ("AWSTemplateFormatVersion: x\n", "template-invalid"),
        ("AWSTemplateFormatVersion: x\nResources: [a]\n", "template-invalid"), ("Resources: {R: text}", "template-invalid"),
        ("Resources: {R: {Properties: {}}}", "template-invalid"), ("Resources: {R: {Type: [a]}}", "template-invalid"),
        ("Resources: {R: [", "syntax-error"), ("Resources: {R: {Type: 'Custom::R', Properties: [a]}}", "template-expression"),
        ("Transform: {a: b}\nResources: {R: {Type: 'Custom::R'}}", "template-invalid"),
        ("Transform: Acme::Macro\nResources: {R: {Type: 'Custom::R'}}", "template-macro"),
        ("Conditions: [a]\nResources: {R: {Type: 'Custom::R'}}", "template-invalid"),
        ("Resources: {R: {Type: !Rain::Module x.yaml}}", "template-macro"),
        ("Resources: {R: {Type: {'Rain::Module': x.yaml}}}", "template-macro"),
        ("Resources: {R: {Type: 'Custom::R', Condition: Nowhere}}", "template-expression"),
        ("Resources: {R: {Type: 'Custom::R', Condition: [a]}}", "template-expression"),
    ],
)  # fmt: skip
def test_bad_input_is_said(text: str, code: str) -> None:
    evaluation = evaluated(text)
    assert codes(evaluation) == [code]
    assert evaluation.diagnostics[0].span.file == "t.yaml"


def test_a_broken_resource_costs_only_itself() -> None:
    evaluation = evaluated("Resources:\n  Bad: {Properties: {}}\n  Good: {Type: 'Custom::R'}\n")
    assert set(by_address(evaluation)) == {"Good"}
    assert evaluation.diagnostics[0].level is Level.ERROR
    assert evaluation.diagnostics[0].span.line == 2


def test_a_broken_file_costs_only_itself() -> None:
    evaluation = evaluate_templates(
        {"a.yaml": "Resources: [", "b.yaml": "Resources: {R: {Type: 'Custom::R'}}"}
    )
    assert set(by_address(evaluation)) == {"R"}
    assert evaluation.files_failed == {"a.yaml"}
    assert evaluation.files_read == {"b.yaml"}


def test_a_template_is_whole_unless_something_in_it_was_not_seen() -> None:
    def whole(text: str) -> bool:
        return by_address(evaluated(text))["R"].whole

    good = "Resources: {R: {Type: 'Custom::R'}%s}"
    assert whole(good % "")
    assert whole("Transform: AWS::Serverless-2016-10-31\n" + good % "")
    assert not whole("Transform: [AWS::LanguageExtensions, Acme::Macro]\n" + good % "")
    assert not whole(good % ", M: {Type: !Rain::Module x.yaml}")
    assert not whole(good % ", 'Fn::Transform': {Name: Acme}")
    loop = ", 'Fn::ForEach::L': [X, !Ref P, {'R${X}': {Type: 'Custom::R'}}]"
    assert whole("Parameters: {P: {Type: CommaDelimitedList}}\n" + good % loop)  # it is judged once


def test_other_documents_are_no_templates() -> None:
    text = "apiVersion: v1\nkind: Service\n---\nResources: {R: {Type: 'Custom::R'}}\n---\nevent: {Resources: {}}\n"
    evaluation = evaluated(text)
    assert set(by_address(evaluation)) == {"R"}
    assert not evaluation.diagnostics


def test_an_error_is_said_once() -> None:
    text = "Conditions: {C: !Equals [!Ref Nowhere, a]}\nResources:\n" + "".join(
        f"  R{n}: {{Type: 'Custom::R', Condition: C, Properties: {{P: !If [C, 1, 2]}}}}\n" for n in range(20)
    )
    assert len(evaluated(text).diagnostics) == 1


def test_long_chains_do_not_crash() -> None:
    conditions = (
        "".join(f"  C{n}: !Not [!Condition C{n + 1}]\n" for n in range(3000)) + "  C3000: !Equals [a, a]\n"
    )
    text = f"Conditions:\n{conditions}Resources: {{R: {{Type: 'Custom::R', Condition: C0, Properties: {{P: !If [C0, 1, 2]}}}}}}"
    assert codes(evaluated(text)) == ["template-too-deep"]
    deep = "!If [C, " * 40 + "1" + ", 2]" * 40
    assert evaluated(
        f"Conditions: {{C: !Equals [a, a]}}\nResources: {{R: {{Type: 'Custom::R', Properties: {{P: {deep}}}}}}}"
    ).instances


def test_hostile_lists_end() -> None:
    names = [f"C{n}" for n in range(60)]
    text = "Parameters: {Free: {Type: String}}\nConditions:\n"
    text += "".join(f"  {name}: !Equals [!Ref Free, '{name}']\n" for name in names)
    nested = "end"
    for name in names[:30]:
        nested = f"[{nested}, !If [{name}, x, !Ref AWS::NoValue]]"
    flat = ", ".join(f"!If [{name}, x, !Ref AWS::NoValue]" for name in names)
    text += f"Resources: {{R: {{Type: 'Custom::R', Properties: {{P: {nested}, Q: [{flat}]}}}}}}"
    assert by_address(evaluated(text))["R"].get("Q").is_unknown


# -- any document ------------------------------------------------------------------------

NAMES = st.sampled_from(["A", "B", "C", "IsProd", "AWS::Region", "AWS::NoValue", "x", ""])
FUNCTIONS = st.sampled_from([
    "Ref", "Condition", "Fn::GetAtt", "Fn::Sub", "Fn::Join", "Fn::Split", "Fn::Select", "Fn::If", "Fn::And", "Fn::Or",
    "Fn::Not", "Fn::Equals", "Fn::FindInMap", "Fn::ImportValue", "Fn::GetAZs", "Fn::Cidr", "Fn::Base64", "Fn::Length",
    "Fn::ToJsonString", "Fn::Transform", "Fn::ForEach::L", "Fn::Nonsense",
])  # fmt: skip
INCLUDE = {"Name": "AWS::Include", "Parameters": {"Location": "part.yaml"}}
LEAVES = NAMES | st.just({"Fn::Transform": INCLUDE}) | st.integers(-2, 9) | st.booleans() | st.none() | st.sampled_from(
    ["${A}-${B.Arn}", "{{resolve:ssm:x}}", "A.Arn", "10.0.0.0/16", ","]
)  # fmt: skip
NODES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.builds(lambda items, body: {"Fn::ForEach::L": ["A", items, {"x${A}&{A}": body}]}, inner, inner)
        | st.dictionaries(NAMES, inner, max_size=3)
        | st.builds(lambda name, argument: {name: argument}, FUNCTIONS, inner | st.lists(inner, max_size=4))
    ),
    max_leaves=14,
)
RESOURCES = st.fixed_dictionaries(
    {"Type": st.sampled_from(["AWS::S3::Bucket", "AWS::CloudFormation::Stack", "AWS::Serverless::Function"])},
    optional={
        "Properties": NODES,
        "Condition": NODES,
        "DependsOn": NODES,
        "Metadata": NODES,
        "DeletionPolicy": NODES,
    },
)
TEMPLATES = st.fixed_dictionaries(
    {"Resources": st.dictionaries(NAMES, RESOURCES | NODES, min_size=1, max_size=3) | NODES},
    optional={
        "Parameters": st.dictionaries(NAMES, st.fixed_dictionaries({"Type": NAMES}, optional={"Default": NODES, "AllowedValues": NODES}) | NODES, max_size=2),
        "Conditions": st.dictionaries(NAMES, NODES, max_size=3) | NODES,
        "Mappings": st.dictionaries(NAMES, NODES, max_size=2) | NODES,
        "Outputs": st.dictionaries(NAMES, st.fixed_dictionaries({"Value": NODES, "Export": NODES | st.fixed_dictionaries({"Name": NODES})}) | NODES, max_size=2),
        "Transform": st.sampled_from(["AWS::Serverless-2016-10-31", "AWS::LanguageExtensions", INCLUDE]) | NODES,
        "Globals": NODES | st.fixed_dictionaries({"Function": NODES}),
    },
)  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(TEMPLATES, st.sampled_from(["", "eu-west-1"]))
def test_no_template_makes_the_evaluator_raise(template: object, region: str) -> None:
    given = (("AWS::Region", region),) if region else ()
    evaluation = evaluate_templates({"t.json": json.dumps(template, indent=1)}, Options(parameters=given))
    for instance in evaluation.instances:
        for value in instance.body.values():
            json.dumps(value.plain())
            for part in value.walk():
                assert part.is_known or part.is_unknown or part.is_absent
                assert not (part.is_unknown and not part.why)
    again = evaluate_templates({"t.json": json.dumps(template, indent=1)}, Options(parameters=given))
    assert again.diagnostics == evaluation.diagnostics


def test_a_template_of_five_thousand_lines_takes_less_than_half_a_second() -> None:
    import gc
    import time

    part = "  R{n}:\n    Type: AWS::EC2::Instance\n    Condition: C\n    Properties:\n      InstanceType: !FindInMap [M, !Ref P, t]\n      ImageId: !Sub 'ami-${{P}}-${{AWS::Region}}'\n      SubnetId: !Select [0, !Ref L]\n      Tags:\n        - {{Key: a, Value: !If [C, b, c]}}\n        - !If [D, {{Key: x, Value: y}}, !Ref AWS::NoValue]\n"
    text = "Parameters: {P: {Type: String, AllowedValues: [a, b]}, L: {Type: CommaDelimitedList}, F: {Type: String}}\n"
    text += "Mappings: {M: {a: {t: x}, b: {t: y}}}\nConditions: {C: !Equals [!Ref P, a], D: !Equals [!Ref F, a]}\nResources:\n"
    text += "".join(part.format(n=n) for n in range(500))
    best = 9.0
    gc.disable()  # as the command line does
    try:
        for _ in range(3):
            start = time.process_time()
            evaluation = evaluated(text)
            best = min(best, time.process_time() - start)
    finally:
        gc.enable()
    assert len(evaluation.instances) == 500
    assert best < 0.5
