"""The lesson's exercise, solved: a million predictions a day, 99.9 %, 500 ms all over the world, $500 a month."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import pytest

from mlarchlint.advise.assessment import Assessment, assess
from mlarchlint.advise.candidate import CLOUDS, Candidate
from mlarchlint.advise.search import Advice, advise, ranked
from mlarchlint.analysis.load import instances_needed, needed_to_survive_a_zone
from mlarchlint.model.truth import Truth
from mlarchlint.report.advise_text import render_advice_text
from tests.advise.requirements import lesson, requirements_with

# 1,000,000 / 86,400 x 3; two virtual CPUs and 40 ms of processor time a prediction.
PEAK, RPS = 1_000_000 / 86_400 * 3, 2 * 1000 / 40
OF_ZONES = Candidate("aws", "us-east-1", "c7i.large", 2, 2, 4, "cdn-failover")


@lru_cache(maxsize=3)
def found(cloud: str) -> Advice:
    return advise(cloud, lesson())


def obstacles(one: Assessment) -> set[str]:
    return {obstacle.rule or obstacle.requirement for obstacle in one.obstacles}


@pytest.mark.parametrize("cloud", CLOUDS)
def test_three_designs_meet_everything_on_each_cloud(cloud: str) -> None:
    best = found(cloud).best
    assert len(best) == 3
    for one in best:
        binding = [judgement for judgement in one.judged.judgements if judgement.binding]
        assert len(binding) >= 7
        assert all(judgement.met is not Truth.NO for judgement in binding)
        assert not one.open
        assert [finding for finding in one.judged.findings if finding.severity.rank > 0] == []
        assert all(
            user.cold is not None and user.cold.estimate <= 500 for user in one.judged.design.latencies
        )
        assert len(one.judged.design.latencies) == 3


@pytest.mark.parametrize("cloud", CLOUDS)
def test_they_stay_within_the_budget_and_everything_is_priced(cloud: str) -> None:
    for one in found(cloud).best:
        assert not one.gaps
        assert 0 < one.cost.high <= 500
    assert [one.order for one in found(cloud).best] == sorted(one.order for one in found(cloud).best)


def test_what_is_not_priced_is_said_and_stands_behind_what_is() -> None:
    away = advise("aws", lesson(), ["ca-central-1"])
    assert all(one.gaps for one in away.best)
    everything = ranked([away, found("azure")])
    gaps = [len(one.gaps) for one in everything]
    assert gaps == sorted(gaps)
    assert everything[0].candidate.cloud == "azure"
    assert "load balancer capacity units" in render_advice_text([away], away.best)


@pytest.mark.parametrize("cloud", CLOUDS)
def test_fleets_are_as_large_as_the_load_asks_for(cloud: str) -> None:
    for one in found(cloud).best:
        (capacity,) = one.judged.design.capacities
        if one.candidate.form == "containers":
            # One request at a time for each virtual CPU, 60 ms each.
            cpus = int(one.candidate.machine[0])
            assert capacity.needed == instances_needed(PEAK, cpus * 1000 / 60, 1.0)
            assert one.candidate.most == 2 * capacity.needed
            continue
        assert capacity.needed == instances_needed(PEAK, RPS, 0.7) == 1
        zones = one.candidate.zones
        assert one.candidate.least == max(2, needed_to_survive_a_zone(PEAK, RPS, zones, 0.7))
        assert one.candidate.most > one.candidate.least


@pytest.mark.parametrize("cloud", CLOUDS)
def test_the_next_cheaper_design_costs_less_and_fails(cloud: str) -> None:
    advice = found(cloud)
    cheaper = advice.next_cheaper
    assert cheaper is not None
    assert cheaper.cost.high < advice.best[0].cost.high
    assert cheaper.obstacles
    assert advice.closest is None


def test_functions_owe_less_than_the_lesson_asks_for_and_are_an_answer_where_less_is_asked() -> None:
    functions = Candidate("aws", "us-east-1", "2048 MiB", 3, 1, 16, "api-cdn-failover", form="functions")
    assert obstacles(assess(functions, lesson())) == {"MLA-HA008"}
    # 0.9995 of the gateway times 0.9995 of the functions, whichever way requests come in.
    less = replace(
        lesson(), requirements=requirements_with(slo={"availability": 99.8, "latency_p95_ms": 500})
    )
    assert obstacles(assess(functions, less)) == set()
    assert obstacles(assess(replace(functions, edge="api"), less)) >= {"MLA-PE001"}


def test_functions_cost_least_where_little_is_asked_of_them() -> None:
    few = requirements_with(
        slo={"availability": 99.8, "latency_p95_ms": 500},
        traffic={"predictions_per_day": 50_000, "peak_factor": 3, "method": "POST"},
    )
    best = advise("aws", replace(lesson(), requirements=few), ["us-east-1"]).best
    assert best[0].candidate.form == "functions"
    (capacity,) = best[0].judged.design.capacities
    assert capacity.needed == 1
    assert capacity.most == best[0].candidate.most == 12


def test_containers_are_an_answer_on_google_cloud() -> None:
    assert {one.candidate.form for one in found("google").best} == {"machines", "containers"}


def test_one_zone_is_not_available_enough() -> None:
    one = assess(replace(OF_ZONES, zones=1), lesson())
    assert {"MLA-HA001", "MLA-HA004"} <= obstacles(one)


def test_without_an_edge_singapore_waits_too_long() -> None:
    one = assess(replace(OF_ZONES, edge="direct"), lesson())
    assert "MLA-PE001" in obstacles(one)
    assert any("apac-se" in obstacle.requirement for obstacle in one.obstacles)


def test_the_level_of_the_cdn_needs_a_way_around_it() -> None:
    assert obstacles(assess(replace(OF_ZONES, edge="cdn"), lesson())) == {"MLA-HA008"}
    assert obstacles(assess(OF_ZONES, lesson())) == set()


def test_a_fleet_that_lacks_instances_alone_gets_more_of_them() -> None:
    small = assess(replace(OF_ZONES, least=1, most=2), lesson())
    assert (small.candidate.least, small.candidate.most) == (3, 4)
    assert obstacles(small) == set()


def test_the_advice_is_the_same_each_time() -> None:
    again = advise("google", lesson())
    before = found("google")
    assert render_advice_text([again], ranked([again])) == render_advice_text([before], ranked([before]))
    assert [one.files for one in again.best] == [one.files for one in before.best]


def test_what_is_left_without_a_zone_is_said_in_words() -> None:
    advice = found("aws")
    text = render_advice_text([advice], ranked([advice]))
    assert "1 of 2 instances left, 1 needed: 1% to" in text
    one_zone = assess(replace(OF_ZONES, zones=1), lesson())
    lost = next(obstacle for obstacle in one_zone.obstacles if obstacle.requirement == "loss of a zone")
    assert lost.why == "0 of 2 instances are left, 1 instance required"
    assert not any(line.endswith("-") for line in text.splitlines())
