"""`usage:` and `free_tier:`: forms, layers, and that scan and cost see the same."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from mlarchlint.cli import cli
from mlarchlint.config import Config
from mlarchlint.config_layers import Flags, load_config, read_usage_file
from mlarchlint.config_text import ConfigError
from mlarchlint.pipeline import scan

MAIN = """
provider "aws" {
  region = "us-east-1"
}

resource "aws_s3_bucket" "models" {
  bucket = "acme-models"
}

resource "aws_s3_bucket" "events" {
  bucket = "acme-events"
}
"""
USAGE = """
usage:
  object_store: {storage_gb: 100}
  "aws_s3_bucket.mod*": {storage_gb: 1000}
environments:
  dev:
    free_tier: true
    usage: {aws_s3_bucket.models: {storage_gb: 5}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "main.tf").write_text(MAIN)
    (tmp_path / ".mlarchlint.yaml").write_text(USAGE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def costs(config: Config) -> dict[str, Decimal]:
    found = scan([Path(".")], config).estimate.resources
    return {key.rpartition(".")[2]: one.monthly.high for key, one in found.items()}


def test_an_address_wins_over_a_kind(folder: Path) -> None:
    config = load_config([Path(".")])
    assert costs(config) == {"models": Decimal("23.000"), "events": Decimal("2.300")}
    assert not config.usage.free_tier


def test_an_environment_is_laid_over_the_file(folder: Path) -> None:
    config = load_config([Path(".")], Flags(environment="dev"))
    assert costs(config) == {"models": Decimal("0.115"), "events": Decimal("2.300")}
    assert config.usage.free_tier


def test_a_usage_file_wins_and_leaves_the_rest(folder: Path) -> None:
    place = folder / "infracost-usage.yml"
    place.write_text(
        "version: 0.1\nresource_usage:\n  aws_s3_bucket.events:\n    standard: {storage_gb: 2.5}\n"
    )
    config = load_config([Path(".")], Flags(usage_file=place))
    assert costs(config) == {"models": Decimal("23.000"), "events": Decimal("0.0575")}


def test_the_configuration_may_name_a_usage_file(folder: Path) -> None:
    (folder / "usage.yml").write_text("resource_type_default_usage:\n  aws_s3_bucket: {storage_gb: 10}\n")
    (folder / ".mlarchlint.yaml").write_text("usage: usage.yml\n")
    assert costs(load_config([Path(".")])) == {"models": Decimal("0.23"), "events": Decimal("0.23")}


def test_no_file_outside_the_repository_is_named(folder: Path) -> None:
    (folder / ".mlarchlint.yaml").write_text("usage: ../elsewhere.yml\n")
    with pytest.raises(ConfigError, match="outside the repository"):
        load_config([Path(".")])


@pytest.mark.parametrize("text", ["usage: [a]", "usage: {object_store: 5}", "free_tier: 3"])
def test_another_form_is_a_mistake(folder: Path, text: str) -> None:
    (folder / ".mlarchlint.yaml").write_text(text)
    with pytest.raises(ConfigError):
        load_config([Path(".")])


def test_scan_and_cost_agree(folder: Path) -> None:
    runner = CliRunner()
    cost = json.loads(runner.invoke(cli, ["cost", ".", "--format", "json"]).stdout)
    report = json.loads(runner.invoke(cli, ["scan", ".", "--format", "json"]).stdout)
    assert cost["monthly"] == {"low": 25.3, "high": 25.3}
    assert report["summary"]["cost"]["monthly_high"] == pytest.approx(25.3)


def test_an_entry_that_names_nothing_is_told(folder: Path) -> None:
    (folder / ".mlarchlint.yaml").write_text(
        "usage: {aws_s3_buckett.models: {storage_gb: 5}, object_store: {}}\n"
    )
    done = CliRunner().invoke(cli, ["cost", "."])
    assert "usage for aws_s3_buckett.models matches nothing here" in done.output
    assert done.exit_code == 0


def test_every_mistake_of_a_usage_file_is_listed_with_its_line(tmp_path: Path) -> None:
    place = tmp_path / "usage.yml"
    place.write_text(
        "version: 0.1\nresource_usage:\n  aws_instance.a: {monthly_hrs: 1}\n  aws_instance.b: 7\n  aws_instance.c:\n"
        "resource_type_default_usage: [1]\nresource_usages: {}\n"
    )
    with pytest.raises(ConfigError) as caught:
        read_usage_file(place)
    assert [(one.span.line, one.message) for one in caught.value.mistakes] == [
        (4, "'aws_instance.b' must be a mapping of what is used in a month"),
        (6, "'resource_type_default_usage' must be a mapping of addresses or types"),
        (7, "unknown key 'resource_usages'; did you mean 'resource_usage'?"),
    ]
