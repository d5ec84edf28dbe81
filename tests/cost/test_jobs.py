"""Jobs of a cluster without nodes, schedules, and the runs that a month counts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from cost_designs import made, priced

from mlarchlint.analysis.cost_jobs import runs_of
from mlarchlint.analysis.cost_savings import cost_of_run
from mlarchlint.usage import Usage

DAYS = Decimal(730) / 24


@pytest.mark.parametrize(
    ("schedule", "runs"),
    [
        ("0 3 * * *", DAYS),
        ("0 */6 * * *", 4 * DAYS),
        ("*/30 * * * *", 48 * DAYS),
        ("0 0 * * 1-5", DAYS * 5 / 7),
        ("15 2 1 * *", DAYS / 31),
        ("@weekly", DAYS / 7),
        ("0 0 1 1,7 *", DAYS / 31 / 6),
    ],
)
def test_a_schedule_makes_its_runs(schedule: str, runs: Decimal) -> None:
    found = runs_of(schedule)
    assert found is not None
    assert abs(found - runs) < Decimal("1e-20")


@pytest.mark.parametrize("schedule", ["", "0 0 * *", "soon", "0 0 * * MON", "*/0 * * * *", "@reboot"])
def test_what_is_no_plain_schedule_says_nothing(schedule: str) -> None:
    assert runs_of(schedule) is None


def test_a_job_without_nodes_takes_its_share_of_an_assumed_one() -> None:
    """Two hours a day, two pods with a card each: 30.4 x 2 x 2 hours of a machine with one card."""
    job = made(
        "batch_job",
        "kubernetes",
        {
            "requests.gpu": 1,
            "accelerator.type": "nvidia-tesla-t4",
            "nodes": 2,
            "max_runtime_s": 7200,
            "schedule": "0 3 * * *",
            "region": "us-east-1",
        },
    )
    found = priced(job)
    assert found.monthly.low == 0
    assert found.monthly.high == DAYS * 2 * 2 * Decimal("0.526")


def test_a_suspended_job_costs_nothing() -> None:
    job = made("batch_job", "kubernetes", {"requests.cpu": 1, "suspended": True})
    assert priced(job).monthly.high == 0


def test_a_job_on_priced_nodes_does_not_count_twice() -> None:
    nodes = made(
        "compute_group",
        traits={"region": "us-east-1", "instance_type": "m5.large", "desired_count": 1},
        type="aws_eks_node_group",
    )
    job = made("batch_job", "kubernetes", {"requests.cpu": 1}, name="job")
    assert not priced(nodes, job).resources[job.key].items


def test_a_run_is_divided_by_the_runs_of_its_own_workload() -> None:
    job = made("batch_job", traits={"region": "us-east-1", "instance_type": "p3.2xlarge"}, name="train")
    needs = {
        "training": {"max_run_hours": 24, "runs_per_month": 4},
        "workloads": [
            {"name": "nightly", "match": {"address": "batch_job.train"}, "training": {"runs_per_month": 10}}
        ],
    }
    found = priced(job, needs=needs).resources[job.key]
    assert found.runs == 10
    assert found.monthly.high == 10 * 24 * Decimal("3.06")
    assert cost_of_run(found, needs).high == Decimal("73.44")


def test_runs_of_a_usage_file_hold_for_the_run_too() -> None:
    job = made("batch_job", traits={"region": "us-east-1", "instance_type": "p3.2xlarge"})
    usage = Usage({job.address: {"monthly_runs": 2, "run_hours": 10}})
    found = priced(job, usage=usage).resources[job.key]
    assert found.monthly.high == 2 * 10 * Decimal("3.06")
    assert cost_of_run(found, {}).high == Decimal("30.6")
