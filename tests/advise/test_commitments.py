"""The least size committed to for a year: where the catalog has its price, and where that is not ruled out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mlarchlint.advise.assessment import assess
from mlarchlint.advise.candidate import CLOUDS, Candidate
from mlarchlint.advise.commitments import FLEETS, costs_less_committed, term_to_try, usage_of
from mlarchlint.advise.folder import files_to_write, write_into
from mlarchlint.advise.search import advise
from mlarchlint.advise.space import Space
from mlarchlint.advise.writing import terraform
from mlarchlint.analysis.cost_usage import HOURS
from mlarchlint.config_layers import load_config
from mlarchlint.pipeline import scan
from mlarchlint.prices import embedded
from mlarchlint.report.advise_text import render_advice_text
from tests.advise.requirements import LESSON, config, lesson, lesson_with, requirements_with
from tests.cli.runner import run

FLEET = Candidate("google", "us-east4", "e2-standard-2", 2, 2, 4, "global")
COMMITTED = replace(FLEET, committed="1y")


def test_what_is_committed_to_is_paid_all_month_and_the_rest_on_demand() -> None:
    month = embedded().price("google", "us-east4", "gce-commit-1y", "e2-standard-2")
    hour = embedded().price("google", "us-east4", "gce", "e2-standard-2")
    assert month is not None
    assert hour is not None
    before, after = assess(FLEET, lesson()), assess(COMMITTED, lesson())
    saved = 2 * (HOURS * hour.price - month.price)
    assert before.cost.low - after.cost.low == saved > 0
    assert before.cost.high - after.cost.high == saved
    assert after.obstacles == before.obstacles == ()
    # Nobody is told to commit to what is committed to.
    assert not any("without a commitment" in text for text in after.advice)


@pytest.mark.parametrize(
    ("stated", "term"),
    [
        (None, "1y"),
        ({"term": "none"}, ""),
        ({"coverage": 0}, ""),
        ({"coverage": 0.8, "term": "1y"}, ""),
        ({"term": "3y"}, "3y"),
    ],
)
def test_the_requirements_say_whether_commitments_are_wanted(
    stated: dict[str, Any] | None, term: str
) -> None:
    budget = {"monthly_usd": 500, **({"commitments": stated} if stated else {})}
    needs = requirements_with(budget=budget)
    assert term_to_try(needs) == term
    space = Space("google", replace(lesson(), requirements=needs), ("us-east4",))
    proposed = {one.committed for shape in space.shapes() for one in shape}
    assert proposed == ({"", term} if term else {""})


@pytest.mark.parametrize("cloud", CLOUDS)
def test_only_published_prices_count(cloud: str) -> None:
    known = {"aws": ("us-east-1", "t3.medium"), "google": ("us-east4", "e2-standard-2")}
    region, machine = known.get(cloud, ("westeurope", "Standard_D2s_v5"))
    assert costs_less_committed(cloud, region, machine, "1y")
    assert not costs_less_committed(cloud, region, "c7i.large", "1y")
    assert not costs_less_committed(cloud, region, machine, "5y")


def _between(candidate: Candidate) -> int:
    """A budget that the design misses and meets once it is committed to."""
    dearer = assess(candidate, lesson()).cost.high
    cheaper = assess(replace(candidate, committed="1y"), lesson()).cost.high
    assert cheaper < dearer
    return int((cheaper + dearer) / 2)


def test_a_budget_that_only_a_commitment_meets_finds_a_design(tmp_path: Path) -> None:
    best = advise("google", lesson(), ["us-east4"]).best
    cheapest = next(one for one in best if one.candidate.form == "machines")
    budget = _between(replace(cheapest.candidate, committed=""))
    text = lesson_with(budget={"monthly_usd": budget})
    found = advise("google", config(text, tmp_path), ["us-east4"])
    assert found.best
    machines = [one.candidate for one in found.best if one.candidate.form == "machines"]
    assert machines
    assert {one.committed for one in machines} == {"1y"}
    assert "2 committed for one year" in " ".join(render_advice_text([found], found.best).split())
    against = lesson_with(budget={"monthly_usd": budget, "commitments": {"term": "none"}})
    refused = advise("google", config(against, tmp_path), ["us-east4"])
    assert all(one.candidate.form != "machines" for one in refused.best)


def test_one_of_the_designs_shown_binds_nobody(tmp_path: Path) -> None:
    for top in (2, 3):
        best = advise("google", lesson(), ["us-east4"], top=top).best
        assert any(not one.candidate.committed for one in best)
    # With one alone, the cheapest.
    assert advise("azure", lesson(), ["westeurope"], top=1).best


def test_a_written_folder_tells_the_estimate_what_is_committed_to(tmp_path: Path) -> None:
    one = assess(COMMITTED, lesson())
    files = files_to_write(one.files, LESSON, usage_of(one.candidate))
    assert "2 x e2-standard-2 are committed to for one year" in files["design.tf"]
    assert (
        f"  {FLEETS['google']}: {{committed_instances: 2, committed_term: 1y}}" in files[".mlarchlint.yaml"]
    )
    write_into(tmp_path, files)
    result = scan([tmp_path], load_config([tmp_path]))
    assert result.estimate.monthly == one.cost
    assert result.diagnostics == ()
    for command in ("scan", "check"):
        assert run(command, str(tmp_path)).exit_code == 0
    assert "committed to (1y)" in run("cost", str(tmp_path)).stdout


def test_what_is_not_committed_to_is_written_as_before() -> None:
    files = files_to_write(terraform(FLEET, lesson().requirements, ("us-east4-a", "us-east4-b")), LESSON)
    assert files[".mlarchlint.yaml"] == "# What the design is judged by.\nrequirements: requirements.yaml\n"
    assert "committed" not in files["design.tf"]
    assert usage_of(FLEET) == {}


def test_a_steady_fleet_that_costs_much_is_said_to_save_by_a_commitment() -> None:
    rich = replace(lesson(), requirements=requirements_with(budget={"monthly_usd": 50_000}))
    large = replace(FLEET, machine="e2-standard-16", least=2, most=4)
    assert any("without a commitment" in text for text in assess(large, rich).advice)
    assert not any("commitment" in text for text in assess(replace(large, committed="1y"), rich).advice)
    assert Decimal(0) < assess(large, rich).cost.high
