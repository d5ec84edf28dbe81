"""What machines cost while they do nothing, in the findings that say so."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cost_designs import made, priced

from mlarchlint.analysis.cost_idle import Work, factors_of_day, idle_cost, work_of_training
from mlarchlint.analysis.needs import Needs
from mlarchlint.config import Config
from mlarchlint.model.finding import Finding
from mlarchlint.pipeline import scan
from mlarchlint.prices import embedded
from mlarchlint.requirements import frozen_requirements

US = {"region": "us-east-1"}
G5, NOTEBOOK_HOUR = Decimal("1.006"), Decimal("0.05")


def needs(**said: Any) -> Needs:
    return Needs(frozen_requirements(said, {}))


def only(folder: Path, text: str, rule: str, **said: Any) -> Finding:
    (folder / "main.tf").write_text('provider "aws" {\n  region = "us-east-1"\n}\n' + text)
    config = Config(base=folder, requirements=frozen_requirements(said, {}), select=(rule,))
    (finding,) = scan([folder], config).findings
    return finding


# -- the arithmetic ----------------------------------------------------------------------------


def test_machines_are_idle_outside_their_work_and_their_disks_stay() -> None:
    machine = made("compute_instance", traits={**US, "instance_type": "g5.xlarge", "root_disk_gib": 100})
    found = priced(machine).resources[machine.key]
    assert idle_cost(found, Work(Decimal(73), ""), embedded()) == (730 - 73) * G5
    assert found.monthly.low > 730 * G5


def test_who_runs_for_part_of_the_month_has_no_discount_for_all_of_it() -> None:
    traits = {"region": "us-central1", "instance_type": "n1-standard-4"}
    machine = made("compute_instance", "google", traits)
    found = priced(machine).resources[machine.key]
    month = next(item for item in found.items if item.row.service == "gce-sustained")
    hourly = embedded().price("google", "us-central1", "gce", "n1-standard-4")
    assert hourly is not None
    assert idle_cost(found, Work(Decimal(100), ""), embedded()) == month.monthly.low - 100 * hourly.price
    assert idle_cost(found, Work(Decimal(730), ""), embedded()) == 0


def test_a_commitment_is_paid_whether_the_machine_runs_or_not() -> None:
    machine = made("compute_instance", traits={**US, "instance_type": "g5.xlarge"})
    said = {"budget": {"commitments": {"coverage": Decimal(1), "term": "1y"}}}
    found = priced(machine, needs=said).resources[machine.key]
    assert idle_cost(found, Work(Decimal(0), ""), embedded()) == 0


def test_the_hours_of_training_are_those_of_the_requirements() -> None:
    machine = made("compute_instance", traits={**US, "instance_type": "g5.xlarge"})
    found = priced(machine).resources[machine.key]
    stated = work_of_training(found, needs(training={"max_run_hours": 10, "runs_per_month": 3}))
    assert stated == Work(Decimal(30), "3 runs of 10 hours")
    assert work_of_training(found, needs()) == Work(Decimal(96), "4 runs of 24 hours, assumed")
    assert work_of_training(found, needs(training={"max_run_hours": 900, "runs_per_month": 1})).hours == 730


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ([], [1.0] * 24),
        ([{"hours": "0-24", "factor": 1}], [1.0] * 24),
        # the rest of the day shares what is left: (24 - 8 x 2) / 16
        ([{"hours": "9-17", "factor": 2}], [0.5] * 9 + [2.0] * 8 + [0.5] * 7),
        ([{"hours": "22-2", "factor": 0}, {"hours": "2-22", "factor": 1.2}], [0.0] * 2 + [1.2] * 20 + [0.0] * 2),
        ([{"hours": "0-12", "factor": 3}], [3.0] * 12 + [0.0] * 12),
    ],
)  # fmt: skip
def test_a_day_is_made_of_its_hours(profile: list[dict[str, Any]], expected: list[float]) -> None:
    assert factors_of_day(needs(traffic={"profile": profile} if profile else {})) == expected


# -- the findings ------------------------------------------------------------------------------

TRAINING = """
resource "aws_batch_compute_environment" "training" {
  type = "MANAGED"

  compute_resources {
    type          = "SPOT"
    instance_type = ["g5.xlarge"]
    min_vcpus     = 4
    max_vcpus     = 8
  }
}
"""
NOTEBOOK = """
resource "aws_sagemaker_notebook_instance" "lab" {
  instance_type = "ml.t3.medium"
}
"""


def test_a_cluster_that_keeps_a_machine_says_what_it_costs_without_work(tmp_path: Path) -> None:
    said = {"training": {"max_run_hours": 10, "runs_per_month": 3}}
    finding = only(tmp_path, TRAINING.replace('"SPOT"', '"EC2"'), "MLA-CO002", **said)
    assert finding.saving is not None
    assert finding.saving.way == "scaling"
    assert finding.saving.money.low == finding.saving.money.high == 700 * G5
    assert (
        "costs at least $734 a month, $704 of it beyond 30 hours of work (3 runs of 10 hours)"
        in finding.message
    )


def test_spot_machines_are_idle_as_well(tmp_path: Path) -> None:
    finding = only(tmp_path, TRAINING, "MLA-CO002")
    spot = embedded().price("aws", "us-east-1", "ec2-spot", "g5.xlarge")
    assert spot is not None
    assert finding.saving is not None
    assert finding.saving.money.low == (730 - 96) * spot.price


def test_a_notebook_is_left_alone_outside_working_hours(tmp_path: Path) -> None:
    finding = only(tmp_path, NOTEBOOK, "MLA-CO002")
    assert finding.saving is not None
    assert finding.saving.money.low == (730 - 176) * NOTEBOOK_HOUR
    assert "of it beyond 176 hours of work (8 hours of 22 days, assumed)" in finding.message


ENDPOINT = """
resource "aws_sagemaker_model" "ranker" {
  execution_role_arn = "arn:aws:iam::123456789012:role/ranker"
}

