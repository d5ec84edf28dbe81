"""How traffic moves to a new version of a function."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.config import Config
from mlarchlint.pipeline import scan

SAM = "Transform: AWS::Serverless-2016-10-31\nResources: {F: {Type: AWS::Serverless::Function, Properties: {AutoPublishAlias: live, DeploymentPreference: %s}}}"
ALIAS = "Resources:\n  F: {Type: AWS::Lambda::Function}\n  A:\n    Type: AWS::Lambda::Alias\n    Properties: {Name: live, FunctionName: !Ref F, FunctionVersion: '1'}\n    UpdatePolicy: %s"
CODE_DEPLOY = "{CodeDeployLambdaAliasUpdate: {ApplicationName: a, DeploymentGroupName: b}}"


@pytest.mark.parametrize(
    ("text", "way"),
    [
        (SAM % "{Type: Canary10Percent5Minutes}", "canary"),
        (SAM % "{Type: Linear10PercentEvery1Minute}", "linear"),
        (SAM % "{Type: AllAtOnce}", "all_at_once"),
        (ALIAS % CODE_DEPLOY, "canary"),
        (ALIAS % "{}", "all_at_once"),
    ],
)
def test_a_function_says_how_its_versions_are_replaced(tmp_path: Path, text: str, way: str) -> None:
    (tmp_path / "stack.yaml").write_text(text, encoding="utf-8")
    graph = scan([tmp_path], Config()).graph
    (function,) = (node for node in graph if node.kind == "serverless_function")
    assert function["deployment.type"].plain() == way


def test_the_alarms_that_roll_back_are_read(tmp_path: Path) -> None:
    preference = "{Type: Canary10Percent5Minutes, Alarms: [!Ref Errors]}"
    (tmp_path / "stack.yaml").write_text(
        SAM % preference + "\nParameters: {Errors: {Type: String}}", encoding="utf-8"
    )
    (function,) = (n for n in scan([tmp_path], Config()).graph if n.kind == "serverless_function")
    assert len(function["deployment.rollback_alarms"].items()) == 1
