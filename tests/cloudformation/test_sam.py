"""What SAM makes of a template: compared with its own transform, where that is installed."""

from __future__ import annotations

import pytest
import yaml

from mlarchlint.model.truth import Truth
from tests.cloudformation.templates import FIXTURES, by_address, evaluated, fixture

SAME = {  # ours -> the transform's
    "AWS::Serverless::Api": "AWS::ApiGateway::RestApi",
    "AWS::Serverless::HttpApi": "AWS::ApiGatewayV2::Api",
    "AWS::Serverless::Function": "AWS::Lambda::Function",
    "AWS::Serverless::StateMachine": "AWS::StepFunctions::StateMachine",
}


def test_events_and_policies_become_resources() -> None:
    evaluation = fixture("sam-made.yaml")
    assert not evaluation.diagnostics
    found = by_address(evaluation)
    made = set(found) - {"Features", "Queue", "Ranker", "Own", "Batch", "Retrain", "Dashboard"}
    assert made == {
        "RankerRole", "RankerNightly", "RankerWeekly", "RankerDrift", "BatchClock", "RetrainRole", "RetrainMonthly",
        "ServerlessRestApi", "ServerlessHttpApi",
    }  # fmt: skip
    assert found["Ranker"].get("Role").refs == ("RankerRole.Arn",)
    assert found["Batch"].get("Role").plain() == "arn:aws:iam::111122223333:role/batch"
    assert found["RankerNightly"].get("ScheduleExpression").plain() == "rate(1 day)"
    assert found["RankerNightly"].get("State").plain() == "ENABLED"
    assert found["RankerDrift"].get("EventPattern").plain() == {"source": ["aws.sagemaker"]}
    assert found["RankerNightly"].get("Targets").all_refs() == ("Ranker.Arn",)
    assert found["RankerNightly"].span.line == 39
    assert found["ServerlessRestApi"].get("TracingEnabled").plain() is True
    assert found["Dashboard"].get("Role").refs == ("RankerRole.Arn",)
    assert found["Dashboard"].get("Api").refs == ("ServerlessRestApi",)


def test_the_role_holds_the_policies_of_the_function() -> None:
    role = by_address(fixture("sam-made.yaml"))["RankerRole"]
    assert [str(arn).rpartition("/")[2] for arn in role.get("ManagedPolicyArns").plain()] == [
        "AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole", "AmazonBedrockReadOnly",
        "AmazonDynamoDBReadOnlyAccess",
    ]  # fmt: skip
    ((policy,)) = role.get("Policies").items()
    (statement,) = policy.get("PolicyDocument").get("Statement").items()
    assert statement.get("Action").plain() == "sagemaker:InvokeEndpoint"
    assert role.get("$PolicyTemplates").all_refs() == ("Features",)


def test_what_is_made_exists_as_its_owner_does() -> None:
    found = by_address(fixture("sam-made.yaml"))
    assert (found["BatchClock"].exists, found["RankerNightly"].exists) == (Truth.MAYBE, Truth.YES)
    assert "BatchClock" not in by_address(fixture("sam-made.yaml", parameters=(("Free", "no"),)))


def test_events_say_which_api_they_belong_to() -> None:
    events = by_address(fixture("sam-made.yaml"))["Ranker"].get("Events")
    refs = {name: event.get("Properties").all_refs() for name, event in events.mapping().items()}
    assert refs["Rank"] == ("ServerlessRestApi",)
    assert refs["Own"] == ("Own",)
    assert refs["Web"] == ("ServerlessHttpApi",)


@pytest.mark.parametrize(
    "properties",
    ["{Events: !Ref X}", "{Events: {A: !Ref X}}", "{Events: {A: {Type: Api, Properties: [1]}}}", "{Policies: [[]], Events: []}",
     "{Policies: !If [C, [a], b]}", "{Events: {A: {Type: Schedule, Properties: !Ref X}}}"],
)  # fmt: skip
def test_odd_events_and_policies_are_kept_as_they_are(properties: str) -> None:
    text = "Transform: AWS::Serverless-2016-10-31\nParameters: {X: {Type: String}}\nConditions: {C: !Equals [!Ref X, a]}\n"
    text += f"Resources: {{F: {{Type: 'AWS::Serverless::Function', Properties: {properties}}}}}"
    assert {"F", "FRole"} <= set(by_address(evaluated(text)))


def test_the_transform_makes_the_same_resources(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("samtranslator.translator")
    from cfnlint.decode import cfn_yaml
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in ("sam.yaml", "sam-made.yaml"):
        document = cfn_yaml.loads((FIXTURES / name).read_text())
        plain = yaml.safe_load(yaml.dump(_plain(document)))
        for resource in plain["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Function":
                resource.setdefault("Properties", {}).setdefault("InlineCode", "pass")
        output = Translator({}, Parser()).translate(plain, {})["Resources"]
        for address, instance in by_address(fixture(name)).items():
            wanted = SAME.get(instance.type, instance.type)
            if not wanted.startswith("AWS::Serverless::"):
                assert output[address]["Type"] == wanted, address


def _plain(node: object) -> object:
    if isinstance(node, dict):
        return {str(name): _plain(member) for name, member in node.items()}
    if isinstance(node, list):
        return [_plain(member) for member in node]
    return str(node) if isinstance(node, str) else node
