"""`mlarchlint cost` on small Terraform, end to end."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from mlarchlint.cli import cli

SCHEMA = Path(__file__).parents[2] / "mlarchlint" / "data" / "schema" / "cost.json"
MAIN = """
provider "aws" {
  region = "us-east-1"
}

resource "aws_instance" "api" {
  count         = 2
  ami           = "ami-1"
  instance_type = "t3.medium"

  root_block_device {
    volume_type = "gp3"
    volume_size = 20
  }
}

resource "aws_s3_bucket" "models" {
  bucket = "acme-models"
}

resource "aws_instance" "odd" {
  ami           = "ami-1"
  instance_type = var.size
}

variable "size" {
  type = string
}
"""


def run(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["cost", str(folder), *options])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "main.tf").write_text(MAIN)
    return tmp_path


def test_the_json_follows_its_schema_and_adds_up(folder: Path) -> None:
    done = run(folder, "--format", "json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(report, schema)
    by_address = {one["address"]: one for one in report["resources"]}
    one = by_address["aws_instance.api[0]"]
    assert one["monthly"]["low"] == pytest.approx(730 * 0.0416 + 20 * 0.08)
    assert report["monthly"]["high"] == pytest.approx(
        sum(one["monthly"]["high"] for one in report["resources"])
    )
    gap = by_address["aws_instance.odd"]["gaps"][0]
    assert "var.size" in gap["why"]
    assert gap["line"] == 23


def test_the_text_names_price_rows_and_what_is_missing(folder: Path) -> None:
    done = run(folder)
    assert "t3.medium, on demand: 730 x 0.0416 per hour = 30.37  [karpenter-aws 2026-07-20]" in done.stdout
    assert "not priced: machine: the instance type is not known" in done.stdout
    assert "could not be priced" in done.stdout
    assert "at prices of " in done.stdout


def test_a_usage_file_of_the_known_form_works(folder: Path) -> None:
    usage = folder / "infracost-usage.yml"
    usage.write_text(
        "version: 0.1\nresource_usage:\n  aws_s3_bucket.models:\n    standard:\n      storage_gb: 100\n"
    )
    report = json.loads(run(folder, "--format", "json", "--usage-file", str(usage)).stdout)
    bucket = next(one for one in report["resources"] if one["address"] == "aws_s3_bucket.models")
    assert bucket["monthly"] == {"low": 2.3, "high": 2.3}


@pytest.mark.parametrize("text", ["- a\n", "a: [\n", "just text\n", "\x00"])
def test_a_usage_file_of_another_form_is_a_wrong_usage(folder: Path, text: str) -> None:
    usage = folder / "usage.yml"
    usage.write_text(text)
    done = run(folder, "--usage-file", str(usage))
    assert done.exit_code == 2
    assert "usage" in done.output
    assert "Traceback" not in done.output


def test_the_budget_fails_the_run_and_says_which_figure_counts(folder: Path) -> None:
    (folder / ".mlarchlint.yaml").write_text("requirements:\n  budget:\n    monthly_usd: 50\n")
    done = run(folder)
    assert done.exit_code == 1
    assert "over budget: the design: the low figure" in done.output
    assert "could not be priced" in done.output


def test_within_the_budget_all_is_well(folder: Path) -> None:
    (folder / ".mlarchlint.yaml").write_text("requirements:\n  budget:\n    monthly_usd: 500\n")
    assert run(folder).exit_code == 0


def test_old_prices_fail_if_asked_to(folder: Path) -> None:
    done = run(folder, "--max-price-age", "30")
    assert done.exit_code == 1
    assert "prices too old" in done.output
    assert run(folder, "--max-price-age", "36500").exit_code == 0


def test_the_csv_has_a_line_for_each_item_and_gap(folder: Path) -> None:
    lines = list(csv.DictReader(io.StringIO(run(folder, "--format", "csv").stdout)))
    items = [line for line in lines if line["price"]]
    assert sum(Decimal(line["monthly_low"]) for line in items) > 60
    assert any("var.size" in line["gap"] for line in lines)


def test_the_markdown_is_a_table(folder: Path) -> None:
    text = run(folder, "--format", "markdown").stdout
    assert text.startswith("**")
    assert "| Resource | Item | Quantity | Unit | Price | Monthly |" in text


def test_names_from_the_code_do_nothing_in_a_table_or_sheet(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'provider "aws" {\n  region = "us-east-1"\n}\n'
        'module "x" {\n  source = "./x"\n}\n'
        'resource "aws_instance" "a" {\n  for_each = toset(["=1+1|<b>"])\n  ami = "a"\n  instance_type = "t3.medium"\n}\n'
    )
    markdown = run(tmp_path, "--format", "markdown").stdout
    assert "<b>" not in markdown
    for line in csv.reader(io.StringIO(run(tmp_path, "--format", "csv").stdout)):
        assert not any(cell.startswith(("=", "+", "@")) for cell in line)


def test_the_same_code_gives_the_same_bytes(folder: Path) -> None:
    assert run(folder, "--format", "json").stdout == run(folder, "--format", "json").stdout


def test_nothing_to_price_is_said(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text("locals {\n  a = 1\n}\n")
    done = run(tmp_path)
    assert done.exit_code == 0
    assert "Nothing that the price catalog knows" in done.stdout


def test_a_path_that_does_not_exist_is_a_wrong_usage(tmp_path: Path) -> None:
    assert run(tmp_path / "no").exit_code == 2
