"""Instances that come too late, cards that nodes do not have, and queues without end."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlarchlint.analysis.capacity import Capacity
from mlarchlint.analysis.scale_out import ScaleOut, scaling_defaults
from mlarchlint.design import Design
from mlarchlint.model.truth import Truth
from tests.requirements.designs import NETWORK, design, design_of, fleet
from tests.test_fixtures import FIXTURES

POLICY = """
resource "aws_autoscaling_policy" "load" {
  name                   = "load"
  autoscaling_group_name = aws_autoscaling_group.model.name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = 70

    predefined_metric_specification {
      predefined_metric_type = "ASGAverageCPUUtilization"
    }
  }
}
"""
NEEDS = "traffic: {{predictions_per_day: 1_000_000, peak_factor: 10, ramp_minutes: {ramp}}}\nmodel: {{throughput_rps: 25, size_gib: {size}}}"


def built(folder: Path, ramp: float = 2, size: float = 10, least: int = 2) -> tuple[Design, Capacity]:
    made = design(folder, NETWORK + fleet("ab", least, 20) + POLICY, NEEDS.format(ramp=ramp, size=size))
    (capacity,) = made.capacities
    return made, capacity


def added(folder: Path, ramp: float = 2, size: float = 10, least: int = 2) -> ScaleOut:
    made, capacity = built(folder, ramp, size, least)
    found = made.scale_out(capacity)
    assert found is not None
    return found


def test_the_worked_example(tmp_path: Path) -> None:
    found = added(tmp_path)
    # 60 + 30 + 10 s at the earliest, 180 + 180 + 50 s at the latest.
    assert (found.low, found.high) == pytest.approx((100, 410))
    assert (found.base, found.full) == pytest.approx((35, 50))
    assert found.growth == pytest.approx(1_000_000 / 86_400 * 9 / 120)
    assert found.in_time is Truth.NO
    assert found.bearable == pytest.approx(15 / 410 * 60)


def test_the_pause_between_additions_is_what_is_pointed_at(tmp_path: Path) -> None:
    policy = """
resource "aws_autoscaling_policy" "load" {
  name                   = "load"
  autoscaling_group_name = aws_autoscaling_group.model.name
  adjustment_type        = "ChangeInCapacity"
  scaling_adjustment     = 1
  cooldown               = 240
}
"""
    made = design(tmp_path, NETWORK + fleet("ab", 2, 20) + policy, NEEDS.format(ramp=2, size=10))
    found = made.scale_out(made.capacities[0])
    assert found is not None
    assert found.at.number() == 240


def test_a_slow_growth_is_followed_and_one_between_is_not_known(tmp_path: Path) -> None:
    assert added(tmp_path, ramp=60).in_time is Truth.YES
    assert added(tmp_path, ramp=30).in_time is Truth.MAYBE


def test_what_runs_at_all_times_and_carries_the_peak_needs_no_one_else(tmp_path: Path) -> None:
    made, capacity = built(tmp_path, least=7)
    assert made.scale_out(capacity) is None


def test_a_profile_gives_a_growth_that_is_shown_and_not_enforced(tmp_path: Path) -> None:
    needs = NEEDS.format(ramp=2, size=10).replace(
        "peak_factor: 10, ramp_minutes: 2",
        "profile: [{hours: 0-6, factor: 0.5}, {hours: 6-20, factor: 10}, {hours: 20-24, factor: 1}]",
    )
    made = design(tmp_path, NETWORK + fleet("ab", 2, 20) + POLICY, needs)
    found = made.scale_out(made.capacities[0])
    assert found is not None
    assert not found.stated
    assert found.growth == pytest.approx(1_000_000 / 86_400 * 9.5 / 3600)


_FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(st.integers(1, 6), st.integers(1, 120), st.integers(0, 40), st.integers(1, 3))
@_FEW
def test_a_larger_model_or_a_faster_growth_is_never_followed_better_and_more_instances_never_worse(
    tmp_path: Path, least: int, ramp: int, size: int, factor: int
) -> None:
    before = added(tmp_path, ramp, size, least).in_time.value
    assert added(tmp_path, ramp / factor, size, least).in_time.value <= before
    assert added(tmp_path, ramp, size * factor, least).in_time.value <= before
    made, capacity = built(tmp_path, ramp, size, least + 1)
    more = made.scale_out(capacity)
    assert more is None or more.in_time.value >= before


def test_every_assumed_start_has_a_lower_and_an_upper_figure() -> None:
    assert all(0 < low <= high for low, high in scaling_defaults().values())


# -- accelerators ---------------------------------------------------------------------------


def test_replicas_count_only_where_nodes_have_the_cards_they_ask_for() -> None:
    few, enough = (
        design_of(FIXTURES / "MLA-SC002" / f"kubernetes-nodes-{cards}-cards").capacities[0]
        for cards in ("without", "with")
    )
    assert few.hosted is not None
    assert (few.fleet.count.most, few.most, few.enough) == (10, 3, Truth.NO)
    assert "at most 3 nodes of aws_eks_node_group.cards with 1 each" in few.hosted.how
    assert (enough.most, enough.enough) == (8, Truth.YES)


@pytest.mark.parametrize(
    ("asked", "machine", "most"),
    [("1", "g5.12xlarge", 12), ("2", "g5.12xlarge", 6), ("2", "g5.xlarge", 0), ("1", "g9.unheard", None)],
)
def test_cards_of_a_node_are_those_of_its_machine_type(
    tmp_path: Path, asked: str, machine: str, most: int | None
) -> None:
    source = FIXTURES / "MLA-SC002" / "kubernetes-nodes-without-cards"
    for name, old, new in (
        ("ranker.yaml", 'gpu: "1"', f'gpu: "{asked}"'),
        ("nodes.tf", "g5.xlarge", machine),
        (".mlarchlint.yaml", "", ""),
    ):
        (tmp_path / name).write_text((source / name).read_text("utf-8").replace(old, new), "utf-8")
    ceiling = design_of(tmp_path).capacities[0].ceiling
    assert (ceiling.most if ceiling else None) == most


# -- saturation -----------------------------------------------------------------------------


def test_a_fleet_that_is_full_at_the_peak_is_saturated(tmp_path: Path) -> None:
    for rps, saturated in ((40, False), (48, True), (90, True)):
        needs = f"traffic: {{peak_rps: {rps}}}\nmodel: {{throughput_rps: 25, service_time_ms: {{p95: 120}}}}\nusers: [{{region: london}}]"
        made = design(tmp_path, NETWORK + fleet("ab", 2), needs)
        assert made.capacities[0].saturated is saturated
        queue = next(part for part in made.latencies[0].parts if part.name == "queue")
        assert ("saturated" in queue.how) is saturated
