"""p95 latency by user region: worked values, what a CDN and a second region change, monotony."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlarchlint.analysis.geography import metro_of, metros, round_trip
from mlarchlint.analysis.latency import UserLatency
from mlarchlint.analysis.latency_math import (
    Delay,
    added,
    fitted_rtt,
    great_circle_km,
    miss_quantile,
    quantile,
    waiting_ms,
)
from mlarchlint.model.truth import Truth
from mlarchlint.prices import embedded
from tests.requirements.designs import CDN, NETWORK, design, fleet

USERS = """
slo: {latency_p95_ms: 500}
model: {service_time_ms: {p95: 120}}
users:
  - {region: London}
  - {region: frankfurt}
  - {region: ap-northeast-1}
  - {region: Australia East}
  - {region: singapore}
"""


def seen(folder: Path, terraform: str, needs: str = USERS) -> dict[str, UserLatency]:
    return {user.region: user for user in design(folder, terraform, needs).latencies}


@pytest.mark.parametrize(
    ("region", "cold", "verdict"),
    [
        ("London", 362, Truth.YES),
        ("frankfurt", 413, Truth.YES),
        ("ap-northeast-1", 617, Truth.NO),
        ("Australia East", 740, Truth.NO),
        ("singapore", 809, Truth.NO),
    ],
)
def test_straight_to_a_load_balancer_in_virginia(
    tmp_path: Path, region: str, cold: float, verdict: Truth
) -> None:
    user = seen(tmp_path, NETWORK + fleet("ab", 4))[region]
    assert user.cold is not None
    assert user.cold.lower == pytest.approx(cold)
    assert user.cold.lower <= user.cold.estimate <= user.cold.upper
    assert user.within(500) is verdict


def test_a_connection_that_is_reused_saves_two_round_trips(tmp_path: Path) -> None:
    users = seen(tmp_path, NETWORK + fleet("ab", 4)).values()
    warm = [user.warm.lower for user in users if user.warm is not None]
    assert (min(warm), max(warm)) == (pytest.approx(202), pytest.approx(351))


def test_connections_that_end_at_an_edge_bring_all_within_the_target(tmp_path: Path) -> None:
    users = seen(tmp_path, NETWORK + fleet("ab", 4) + CDN)
    cold = {region: user.cold.lower for region, user in users.items() if user.cold is not None}
    assert cold["London"] == pytest.approx(262)
    assert cold["singapore"] == pytest.approx(411)
    assert all(user.within(500) is Truth.YES for user in users.values())


def test_a_second_region_is_named_with_what_it_brings(tmp_path: Path) -> None:
    user = seen(tmp_path, NETWORK + fleet("ab", 4))["singapore"]
    assert user.second == ("ap-southeast-1", pytest.approx(3 * 5 + 122))


def test_a_second_region_is_one_where_data_may_be(tmp_path: Path) -> None:
    needs = USERS + "data: {residency: {allowed_regions: [us-east-1, eu-west-2]}}"
    user = seen(tmp_path, NETWORK + fleet("ab", 4), needs)["singapore"]
    assert user.second is not None
    assert user.second[0] == "eu-west-2"


def test_answers_to_post_do_not_come_from_a_cdn(tmp_path: Path) -> None:
    posted, fetched = (
        USERS + f"traffic: {{predictions_per_day: 1000, method: {method}, cacheable: 0.97}}"
        for method in ("POST", "GET")
    )
    terraform = NETWORK + fleet("ab", 4) + CDN
    post, get = seen(tmp_path, terraform, posted)["London"], seen(tmp_path, terraform, fetched)["London"]
    assert post.cold is not None
    assert get.cold is not None
    assert post.cold.lower == pytest.approx(262)
    assert get.cold.lower == pytest.approx(60)


def test_measured_steps_replace_the_assumed_ones(tmp_path: Path) -> None:
    measured = (
        USERS + "assume: {latency_ms: {load_balancer: {p50: 11, p95: 14}, edge_rtt: {p50: 8, p95: 10}}}"
    )
    user = seen(tmp_path, NETWORK + fleet("ab", 4) + CDN, measured)["London"]
    assert user.cold is not None
    assert user.cold.lower == pytest.approx(3 * 10 + 80 + 11 + 1 + 120)


def test_without_the_model_s_time_there_is_no_figure(tmp_path: Path) -> None:
    user = seen(tmp_path, NETWORK + fleet("ab", 4), "users: [{region: london}]")["london"]
    assert user.cold is None
    assert user.within(500) is Truth.MAYBE
    assert "service_time_ms" in user.why


def test_waiting_grows_with_use() -> None:
    # One server: M/M/1 waits s * rho / (1 - rho).
    assert waiting_ms(100, 1, 0.5) == pytest.approx(100)
    assert waiting_ms(100, 4, 0.7) < waiting_ms(100, 4, 0.8)
    assert waiting_ms(100, 5, 0.7) < waiting_ms(100, 4, 0.7)
    assert waiting_ms(100, 4, 1.0) == float("inf")


def test_which_misses_are_the_slowest_of_all() -> None:
    assert miss_quantile(0.5) == pytest.approx(0.9)
    assert miss_quantile(0.8) == pytest.approx(0.75)
    assert miss_quantile(0.95) is None
    assert quantile(60, 120, 0.95) == pytest.approx(120)


def test_bounds_of_a_sum() -> None:
    total = added([Delay("a", 10, 40), Delay("b", 60, 100)])
    assert (total.lower, total.estimate, total.upper) == (70, pytest.approx(120), 140)


def test_every_region_is_near_itself_and_places_are_found_in_any_spelling() -> None:
    names = ("West Europe", "westeurope", "west-europe", "europe-west4")
    assert len({metro_of(name) for name in names}) == 1
    assert metro_of("atlantis") is None
    for metro in metros().values():
        assert round_trip(metro, metro).ms == 5


def test_regions_with_prices_have_a_place() -> None:
    """Two cities of AWS have no region of Azure that could stand for them; a local zone is no region."""
    without = {name for name in embedded().regions("aws") if metro_of(name) is None}
    assert without == {"ap-southeast-7", "ca-west-1", "us-west-2-lax-1"}


def test_pairs_outside_the_table_are_fitted_to_the_distance() -> None:
    assert fitted_rtt(10_000) == pytest.approx(24.5 + 157)
    assert fitted_rtt(500) == pytest.approx(9)
    poland, norway = metros()["Poland Central"], metros()["Norway East"]
    assert great_circle_km(poland.place, norway.place) == pytest.approx(1060, rel=0.03)
    assert "fitted" in round_trip(poland, norway).how


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(0, 500)), min_size=1, max_size=6))
def test_a_longer_part_never_makes_a_sum_shorter(figures: list[tuple[float, float]]) -> None:
    parts = [Delay(str(n), p50, p50 + more) for n, (p50, more) in enumerate(figures)]
    before, after = added(parts), added([*parts, Delay("more", 1, 2)])
    assert before.lower <= before.estimate + 1e-9
    assert before.estimate <= before.upper + 1e-6
    assert after.lower >= before.lower
    assert after.upper >= before.upper


def test_a_queue_is_not_why_a_target_cannot_be_met_at_all() -> None:
    parts = (Delay("network to us-east-1", 300, 300), Delay("queue", 400, 1200), Delay("model", 100, 200))
    near, far = (
        UserLatency("x", None, "", parts, added(parts, [Delay("all", ms, 0)]), None) for ms in (400, 600)
    )
    assert far.within(500) is Truth.NO
    assert far.largest(500).name == "network to us-east-1"
    assert near.within(500) is Truth.MAYBE
    assert near.largest(500).name == "queue"
