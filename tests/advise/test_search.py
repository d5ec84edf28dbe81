"""What requirements do to the space of designs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlarchlint.advise.assessment import assess
from mlarchlint.advise.candidate import CLOUDS, EDGES, FORMS, Candidate, edges_of
from mlarchlint.advise.machines import (
    containers_for,
    endpoints_for,
    functions_for,
    machines_for,
    memory_of,
    on_arm,
    size_of,
)
from mlarchlint.advise.places import regions_to_try
from mlarchlint.advise.search import advise, main_obstacle
from mlarchlint.advise.space import Space, size_for
from mlarchlint.config import Config
from mlarchlint.report.advise_rows import title
from mlarchlint.report.advise_text import render_advice_text
from tests.advise.requirements import config, lesson_with


def needs(folder: Path, **sections: Any) -> Config:
    return config(lesson_with(**sections), folder)


def test_regions_are_near_the_users_and_where_data_may_be(tmp_path: Path) -> None:
    japan = needs(tmp_path, users=[{"region": "tokyo"}]).requirements
    assert regions_to_try("aws", japan, ())[0] == "ap-northeast-1"
    assert regions_to_try("google", japan, ())[0] == "asia-northeast1"
    kept = needs(tmp_path, data={"residency": {"allowed_regions": ["eu-west-1", "northeurope"]}}).requirements
    assert regions_to_try("aws", kept, ()) == ("eu-west-1",)
    assert regions_to_try("azure", kept, ()) == ("northeurope",)
    assert regions_to_try("google", kept, ()) == ()
    assert regions_to_try("aws", kept, ("us-east-1",)) == ()


def test_without_users_the_usual_region_is_tried(tmp_path: Path) -> None:
    nowhere = needs(tmp_path, users=None).requirements
    assert regions_to_try("google", nowhere, ()) == ("us-central1",)


def test_machines_hold_the_model_twice(tmp_path: Path) -> None:
    small = dict(machines_for("aws", "us-east-1", needs(tmp_path).requirements))
    assert "t3.medium" in small
    large = dict(machines_for("aws", "us-east-1", needs(tmp_path, model={"size_gib": 20}).requirements))
    assert large
    assert not {"t3.medium", "c7i.2xlarge", "m7i.2xlarge"} & set(large)
    assert all(name.startswith(("m7i.4", "r7i.", "m7g.4", "r7g.")) for name in large)


def test_accelerators_are_proposed_where_the_model_was_measured_on_one(tmp_path: Path) -> None:
    measured = needs(tmp_path, model={"instance": "g4dn.xlarge", "throughput_rps": 50}).requirements
    for cloud, region in (("aws", "us-east-1"), ("google", "us-central1"), ("azure", "eastus")):
        found = [name for name, _ in machines_for(cloud, region, measured)]
        assert found
        assert all(name.startswith(("g6", "g2-", "a2-", "Standard_NC", "Standard_NV")) for name in found)


def test_burstable_machines_need_a_sustained_rate_that_is_known(tmp_path: Path) -> None:
    def machines(**sections: Any) -> set[str]:
        space = Space("aws", needs(tmp_path, **sections), ("us-east-1",))
        return {one.machine for shape in space.shapes() for one in shape}

    assert "t3.medium" in machines()
    assert not any(name.startswith("t3") for name in machines(model={"throughput_rps": 25}))
    # Ten times the load is more than what two zones of them earn credits for.
    busy = machines(traffic={"predictions_per_day": 10_000_000, "peak_factor": 1})
    assert not any(name.startswith("t3.medium") for name in busy)


def test_without_a_throughput_the_load_is_said_to_be_open(tmp_path: Path) -> None:
    advice = advise("azure", needs(tmp_path, model={"service_time_ms": {"p50": 60, "p95": 120}}), top=1)
    (best,) = advice.best
    assert (best.candidate.least, best.candidate.most) == (2, 4)
    assert any(text.startswith("peak load") for text in best.open)
    assert size_for(None, 3, None) == (3, 6)


@pytest.mark.parametrize(
    ("sections", "requirement"),
    [
        ({"budget": {"monthly_usd": 20}}, "budget of the design"),
        ({"slo": {"availability": 99.9, "latency_p95_ms": 90}}, "latency p95 from"),
        ({"slo": {"availability": 99.999}}, "availability (engineering)"),
        (
            {
                "resilience": {"survive_region_loss": True},
                "data": {"residency": {"allowed_regions": ["us-east4"]}},
            },
            "loss of a region",
        ),
    ],
)
def test_where_nothing_is_enough_the_obstacle_is_named(
    sections: dict[str, Any], requirement: str, tmp_path: Path
) -> None:
    advice = advise("google", needs(tmp_path, **sections))
    assert advice.best == ()
    assert advice.next_cheaper is None
    assert advice.closest is not None
    assert main_obstacle(advice.closest).requirement.startswith(requirement)


def test_containers_hold_the_model_and_stand_for_no_accelerator(tmp_path: Path) -> None:
    assert containers_for("google", needs(tmp_path).requirements)[0] == "1 vCPU, 2 GiB"
    assert containers_for("google", needs(tmp_path, model={"size_gib": 3}).requirements)[0] == "4 vCPU, 8 GiB"
    measured = {"instance": "g4dn.xlarge", "throughput_rps": 50}
    assert containers_for("google", needs(tmp_path, model=measured).requirements) == ()
    assert size_of("4 vCPU, 8 GiB") == (4, 8)


def test_containers_on_azure_are_two_at_least_and_no_larger_than_it_sells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mlarchlint.advise.space.sold_in", lambda *_: True)
    space = Space("azure", needs(tmp_path), ("eastus",))
    found = [one for shape in space.shapes() for one in shape if one.form == "containers"]
    assert {one.edge for one in found} == {"gateway", "frontdoor"}
    assert {one.least for one in found} == {2}
    assert all(one.most >= 4 for one in found)
    large = needs(tmp_path, model={"size_gib": 5}).requirements
    assert containers_for("azure", large) == ()
    assert containers_for("google", large) == ("8 vCPU, 16 GiB",)


def test_a_private_link_to_containers_is_paid_by_the_hour(tmp_path: Path) -> None:
    one = Candidate("azure", "eastus", "1 vCPU, 2 GiB", 3, 2, 6, "frontdoor", form="containers")
    required = needs(tmp_path, budget={"monthly_usd": 5000})
    linked, behind_a_gateway = assess(one, required), assess(replace(one, edge="gateway"), required)
    assert [gap.name for gap in linked.gaps] == ["plan management"]
    assert behind_a_gateway.gaps == ()
    assert linked.obstacles == ()


def test_an_endpoint_has_the_machines_that_the_load_and_the_zones_ask_for(tmp_path: Path) -> None:
    near = needs(tmp_path, users=[{"region": "us-east"}])
    space = Space("aws", near, ("us-east-1",))
    found = [one for shape in space.shapes() for one in shape if one.form == "endpoints"]
    assert {one.edge for one in found} == {"api", "api-cdn-failover"}
    assert not any(one.cache or one.committed for one in found)
    # 34.7 requests a second at the peak, 50 of one machine with two processors.
    (best,) = [one for one in found if (one.machine, one.zones, one.edge) == ("ml.m5.large", 2, "api")]
    assert (best.least, best.most) == (2, 4)
    one = assess(best, near)
    assert (one.obstacles, one.open) == ((), ())
    (capacity,) = one.judged.design.capacities
    assert (capacity.running, capacity.left, capacity.needed) == (2, 1, 1)
    assert "requests_at_once  = 1.4" in one.files["design.tf"]
    # The level of the gateway and of the endpoint, one after the other.
    (path,) = one.judged.design.availabilities
    assert path.contract.low == pytest.approx(0.9995**2)
    assert "endpoint of 2 to 4 x ml.m5.large" in title(one)
    assert not list(Space("google", near, ("us-east4",))._of_endpoints("us-east4", 2))


def test_endpoints_hold_the_model_and_have_its_accelerator(tmp_path: Path) -> None:
    large = needs(tmp_path, model={"size_gib": 10}).requirements
    assert [name for name, _ in endpoints_for("aws", "us-east-1", large)] == [
        "ml.m5.2xlarge",
        "ml.c5.4xlarge",
    ]
    measured = needs(tmp_path, model={"instance": "g5.xlarge", "throughput_rps": 50}).requirements
    assert endpoints_for("aws", "us-east-1", measured)[0][0] == "ml.g6.2xlarge"
    assert endpoints_for("azure", "eastus", large) == ()


def test_functions_hold_the_model_and_stand_for_no_accelerator(tmp_path: Path) -> None:
    assert functions_for(needs(tmp_path).requirements)[0] == "2048 MiB"
    assert functions_for(needs(tmp_path, model={"size_gib": 3}).requirements)[0] == "8192 MiB"
    assert functions_for(needs(tmp_path, model={"size_gib": 5}).requirements) == ()
    measured = {"instance": "g4dn.xlarge", "throughput_rps": 50}
    assert functions_for(needs(tmp_path, model=measured).requirements) == ()
    assert memory_of("8192 MiB") == 8192


def test_arm_is_proposed_beside_x86_and_not_for_what_was_measured_on_x86(tmp_path: Path) -> None:
    def machines(**sections: Any) -> set[str]:
        space = Space("aws", needs(tmp_path, **sections), ("us-east-1",))
        return {one.machine for shape in space.shapes() for one in shape if one.form == "machines"}

    proposed = machines()
    assert {on_arm("aws", name) for name in proposed} == {False, True}
    measured = machines(model={"instance": "c7i.large", "throughput_rps": 50})
    assert measured
    assert not any(on_arm("aws", name) for name in measured)
    free = {"monthly_usd": 500, "commitments": {"term": "none"}}
    shown = advise("aws", needs(tmp_path, budget=free), ["us-east-1"], top=2).best
    assert [on_arm("aws", one.candidate.machine) for one in shown] == [True, False]
    assert 'architecture  = "arm64"' in shown[0].files["design.tf"]
    assert 'architecture  = "x86_64"' in shown[1].files["design.tf"]


@pytest.mark.parametrize(
    ("cloud", "region", "measured", "image"),
    [
        ("google", "us-central1", "c4a-standard-2", 'architecture     = "arm64"'),
        ("azure", "eastus", "Standard_D2ps_v6", 'architecture  = "Arm64"'),
    ],
)
def test_what_was_measured_on_arm_runs_on_arm(
    cloud: str, region: str, measured: str, image: str, tmp_path: Path
) -> None:
    required = needs(tmp_path, model={"instance": measured, "throughput_rps": 50})
    assert {on_arm(cloud, name) for name, _ in machines_for(cloud, region, required.requirements)} == {True}
    best = advise(cloud, required, [region], top=1).best[0]
    assert image in best.files["design.tf"]
    # Axion machines start from no other disks.
    assert ("hyperdisk-balanced" in best.files["design.tf"]) == (cloud == "google")


def test_no_entry_is_left_without_a_form() -> None:
    for cloud in CLOUDS:
        entries = [edge for form in FORMS[cloud] for edge in edges_of(cloud, form)]
        assert set(entries) == set(EDGES[cloud])


def test_a_budget_holds_for_the_high_figure_also_where_costs_have_no_price(tmp_path: Path) -> None:
    advice = advise("azure", needs(tmp_path, budget={"monthly_usd": 200}), ["northeurope"])
    assert advice.best == ()
    assert advice.closest is not None
    assert advice.closest.gaps
    assert any("up to $" in obstacle.why for obstacle in advice.closest.obstacles)


def test_a_cache_is_proposed_where_inputs_repeat(tmp_path: Path) -> None:
    traffic = {"predictions_per_day": 1_000_000, "method": "POST", "cacheable": 0.4}
    space = Space("aws", needs(tmp_path, traffic=traffic), ("us-east-1",))
    assert {one.cache for shape in space.shapes() for one in shape} == {False, True}


@pytest.mark.parametrize(
    "sections",
    [
        {"model": {"size_gib": 2000}},
        {"traffic": {"predictions_per_day": 10**12}, "model": {"cpu_time_ms": 900}},
    ],
)
def test_what_is_too_large_is_not_tried_and_that_is_said(sections: dict[str, Any], tmp_path: Path) -> None:
    advice = advise("google", needs(tmp_path, **sections))
    assert advice.tried == 0
    text = render_advice_text([advice], ())
    assert "nothing that is known holds the model and carries the load" in text


def test_nothing_is_tried_where_no_region_is_allowed(tmp_path: Path) -> None:
    kept = needs(tmp_path, data={"residency": {"allowed_regions": ["eu-west-1"]}})
    advice = advise("google", kept)
    assert (advice.best, advice.closest, advice.tried, advice.regions) == ((), None, 0, ())
