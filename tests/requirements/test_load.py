"""Predictions a day to instances: worked values, and what more instances or zones change."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlarchlint.analysis.load import (
    from_origin,
    instances_needed,
    left_after_a_zone,
    load_of,
    needed_to_survive_a_zone,
)
from mlarchlint.analysis.machine_tables import accelerators, cores
from mlarchlint.analysis.needs import Needs
from mlarchlint.requirements import frozen_requirements


def needs(**traffic: Any) -> Needs:
    return Needs(frozen_requirements({"traffic": traffic}, {}))


def test_a_million_predictions_a_day() -> None:
    load = load_of(needs(predictions_per_day=1_000_000))
    assert load is not None
    assert load.average == pytest.approx(11.57, abs=0.005)
    assert load.peak == pytest.approx(34.7, abs=0.05)
    assert "assumed" in load.how


def test_the_peak_is_what_is_stated() -> None:
    for traffic, peak in (
        ({"peak_factor": Decimal(5)}, 57.9),
        ({"peak_rps": Decimal(40)}, 40),
        (
            {
                "profile": [
                    {"hours": "0-6", "factor": Decimal("0.4")},
                    {"hours": "6-24", "factor": Decimal(2)},
                ]
            },
            23.1,
        ),
    ):
        load = load_of(needs(predictions_per_day=1_000_000, **traffic))
        assert load is not None
        assert load.peak == pytest.approx(peak, abs=0.06)


def test_without_traffic_there_is_no_load() -> None:
    assert load_of(needs()) is None


def test_machines_of_managed_endpoints_are_those_of_the_fleet() -> None:
    assert cores("aws", "ml.m5.large") == cores("aws", "m5.large") == 2
    assert accelerators("aws", "ml.g5.12xlarge") == accelerators("aws", "g5.12xlarge") == 4
    assert cores("aws", "ml.unheard.of") is None


def test_worked_instances() -> None:
    assert instances_needed(34.7, 25, 0.7) == 2
    assert needed_to_survive_a_zone(34.7, 25, 2, 0.7) == 4
    assert needed_to_survive_a_zone(34.7, 25, 3, 0.7) == 3
    assert left_after_a_zone(4, 2) == 2
    assert from_origin(100, 0.3) == pytest.approx(70)


@given(st.floats(0.1, 1e4), st.floats(0.1, 1e3), st.floats(0.1, 1.0), st.integers(2, 5))
def test_the_zone_rule_is_enough_and_at_least_the_plain_need(
    rps: float, per_instance: float, utilisation: float, zones: int
) -> None:
    total = needed_to_survive_a_zone(rps, per_instance, zones, utilisation)
    needed = instances_needed(rps, per_instance, utilisation)
    assert total >= needed
    assert left_after_a_zone(total, zones) >= needed


@given(st.integers(1, 60), st.integers(1, 5))
def test_a_further_instance_never_lowers_what_is_left(instances: int, zones: int) -> None:
    assert left_after_a_zone(instances + 1, zones) >= left_after_a_zone(instances, zones)
