"""The lesson's cost estimates at today's prices, every sum by hand (docs/cost.md explains the differences)."""

from __future__ import annotations

from decimal import Decimal

from cost_designs import made, priced

from mlarchlint.model.graph import Relation
from mlarchlint.model.resource import Resource
from mlarchlint.usage import Usage

US = {"region": "us-east-1"}


def group(count: int) -> Resource:
    traits = {
        **US,
        "instance_type": "t3.medium",
        "min_count": count,
        "max_count": count,
        "root_disk_gib": 8,
        "root_disk_type": "gp3",
    }
    return made("compute_group", traits=traits, type="aws_autoscaling_group")


BALANCER = made("load_balancer", traits={**US, "layer": 7, "scheme": "internet"}, type="aws_lb")
EDGE = made("cdn", traits=US, type="aws_cloudfront_distribution")
MODELS = made("object_store", traits={**US, "size_gib": 10}, type="aws_s3_bucket", name="models")
ALARM = made("alarm", traits=US, type="aws_cloudwatch_metric_alarm")
DASHBOARD = made("dashboard", traits=US, type="aws_cloudwatch_dashboard")


def test_a_training_run_of_resnet_50() -> None:
    """The lesson: 24 h of a p3.2xlarge at 3.06, 20 for 1 TB, 50 for transfer, about 150."""
    job = made("batch_job", traits={**US, "instance_type": "p3.2xlarge"}, type="aws_batch_job_definition")
    data = made("object_store", traits={**US, "size_gib": 1000}, type="aws_s3_bucket", name="dataset")
    found = priced(job, data, needs={"training": {"max_run_hours": 24, "runs_per_month": 1}})
    assert found.resources[job.key].monthly.high == 24 * Decimal("3.06") == Decimal("73.44")
    assert found.resources[data.key].monthly.high == 1000 * Decimal("0.023")
    assert any("retired" in text for text in found.resources[job.key].assumptions)


def test_the_same_run_on_a_type_that_is_still_sold() -> None:
    job = made("batch_job", traits={**US, "instance_type": "g5.xlarge"}, type="aws_batch_job_definition")
    found = priced(job, needs={"training": {"max_run_hours": 24, "runs_per_month": 1}})
    assert found.monthly.high == 24 * Decimal("1.006")


def test_an_inference_service_of_a_million_requests_a_month() -> None:
    """The lesson: 18 for the balancer, 90 for three t3.medium, 80 transfer, 40 CDN, about 230."""
    machines = group(3)
    balancer = made("load_balancer", traits={**US, "layer": 7, "scheme": "internal"}, type="aws_lb")
    usage = Usage(
        {
            balancer.address: {"monthly_requests": 1_000_000, "monthly_data_processed_gb": 0},
            EDGE.address: {
                "monthly_requests": 1_000_000,
                "monthly_data_transfer_to_internet_gb": {"us": 470},
            },
        }
    )
    found = priced(machines, balancer, EDGE, usage=usage)
    assert found.resources[machines.key].monthly.low == 3 * (730 * Decimal("0.0416") + 8 * Decimal("0.08"))
    assert found.resources[balancer.key].monthly.low == 730 * Decimal("0.0225")
    # 470 GB x 0.085 + 100 x 0.01 for a million HTTPS requests
    assert found.resources[EDGE.key].monthly.low == Decimal("39.95") + Decimal("1.00")


def test_the_sample_solution_stays_under_its_budget() -> None:
    """The lesson: 18 + 50 + 120 + 0.23 + 80 + 30, about 298; a million predictions a day, budget 500."""
    machines = group(4)
    needs = {
        "traffic": {"predictions_per_day": 1_000_000, "payload_kb": {"response": 30}},
        "budget": {"monthly_usd": 500},
    }
    found = priced(
        machines, BALANCER, EDGE, MODELS, ALARM, DASHBOARD,
        edges=((EDGE, Relation.ROUTES_TO, BALANCER), (BALANCER, Relation.ROUTES_TO, machines)),
        needs=needs,
    )  # fmt: skip
    monthly = Decimal(1_000_000) * 730 / 24
    gib = monthly * 30 / 1024 / 1024
    assert found.resources[machines.key].monthly.high == Decimal("121.472") + Decimal("2.56")
    assert found.resources[BALANCER.key].monthly.high == Decimal("16.425") + gib * Decimal("0.008")
    assert round(found.resources[EDGE.key].monthly.high, 6) == round(
        gib * Decimal("0.085") + monthly / 10_000 * Decimal("0.01"), 6
    )
    assert found.resources[MODELS.key].monthly.high == Decimal("0.23")
    assert found.resources[ALARM.key].monthly.high + found.resources[DASHBOARD.key].monthly.high == Decimal(
        "3.1"
    )
    assert not found.gaps
    assert Decimal(240) < found.monthly.low <= found.monthly.high < Decimal(300)


def test_storage_rules_of_thumb() -> None:
    """The lesson: 0.02 for objects, 0.10 for blocks, 0.30 for files, a GB and month."""
    block = made("block_volume", traits={**US, "type": "gp2", "size_gib": 1})
    file = made("file_share", traits={**US, "size_gib": 1}, type="aws_efs_file_system")
    objects = made("object_store", traits={**US, "size_gib": 1})
    found = priced(block, file, objects)
    assert found.resources[block.key].monthly.low == Decimal("0.1")
    assert found.resources[file.key].monthly.low == Decimal("0.3")
    assert found.resources[objects.key].monthly.low == Decimal("0.023")
