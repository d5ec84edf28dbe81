"""The table of what regions of AWS lack, and how it is made of three lists."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import build_service_regions as tool


def table() -> Any:
    return yaml.safe_load(files("mlarchlint.data").joinpath("service_regions.yaml").read_text("utf-8"))


def test_a_service_is_lacking_only_where_no_list_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"kind": "vector_index", "terraform": "aws_kendra_index", "cloudformation": "AWS::Kendra::Index"}
    part = {"kind": "part", "cloudformation": "AWS::Kendra::Part"}
    monkeypatch.setattr(tool, "_entries", lambda: iter([entry, part]))
    kendra = frozenset({"AWS::Kendra::Index", "AWS::Kendra::Part"})
    made = {"a": kendra, "b": frozenset(), "c": frozenset(), "d": frozenset()}
    offered = {"Amazon Kendra": frozenset({"a", "c"})}
    reached = {"kendra": frozenset({"a", "d"})}
    (row,) = tool._rows(made, offered, reached, ["a", "b", "c", "d"])
    assert row == {
        "name": "Amazon Kendra",
        "types": ["aws_kendra_index", "AWS::Kendra::Index"],
        "not_in": ["b"],
        "no_type_in": ["c", "d"],
    }


def test_what_only_cloudformation_lacks_may_be_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"kind": "object_store", "cloudformation": "AWS::S3Express::DirectoryBucket"}
    monkeypatch.setattr(tool, "_entries", lambda: iter([entry]))
    made = {"a": frozenset({"AWS::S3Express::DirectoryBucket"}), "b": frozenset({"AWS::S3::Bucket"})}
    (row,) = tool._rows(made, {}, {}, ["a", "b"])
    assert (row["not_in"], row["no_type_in"]) == ([], ["b"])


def test_regions_that_repeat_the_first_one_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "providers").mkdir()
    for name, types in {"us-east-1": ["A", "B"], "us-iso-east-1": ["A", "B"], "eu-west-1": ["A"]}.items():
        (tmp_path / "providers" / f"{name}.json").write_text(json.dumps(dict.fromkeys(types, "")))
    assert set(tool.regions_of_types(tmp_path)) == {"us-east-1", "eu-west-1"}


def test_the_table_is_that_of_the_installed_types_where_they_are_of_its_date() -> None:
    cfnlint = pytest.importorskip("cfnlint")
    schemas = Path(cfnlint.__file__).parent / "data" / "schemas"
    dated = json.loads((schemas / "version.json").read_text("utf-8"))["schema_date"][:10]
    shipped = table()
    if dated != str(shipped["sources"]["types"]["date"]):
        pytest.skip("other types are installed")
    made = tool.regions_of_types(schemas)
    for row in shipped["services"]:
        types = {name for name in row["types"] if name.startswith("AWS::")}
        lacking = [name for name in shipped["regions"] if not made[name] & types]
        assert sorted([*row["not_in"], *row["no_type_in"]]) == lacking, row["name"]


def test_services_known_to_be_offered_are_not_said_to_be_lacking() -> None:
    """Checked by hand: pages of AWS name these regions, or CloudFormation alone lags behind."""
    lacking = {
        (name, region) for row in table()["services"] for name in row["types"] for region in row["not_in"]
    }
    assert ("aws_apprunner_service", "af-south-1") in lacking
    for known in (
        ("aws_dax_cluster", "eu-north-1"),
        ("aws_s3_directory_bucket", "eu-central-2"),
        ("aws_sagemaker_endpoint_configuration", "me-central-1"),
        ("aws_bedrockagent_agent", "eu-central-1"),
        ("aws_apprunner_service", "eu-west-3"),
    ):
        assert known not in lacking
