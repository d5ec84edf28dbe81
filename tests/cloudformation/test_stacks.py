from __future__ import annotations

from mlarchlint.directives import directives_of
from mlarchlint.frontends.cloudformation import Limits, Options, evaluate_templates
from mlarchlint.model.resource import Mode
from mlarchlint.model.truth import Truth
from tests.cloudformation.templates import FIXTURES, by_address, codes, evaluated, fixture

NESTED = ("nested/root.yaml", "nested/network.yaml", "nested/consumer.yaml")


def test_a_nested_stack_belongs_to_its_root() -> None:
    evaluation = fixture(*NESTED)
    found = by_address(evaluation)
    assert set(found) == {
        "Group",
        "Network",
        "Team",
        "Endpoint",
        "Remote",
        "Network.Vpc",
        "Network.First",
        "Network.Second",
    }
    vpc = found["Network.Vpc"]
    assert vpc.scope == "nested/root.yaml"
    assert vpc.span.file == "nested/network.yaml"
    assert [call.address for call in vpc.calls] == ["Network"]
    assert vpc.get("CidrBlock").plain() == "10.0.0.0/16"
    assert vpc.get("CidrBlock").span.file == "nested/root.yaml"
    assert vpc.get("Tags").all_refs() == ("Team.Arn",)
    assert found["Network.First"].get("VpcId").refs == ("Network.Vpc",)


def test_the_outputs_of_a_nested_stack_are_linked() -> None:
    endpoint = by_address(fixture(*NESTED))["Endpoint"]
    assert endpoint.get("VpcId").refs == ("Network.Vpc",)
    assert endpoint.get("VpcId").span.file == "nested/root.yaml"
    assert endpoint.get("CidrText").plain() == "10.0.0.0/16"
    assert endpoint.get("SubnetIds").refs == ("Network.First", "Network.Second")


def test_a_stack_whose_template_was_not_read_is_a_module() -> None:
    evaluation = fixture(*NESTED)
    found = by_address(evaluation)
    assert (found["Remote"].mode, found["Network"].mode) == (Mode.MODULE, Mode.MANAGED)
    assert codes(evaluation) == ["nested-template"]


def test_exports_link_the_templates_of_a_scan() -> None:
    group = by_address(fixture(*NESTED))["Group"]
    assert group.get("Vpc").refs == ("nested/root.yaml:Network.Vpc",)
    assert group.get("VPCZoneIdentifier").refs == (
        "nested/root.yaml:Network.First",
        "nested/root.yaml:Network.Second",
    )
    assert group.get("Hidden").refs == ("import.acme-hidden",)


EXPORTER = "Resources: {Vpc: {Type: 'AWS::EC2::VPC'}}\nOutputs: {V: {Value: !Ref Vpc, Export: {Name: !Sub '${AWS::StackName}-VpcId'}}}"
IMPORTER = "Parameters: {Net: {Type: String}}\nResources: {R: {Type: 'Custom::R', Properties: {P: !ImportValue {'Fn::Sub': '${Net}-VpcId'}}}}"


def test_an_import_finds_the_one_export_of_the_same_pattern() -> None:
    value = by_address(evaluate_templates({"a.yaml": EXPORTER, "b.yaml": IMPORTER}))["R"].get("P")
    assert value.is_unknown
    assert value.refs == ("a.yaml:Vpc",)
    given = Options(parameters=(("Net", "acme"),))
    assert by_address(evaluate_templates({"a.yaml": EXPORTER, "b.yaml": IMPORTER}, given))["R"].get(
        "P"
    ).refs == ("a.yaml:Vpc",)


def test_two_exports_of_the_same_pattern_are_not_guessed_between() -> None:
    files = {"a.yaml": EXPORTER, "c.yaml": EXPORTER, "b.yaml": IMPORTER}
    assert by_address(evaluate_templates(files))["R"].get("P").refs == ("param.Net",)


def test_nesting_without_end_is_said() -> None:
    loop = "Resources: {S: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: %s}}}"
    evaluation = evaluate_templates({"a.yaml": loop % "b.yaml", "b.yaml": loop % "a.yaml"})
    assert set(codes(evaluation)) == {"nested-template"}
    assert len(evaluation.instances) >= 2


