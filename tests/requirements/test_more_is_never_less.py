"""A further zone never lowers availability, a further instance never lowers capacity: on whole designs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlarchlint.design import Design
from mlarchlint.model.truth import Truth
from tests.requirements.designs import NETWORK, design, fleet

_LOAD = "traffic: {{peak_rps: {rps}}}\nmodel: {{throughput_rps: 25}}\nslo: {{availability: 99.9}}"
_ONE_AFTER_ANOTHER = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def built(folder: Path, zones: str, count: int, rps: int | None) -> Design:
    return design(
        folder, NETWORK + fleet(zones, count), _LOAD.format(rps=rps) if rps else "slo: {availability: 99.9}"
    )


@given(st.integers(1, 5), st.sampled_from([None, 10, 40, 90]))
@_ONE_AFTER_ANOTHER
def test_a_further_zone_never_lowers_the_availability_of_a_path(
    tmp_path: Path, count: int, rps: int | None
) -> None:
    """With as many instances in it as in the others."""
    figures = [
        built(tmp_path, zones, count * len(zones), rps).availabilities[0] for zones in ("a", "ab", "abc")
    ]
    for place in (1, 2):
        fewer, more = figures[place - 1], figures[place]
        assert more.model.low >= fewer.model.low - 1e-12
        assert more.contract.low >= fewer.contract.low - 1e-12


@given(st.integers(1, 9), st.sampled_from([10, 40, 90, 200]))
@_ONE_AFTER_ANOTHER
def test_a_further_instance_never_lowers_capacity(tmp_path: Path, count: int, rps: int) -> None:
    (before,) = built(tmp_path, "ab", count, rps).capacities
    (after,) = built(tmp_path, "ab", count + 1, rps).capacities
    assert before.carried is not None
    assert after.carried is not None
    assert after.carried > before.carried
    assert after.enough.value >= before.enough.value
    assert after.enough_without_a_zone.value >= before.enough_without_a_zone.value


def test_the_same_instances_over_two_zones_help_only_where_not_all_are_needed(tmp_path: Path) -> None:
    for rps, better in ((10, True), (40, False)):
        one, two = (built(tmp_path, zones, 2, rps).availabilities[0].model.low for zones in ("a", "ab"))
        assert (two > one) is better


def test_without_a_zone_a_fleet_of_four_carries_what_two_do(tmp_path: Path) -> None:
    (capacity,) = built(tmp_path, "ab", 4, 35).capacities
    assert (capacity.needed, capacity.needed_with_zone_loss, capacity.left) == (2, 4, 2)
    assert capacity.enough_without_a_zone is Truth.YES


def test_a_burstable_fleet_lives_on_credits_without_a_zone(tmp_path: Path) -> None:
    needs = "traffic: {predictions_per_day: 1_000_000}\nmodel: {cpu_time_ms: 40}"
    for count, on_credits in ((4, False), (1, True)):
        (capacity,) = design(tmp_path, NETWORK + fleet("ab", count, machine="t3.medium"), needs).capacities
        assert capacity.throughput is not None
        assert capacity.throughput.rps == pytest.approx(50)
        assert capacity.throughput.sustained == pytest.approx(10)
        assert capacity.on_credits is on_credits


def test_a_stated_utilisation_replaces_the_assumed_one(tmp_path: Path) -> None:
    needs = "traffic: {peak_rps: 50}\nmodel: {throughput_rps: 25}\nassume: {target_utilization: 1}"
    (capacity,) = design(tmp_path, NETWORK + fleet("ab", 4), needs).capacities
    assert (capacity.needed, capacity.needed_with_zone_loss) == (2, 4)
