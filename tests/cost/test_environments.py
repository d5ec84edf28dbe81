"""All configured environments in one run."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from mlarchlint.cli import cli

SCHEMAS = Path(__file__).parents[2] / "mlarchlint" / "data" / "schema"
DESIGN = """
variable "machines" { default = 1 }
provider "aws" { region = "us-east-1" }
resource "aws_instance" "inference" {
  count         = var.machines
  instance_type = "t3.medium"
}
"""
CONFIG = """
environments:
  dev: {vars: {machines: 1}}
  prod: {vars: {machines: 3}, requirements: {budget: {monthly_usd: 50}}}
"""


@pytest.fixture
def design(tmp_path: Path) -> Path:
    (tmp_path / "main.tf").write_text(DESIGN)
    (tmp_path / ".mlarchlint.yaml").write_text(CONFIG)
    return tmp_path


def run(design: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["cost", str(design), *options])


def test_each_environment_is_priced_with_its_own_inputs(design: Path) -> None:
    lines = run(design, "--all-environments").stdout.splitlines()
    assert lines[0].split() == ["dev", "31.17"]
    assert lines[1].split() == ["prod", "93.50"]
    assert lines[2].startswith("Total  124.67 USD a month, at prices of ")


def test_a_budget_of_one_environment_fails_the_run_and_names_it(design: Path) -> None:
    found = run(design, "--all-environments")
    assert found.exit_code == 1
    assert "prod: over budget: the design" in found.stderr


def test_json_holds_the_report_of_each_and_follows_its_schemas(design: Path) -> None:
    data = json.loads(run(design, "--all-environments", "--format", "json").stdout)
    jsonschema.validate(data, json.loads((SCHEMAS / "cost-environments.json").read_text()))
    for report in data["environments"]:
        jsonschema.validate(report, json.loads((SCHEMAS / "cost.json").read_text()))
    assert [report["environment"] for report in data["environments"]] == ["dev", "prod"]
    assert data["monthly"]["high"] == pytest.approx(124.672)


def test_csv_names_the_environment_of_each_row(design: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(design, "--all-environments", "--format", "csv").stdout)))
    assert [row["environment"] for row in rows] == ["dev"] * 2 + ["prod"] * 6


def test_markdown_is_a_table(design: Path) -> None:
    assert "| prod | 93.50 | 0 |" in run(design, "--all-environments", "--format", "markdown").stdout


def test_one_and_all_exclude_each_other(design: Path) -> None:
    assert run(design, "--all-environments", "--environment", "dev").exit_code == 2


def test_without_environments_there_is_nothing_to_add_up(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(DESIGN)
    assert run(tmp_path, "--all-environments").exit_code == 2