def test_a_nested_template_outside_the_scanned_files_is_read_through_the_caller() -> None:
    root = (FIXTURES / "nested/root.yaml").read_text()
    asked = []

    def read(path: str) -> str:
        asked.append(path)
        raise ValueError("leads out of the scanned root")

    evaluation = evaluate_templates(
        {"deep/root.yaml": root.replace("./network.yaml", "../../etc/x.yaml")}, Options(), read
    )
    assert asked == ["../etc/x.yaml"]
    assert "leads out of the scanned root" in evaluation.diagnostics[0].summary
    assert by_address(evaluation)["Network"].mode is Mode.MODULE


def test_a_nested_stack_under_an_unknown_condition_may_exist() -> None:
    root = """
Parameters: {Free: {Type: String}}
Conditions: {C: !Equals [!Ref Free, x]}
Resources:
  S:
    Type: AWS::CloudFormation::Stack
    Condition: C
    Properties: {TemplateURL: n.yaml, Parameters: {Name: !Ref Free}}
"""
    child = "Parameters: {Name: {Type: String}}\nResources: {B: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Ref Name}}}"
    bucket = by_address(evaluate_templates({"r.yaml": root, "n.yaml": child}))["S.B"]
    assert bucket.exists is Truth.MAYBE
    assert bucket.get("BucketName").plain() == "x"


def test_cdk_templates_are_named_by_their_construct_and_nested_by_their_asset() -> None:
    root = """{"Resources": {"FnABC": {"Type": "AWS::Lambda::Function", "Metadata": {"aws:cdk:path": "App/Fn/Resource"}},
    "Nest": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": {"Fn::Sub": "https://x.${AWS::URLSuffix}"}},
      "Metadata": {"aws:asset:path": "App.nested.template.json", "aws:asset:property": "TemplateURL"}}}}"""
    files = {
        "cdk.out/App.template.json": root,
        "cdk.out/App.nested.template.json": '{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}',
    }
    found = by_address(evaluate_templates(files))
    assert set(found) == {"FnABC", "Nest", "Nest.B"}
    assert found["FnABC"].name == "App/Fn"


def test_sam_globals_lie_under_each_resource() -> None:
    evaluation = fixture("sam.yaml")
    assert not evaluation.diagnostics
    found = by_address(evaluation)
    ranker = found["Ranker"]
    assert ranker.type == "AWS::Serverless::Function"
    assert ranker.get("Timeout").plain() == 60
    assert ranker.get("MemorySize").plain() == 512
    assert ranker.get("Layers").plain() == ["base", "extra"]
    assert ranker.get("Environment").plain() == {"Variables": {"STAGE": "prod", "MODEL": "ranker"}}
    assert "Api" in ranker.get("Events").mapping()
    assert ranker.get("MemorySize").span.line == 6
    assert found["Table"].get("Timeout").is_absent
    assert found["Alarm"].get("Role").refs == ("RankerRole.Arn",)
    assert found["Alarm"].get("Version").refs == ("Ranker.Version",)
    assert found["Alarm"].get("Api").refs == ("ServerlessHttpApi",)
    assert found["ServerlessHttpApi"].type == "AWS::Serverless::HttpApi"


def test_what_sam_does_not_make_up_is_missing() -> None:
    text = "Transform: AWS::Serverless-2016-10-31\nResources: {R: {Type: 'AWS::Serverless::Api', Properties: {P: !Ref Nowhere}}}"
    assert codes(evaluated(text)) == ["template-expression"]


def test_loops_make_one_declaration_of_many_instances() -> None:
    found = by_address(fixture("intrinsics.yaml"))
    assert found["RawData"].get("BucketName").plain() == "acme-Raw"
    assert found["RawData"].declaration == found["FeaturesData"].declaration == "RawData"
    assert found["Store"].declaration == "Store"


def test_nested_loops_and_loops_over_parameters() -> None:
    text = """
Transform: AWS::LanguageExtensions
Parameters: {Names: {Type: CommaDelimitedList, Default: "a,b-c"}, Free: {Type: CommaDelimitedList}}
Resources:
  Fn::ForEach::Outer:
    - X
    - !Ref Names
    - Fn::ForEach::Inner:
        - Y
        - ["1", "2"]
        - R&{X}${Y}:
            Type: Custom::R
            Properties: {P: !Sub "${X}-${Y}", Q: !Ref X}
  Fn::ForEach::Open: [Z, !Ref Free, {"Never${Z}": {Type: "Custom::R"}}]
  Fn::ForEach::Bad: [Z]
"""
    evaluation = evaluated(text)
    found = by_address(evaluation)
    assert set(found) == {"Ra1", "Ra2", "Rbc1", "Rbc2", "Never*"}
    assert found["Rbc2"].get("P").plain() == "b-c-2"
    assert found["Rbc2"].get("Q").plain() == "b-c"
    assert codes(evaluation) == ["template-loop", "template-expression"]


