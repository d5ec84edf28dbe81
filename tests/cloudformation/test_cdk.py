"""Templates that the CDK has written: cdk.out/*.template.json."""

from __future__ import annotations

import json
from pathlib import Path

from mlarchlint.config import Config
from mlarchlint.pipeline import scan
from mlarchlint.report.sarif import render_sarif
from mlarchlint.report.text import render_text

STACK = {
    "Parameters": {
        "BootstrapVersion": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/x/version"}
    },
    "Conditions": {"CDKMetadataAvailable": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}},
    "Rules": {"CheckBootstrapVersion": {"Assertions": [{"Assert": {"Fn::Not": [{"Fn::Contains": [["1"], {"Ref": "BootstrapVersion"}]}]}}]}},
    "Resources": {
        "Db1A2B": {
            "Type": "AWS::RDS::DBInstance",
            "Properties": {"Engine": "postgres", "StorageEncrypted": False},
            "Metadata": {"aws:cdk:path": "App/Features/Db/Resource"},
        },
        "CDKMetadata": {"Type": "AWS::CDK::Metadata", "Condition": "CDKMetadataAvailable"},
    },
}  # fmt: skip


def test_findings_name_the_construct_and_the_logical_id(tmp_path: Path) -> None:
    (tmp_path / "App.template.json").write_text(json.dumps(STACK, indent=1), encoding="utf-8")
    (tmp_path / "manifest.json").write_text('{"version": "36.0.0", "artifacts": {}}', encoding="utf-8")
    (tmp_path / "tree.json").write_text('{"version": "tree-0.1"}', encoding="utf-8")
    result = scan([tmp_path], Config())
    assert not result.diagnostics
    (finding,) = result.findings
    assert finding.subject.address == "Db1A2B"
    claim = "App/Features/Db (Db1A2B) stores its data unencrypted"
    assert claim in render_text(result)
    assert claim in render_sarif(result)


def test_a_logical_id_alone_names_what_no_construct_wrote(tmp_path: Path) -> None:
    (tmp_path / "stack.yaml").write_text(
        "Resources: {Db: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres}}}", encoding="utf-8"
    )
    (finding,) = scan([tmp_path], Config()).findings
    assert finding.subject.shown == "Db"