resource "aws_sagemaker_endpoint_configuration" "ranker" {
  production_variants {
    variant_name           = "main"
    model_name             = aws_sagemaker_model.ranker.name
    instance_type          = "ml.g5.xlarge"
    initial_instance_count = 8
  }
}

resource "aws_sagemaker_endpoint" "ranker" {
  endpoint_config_name = aws_sagemaker_endpoint_configuration.ranker.name
}
"""
# 100 requests a second on average; an instance serves 50, of which 70 % are used
LOAD = {"predictions_per_day": 8_640_000, "profile": [{"hours": "8-20", "factor": 1.6}]}


def test_a_fixed_fleet_says_what_following_its_load_would_save(tmp_path: Path) -> None:
    finding = only(tmp_path, ENDPOINT, "MLA-SC001", traffic=LOAD, model={"throughput_rps": 50})
    price = embedded().price("aws", "us-east-1", "sagemaker", "ml.g5.xlarge")
    assert price is not None
    # 160 of them in the day need five of 35 each, 40 in the night need two: 3.5 of eight
    assert finding.saving is not None
    assert finding.saving.way == "scaling"
    assert finding.saving.money.low == finding.saving.money.high == Decimal("4.5") * 730 * price.price
    assert "less if it follows the required load, which needs 3.5 on average" in finding.message


def test_a_fleet_never_follows_its_load_to_a_single_instance(tmp_path: Path) -> None:
    finding = only(
        tmp_path, ENDPOINT, "MLA-SC001", traffic={"predictions_per_day": 100}, model={"throughput_rps": 50}
    )
    assert "which needs 2 on average" in finding.message


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"traffic": LOAD},
        {"model": {"throughput_rps": 50}},
        {"traffic": {"peak_rps": 300}, "model": {"throughput_rps": 50}},
        # it is too small as it is
        {"traffic": {"predictions_per_day": 86_400_000}, "model": {"throughput_rps": 50}},
    ],
)
def test_where_a_figure_is_not_known_there_are_no_dollars(tmp_path: Path, said: dict[str, Any]) -> None:
    finding = only(tmp_path, ENDPOINT, "MLA-SC001", **said)
    assert finding.saving is None
    assert "$" not in finding.message


# -- over zones --------------------------------------------------------------------------------

NAT = (Path(__file__).parents[2] / "fixtures/MLA-CO013/terraform-aws/main.tf").read_text()


def test_a_gateway_in_another_zone_costs_both_crossings(tmp_path: Path) -> None:
    same = only(tmp_path, NAT.replace('provider "aws" {\n  region = "us-east-1"\n}', ""), "MLA-CO013")
    apart = NAT.replace(
        '"10.0.1.0/24"\n  availability_zone = "us-east-1a"',
        '"10.0.1.0/24"\n  availability_zone = "us-east-1b"',
    )
    assert apart != NAT
    other = only(tmp_path, apart.replace('provider "aws" {\n  region = "us-east-1"\n}', ""), "MLA-CO013")
    assert same.saving is not None
    assert other.saving is not None
    # 1,000 GiB x 4 runs x 0.045, and 0.01 out of the one zone and into the other
    assert same.saving.money.high == 4000 * Decimal("0.045")
    assert other.saving.money.high == 4000 * Decimal("0.065")
    assert "at $0.045 a GiB and $0.02 from zone to zone up to $260 a month" in other.message