def test_limits_end_in_a_diagnostic() -> None:
    inner = '{"R${X}${Y}": {Type: "Custom::R"}}'
    items = ", ".join(f"'{n}'" for n in range(40))
    text = f"Resources: {{'Fn::ForEach::A': [X, [{items}], {{'Fn::ForEach::B': [Y, [{items}], {inner}]}}]}}"
    evaluation = evaluated(text, limits=Limits(instances=100))
    assert len(evaluation.instances) == 100
    assert codes(evaluation) == ["too-many-resources"]
    assert "template-loop" in codes(evaluated(text, limits=Limits(copies=10)))


def test_an_include_in_the_scanned_code_is_read() -> None:
    text = "Resources: {R: {Type: 'Custom::R', Properties: {A: 1, 'Fn::Transform': {Name: 'AWS::Include', Parameters: {Location: ./part.yaml}}}}}"
    found = by_address(evaluate_templates({"t.yaml": text}, Options(), {"part.yaml": "B: 2"}.__getitem__))
    assert {name: value.plain() for name, value in found["R"].body.items()} == {"A": 1, "B": 2}
    section = "Resources: {R: {Type: 'Custom::R'}, 'Fn::Transform': {Name: 'AWS::Include', Parameters: {Location: part.yaml}}}"
    part = {"part.yaml": "S: {Type: 'Custom::S', Properties: {P: !Ref R}}"}
    found = by_address(evaluate_templates({"t.yaml": section}, Options(), part.__getitem__))
    assert found["S"].get("P").refs == ("R",)
    assert found["S"].span.file == "part.yaml"
    assert found["S"].whole
    evaluation = evaluated(text)
    assert by_address(evaluation)["R"].get("A").plain() == 1
    assert codes(evaluation) == ["template-macro"]


def test_suppressions_are_kept_with_their_resource() -> None:
    found = by_address(fixture("serving.yaml"))
    assert [text for _, text in found["Features"].ignores] == [
        "mlarchlint: ignore[MLA-HA009] until=2027-01-01 a cache can be rebuilt",
        "mlarchlint: ignore[MLA-HA020] short on purpose",
        "metadata: MLA-SE001 synthetic data only",
        "metadata: [MLA-CO002] until=2027-01-01 moves next quarter",
    ]
    assert found["Features"].ignores[0][0].line == 22
    assert not found["Config"].ignores


def test_suppressions_in_comments_and_metadata_are_understood() -> None:
    directives, malformed = directives_of(by_address(fixture("serving.yaml"))["Features"])
    assert not malformed
    assert [(one.how, one.rules, one.until, one.reason) for one in directives] == [
        ("comment", ("MLA-HA009",), "2027-01-01", "a cache can be rebuilt"),
        ("comment", ("MLA-HA020",), "", "short on purpose"),
        ("metadata", ("MLA-SE001",), "", "synthetic data only"),
        ("metadata", ("MLA-CO002",), "2027-01-01", "moves next quarter"),
    ]
    text = "Resources: {R: {Type: 'Custom::R', Metadata: {mlarchlint: {ignore: [{reason: x}, {rule: [A, B], reason: y}]}}}}"
    directives, malformed = directives_of(by_address(evaluated(text))["R"])
    assert [one.rules for one in directives] == [("A", "B")]
    assert len(malformed) == 1


def test_a_suppression_on_a_nested_stack_covers_what_is_in_it() -> None:
    root = "Resources:\n  # mlarchlint: ignore[MLA-X] legacy\n  S:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: n.yaml}\n"
    found = by_address(
        evaluate_templates({"r.yaml": root, "n.yaml": "Resources: {B: {Type: 'AWS::S3::Bucket'}}"})
    )
    assert found["S.B"].ignores == found["S"].ignores
    assert len(found["S.B"].ignores) == 1


def test_attributes_of_a_resource_are_kept_beside_its_properties() -> None:
    database = by_address(fixture("serving.yaml"))["Features"]
    assert database.get("$DeletionPolicy").plain() == "Snapshot"
    found = by_address(evaluated("Resources: {A: {Type: 'Custom::A'}, B: {Type: 'Custom::B', DependsOn: A}}"))
    assert found["B"].get("$DependsOn").all_refs() == ("A",)
