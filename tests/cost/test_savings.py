from __future__ import annotations

from decimal import Decimal

from cost_designs import made, priced

from mlarchlint.analysis.cost_savings import cost_of_run, saved_by_commitment, saved_by_spot
from mlarchlint.prices import embedded

US = {"region": "us-east-1"}


def test_spot_saves_the_difference_of_the_two_prices() -> None:
    group = made("compute_group", traits={**US, "instance_type": "m5.xlarge", "min_count": 1, "max_count": 2})
    saved = saved_by_spot(priced(group).resources[group.key], embedded())
    assert saved is not None
    assert saved.low == 730 * (Decimal("0.192") - Decimal("0.06528"))
    assert saved.high == 2 * saved.low


def test_a_commitment_saves_against_the_price_of_a_full_month() -> None:
    machine = made("compute_instance", "google", {"region": "us-central1", "instance_type": "n1-standard-4"})
    saved = saved_by_commitment(priced(machine).resources[machine.key], embedded(), "3y")
    assert saved is not None
    assert round(saved.low, 6) == Decimal("97.089489") - Decimal("62.41865")


def test_what_is_not_known_saves_nothing_certain() -> None:
    machine = made("compute_instance", traits={**US, "instance_type": "m5.xlarge"})
    assert saved_by_commitment(priced(machine).resources[machine.key], embedded(), "3y") is None
    store = made("object_store", traits={**US, "size_gib": 5})
    assert saved_by_spot(priced(store).resources[store.key], embedded()) is None


def test_a_run_of_the_lesson_costs_its_hours() -> None:
    job = made("batch_job", traits={**US, "instance_type": "p3.2xlarge"}, type="aws_batch_job_definition")
    needs = {"training": {"max_run_hours": 24, "runs_per_month": 4}}
    found = priced(job, needs=needs).resources[job.key]
    assert found.monthly.high == 4 * Decimal("73.44")
    assert cost_of_run(found, needs).high == Decimal("73.44")
