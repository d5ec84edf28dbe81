"""Each budget of the requirements as a gate: the exit codes of `scan` and `cost`, and where the finding stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mlarchlint.cli import cli

# A month: 2 x 730 h x 1.006 and 2 x 0.80 for disks = 1,470.36; 730 x 0.0416 + 0.80 = 31.17; 96 x 1.006 = 96.58.
MAIN = """
provider "aws" {
  region = "us-east-1"
}

resource "aws_instance" "inference" {
  count         = 2
  ami           = "ami-1"
  instance_type = "g5.xlarge"
  tags          = { environment = "prod" }
}

resource "aws_instance" "sandbox" {
  ami           = "ami-1"
  instance_type = "t3.medium"
  tags          = { environment = "dev" }
}

resource "aws_batch_compute_environment" "training" {
  type = "MANAGED"

  compute_resources {
    type          = "EC2"
    instance_type = ["g5.xlarge"]
    max_vcpus     = 4
  }
}
"""
UNPRICED = """
variable "size" {
  type = string
}

resource "aws_instance" "odd" {
  ami           = "ami-1"
  instance_type = var.size
}
"""
MONTH = "requirements:\n  budget:\n    monthly_usd: {}\n"
TOLERANT = "requirements:\n  budget:\n    monthly_usd: {}\n    tolerance_pct: 10\n"
PLACE = "requirements:\n  budget:\n    environments:\n      dev: 40\n      prod: {}\n"
WORKLOAD = """requirements:
  workloads:
    - name: api
      match: {{address: "aws_instance.inference*"}}
      budget:
        monthly_usd: {}
"""
RUN = "requirements:\n  training:\n    max_run_hours: 10\n    runs_per_month: 3\n  budget:\n    training_run_usd: {}\n"
RUN_OF_ONE = """requirements:
  training: {{max_run_hours: 10, runs_per_month: 3}}
  workloads:
    - name: nightly
      match: {{address: "aws_batch_compute_environment.*"}}
      budget: {{training_run_usd: {}}}
"""
# (the requirements, a budget that holds, one that does not, its line, what is over)
GATES = [
    (MONTH, 1600, 1500, 3, "the design"),
    (TOLERANT, 1500, 1400, 3, "the design"),
    (PLACE, 1500, 1400, 5, "the environment prod"),
    (WORKLOAD, 1500, 1400, 6, "the workload api"),
    (RUN, 11, 10, 6, "a run of training"),
    (RUN_OF_ONE, 11, 10, 6, "a run of training"),
]
NAMES = ["month", "tolerance", "environment", "workload", "run", "run of a workload"]


def scan(folder: Path, config: str) -> tuple[int, list[dict[str, Any]]]:
    (folder / "main.tf").write_text(MAIN)
    (folder / ".mlarchlint.yaml").write_text(config)
    done = CliRunner().invoke(cli, ["scan", str(folder), "--select", "MLA-CO003", "--format", "json"])
    return done.exit_code, json.loads(done.stdout)["findings"]


def cost(folder: Path, *options: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["cost", str(folder), *options])
    return done.exit_code, done.output


@pytest.mark.parametrize(("config", "enough", "little", "line", "what"), GATES, ids=NAMES)
def test_a_budget_stops_the_scan_at_its_own_line(
    tmp_path: Path, config: str, enough: int, little: int, line: int, what: str
) -> None:
    assert scan(tmp_path, config.format(enough)) == (0, [])
    assert cost(tmp_path)[0] == 0
    code, (finding,) = scan(tmp_path, config.format(little))
    assert code == 1
    assert (Path(finding["file"]).name, finding["line"]) == (".mlarchlint.yaml", line)
    assert finding["message"].startswith(what)
    assert f"over the budget of ${little:,}" in finding["message"]
    assert finding["certain"]
    code, output = cost(tmp_path)
    assert code == 1
    assert f"over budget: {what}" in output


@pytest.mark.parametrize(("config", "enough", "little", "line", "what"), GATES[:4], ids=NAMES[:4])
def test_where_something_has_no_price_the_low_figure_is_judged(
    tmp_path: Path, config: str, enough: int, little: int, line: int, what: str
) -> None:
    """The odd machine belongs to production and to the workload; only its disk of 0.80 is priced."""
    (tmp_path / "odd.tf").write_text(
        UNPRICED.replace("var.size\n", 'var.size\n  tags = { environment = "prod" }\n').replace(
            '"odd"', '"inference_odd"'
        )
    )
    code, (finding,) = scan(tmp_path, config.format(little - 100))
    assert code == 1
    assert finding["message"].startswith(f"{what} costs at least $")
    assert "the low figure is judged: 1 cost has no price" in finding["message"]
    assert finding["line"] == line
    assert "the low figure" in cost(tmp_path)[1]


def test_within_the_low_figure_the_gate_stays_open_and_says_what_is_lacking(tmp_path: Path) -> None:
    (tmp_path / "odd.tf").write_text(UNPRICED)
    code, (finding,) = scan(tmp_path, MONTH.format(1550))
    assert (code, finding["certain"]) == (0, False)
    assert (
        "whether the budget of $1,550 holds is not known: 1 cost has no price (machine)" in finding["message"]
    )
    assert cost(tmp_path)[0] == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('resource "aws_instance" "a" {\n  instance_type = "x99.huge"\n}\n', "x99.huge is no instance type that the catalog knows"),
        ('provider "aws" {\n  region = "mars-north-1"\n}\nresource "aws_instance" "a" {\n  instance_type = "t3.medium"\n}\n', "the catalog has no prices of the region mars-north-1"),
        ('variable "n" {\n  type = number\n}\nresource "aws_instance" "a" {\n  count = var.n\n  instance_type = "t3.medium"\n}\n', "how many there are is not known: one is counted"),
        ('variable "n" {\n  type = number\n}\nresource "aws_autoscaling_group" "a" {\n  min_size = var.n\n  max_size = var.n\n}\n', "how many machines the group has is not known"),
    ],
    ids=["type", "region", "count", "size"],
)  # fmt: skip
def test_what_cannot_be_priced_is_a_gap_in_each_form(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "main.tf").write_text(text)
    code, output = cost(tmp_path)
    assert code == 0
    assert "not priced: " in output
    assert said in output
    assert "could not be priced and" in output
    gaps = [
        gap for one in json.loads(cost(tmp_path, "--format", "json")[1])["resources"] for gap in one["gaps"]
    ]
    assert any(said in gap["why"] and gap["line"] for gap in gaps)
    assert "Not priced:" in cost(tmp_path, "--format", "markdown")[1]
    assert said in cost(tmp_path, "--format", "csv")[1]


def test_old_prices_close_the_gate_if_asked_to(tmp_path: Path) -> None:
    scan(tmp_path, MONTH.format(5000))
    assert cost(tmp_path, "--max-price-age", "1")[0] == 1
    assert "prices too old: the oldest is of 20" in cost(tmp_path, "--max-price-age", "1")[1]
    assert cost(tmp_path, "--max-price-age", "36500")[0] == 0
