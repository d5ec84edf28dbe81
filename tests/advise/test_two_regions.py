"""Designs over two regions: clean by themselves, one module called twice, and an answer where one region is none."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mlarchlint.advise.across import Across, asks_for_two
from mlarchlint.advise.assessment import Assessment
from mlarchlint.advise.candidate import ACROSS, FORMS, MANAGED, PURCHASES, Candidate, Second, edges_across
from mlarchlint.advise.evaluation import judged
from mlarchlint.advise.folder import CannotWrite, files_to_write, write_into
from mlarchlint.advise.places import pairs_to_try, zones_in
from mlarchlint.advise.search import Advice, advise
from mlarchlint.advise.space import Space
from mlarchlint.advise.two_regions import described
from mlarchlint.advise.writing import terraform
from mlarchlint.config_layers import config_for, load_config
from mlarchlint.model.truth import Truth
from mlarchlint.pipeline import scan
from mlarchlint.report.advise_text import render_advice_text
from mlarchlint.report.summary import summarise
from tests.advise.requirements import LESSON, config, lesson_with, nothing_required, requirements_with

CLOUDS = tuple(cloud for cloud in ACROSS if ACROSS[cloud])
PLACES = {
    "aws": ("us-east-1", "eu-west-1", "t3.medium"),
    "google": ("us-central1", "europe-west1", "e2-medium"),
    "azure": ("eastus", "westeurope", "Standard_F2s_v2"),
}
WORLD = [
    {"region": "us-east", "share": 0.4},
    {"region": "london", "share": 0.3},
    {"region": "singapore", "share": 0.3},
]
FAST = {"size_gib": 0.4, "service_time_ms": {"p50": 30, "p95": 60}, "cpu_time_ms": 40}
AT_250 = {"slo": {"availability": 99.9, "latency_p95_ms": 250}, "users": WORLD, "model": FAST, "budget": None}
SURVIVE = {"resilience": {"survive_region_loss": True}, "budget": None}


def every_pair(cloud: str) -> Iterator[Candidate]:
    first, second, machine = PLACES[cloud]
    sizes = {"machines": machine, "containers": "2 vCPU, 4 GiB", "functions": "2048 MiB"}
    for form in FORMS[cloud]:
        for edge in edges_across(cloud, form):
            for purchase in PURCHASES[cloud] if form == "machines" else ("on-demand",):
                for cache in (False, True) if form != "functions" else (False,):
                    yield Candidate(
                        cloud,
                        first,
                        sizes[form],
                        2,
                        2,
                        4,
                        edge,
                        purchase,
                        cache,
                        form,
                        second=Second(second, 2, 5),
                    )


def files(candidate: Candidate) -> dict[str, str]:
    needs = nothing_required().requirements
    return terraform(candidate, needs, zones_in(candidate.cloud, candidate.region))


@pytest.mark.parametrize("cloud", CLOUDS)
def test_no_rule_finds_anything_not_even_an_uncertain_one(cloud: str) -> None:
    for candidate in every_pair(cloud):
        found = judged(files(candidate), nothing_required())
        said = [(one.rule, one.subject.address, one.message) for one in found.result.findings]
        assert said == [], candidate
        assert found.result.diagnostics == (), candidate


@pytest.mark.parametrize("cloud", CLOUDS)
def test_one_way_in_leads_to_both_regions_and_leaves_out_what_is_down(cloud: str) -> None:
    for candidate in every_pair(cloud):
        design = judged(files(candidate), nothing_required()).design
        (path,) = design.serving_paths
        assert {fleet.node["region"].text() for fleet in path.fleets} == set(candidate.regions)
        assert path.switch is Truth.YES or len(path.chains) == 1, candidate
        sizes = {fleet.node["region"].text(): (fleet.count.least, fleet.count.most) for fleet in path.fleets}
        assert sizes == dict(zip(candidate.regions, [(2, 4), (2, 5)], strict=True))
        for fleet in path.fleets:
            assert fleet.managed == (candidate.form in MANAGED)
        reach = design.availabilities[0].model.low
        assert reach > 0.9999, candidate


@pytest.mark.parametrize("cloud", CLOUDS)
def test_models_lie_in_both_regions(cloud: str) -> None:
    for candidate in every_pair(cloud):
        design = judged(files(candidate), nothing_required()).design
        for fleet in design.fleets:
            stores = [store for store in design.stores(fleet.node) if store.kind == "object_store"]
            # Of one account for both regions, which may read either of them, or of one for each.
            assert fleet.node["region"].text() in [store["region"].text() for store in stores], candidate
            assert all(store["versioning"].is_true() is Truth.YES for store in stores)
            assert len({store.key for store in design.graph.of_kind("object_store")}) >= 2


@pytest.mark.parametrize("cloud", CLOUDS)
def test_everything_that_one_region_has_is_declared_once_and_used(cloud: str) -> None:
    prefix = {"aws": "aws", "google": "google", "azure": "azurerm"}[cloud]
    for candidate in every_pair(cloud):
        found = files(candidate)
        for within in (False, True):
            part = [text for name, text in found.items() if name.startswith("region/") == within]
            bare = re.sub(r"#.*", "", "\n".join(part))
            blocks = re.findall(r"^locals \{\n(.*?)^\}", bare, re.DOTALL | re.MULTILINE)
            named = {name for block in blocks for name in re.findall(r"^  (\w+) +=", block, re.MULTILINE)}
            variables = re.findall(r'^variable "(\w+)"', bare, re.MULTILINE)
            assert len(set(variables)) == len(variables)
            assert set(re.findall(r"\bvar\.(\w+)", bare)) == set(variables), candidate
            assert set(re.findall(r"\blocal\.(\w+)", bare)) <= named, candidate
            declared = set(re.findall(r'^(resource|data) "(\w+)" "(\w+)"', bare, re.MULTILINE))
            assert len(declared) == len(re.findall(r'^(?:resource|data) "', bare, re.MULTILINE)), candidate
            for data, kind, name in re.findall(rf"(data\.)?\b({prefix}_\w+)\.(\w+)\b", bare):
                assert ("data" if data else "resource", kind, name) in declared, (candidate, kind, name)
        inside = "\n".join(text for name, text in found.items() if name.startswith("region/"))
        outputs = set(re.findall(r'^output "(\w+)"', inside, re.MULTILINE))
        asked = set(re.findall(r"module\.(?:first|second)\.(\w+)", "\n".join(found.values())))
        assert asked == outputs, candidate


@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
@pytest.mark.parametrize("cloud", CLOUDS)
def test_terraform_would_not_format_it_otherwise(cloud: str, tmp_path: Path) -> None:
    for place, candidate in enumerate(every_pair(cloud)):
        write_into(tmp_path / str(place), files(candidate))
    command = ["terraform", "fmt", "-check", "-recursive", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_every_figure_that_is_chosen_for_a_region_has_a_description() -> None:
    for cloud in CLOUDS:
        for candidate in every_pair(cloud):
            inputs = files(candidate)["region/variables.tf"]
            names = re.findall(r'^variable "(\w+)" \{\n  description = "\S', inputs, re.MULTILINE)
            assert re.findall(r'^variable "(\w+)"', inputs, re.MULTILINE) == names
            assert {"region", "least", "most"} <= described() & set(names)


def found(cloud: str, folder: Path, **sections: Any) -> Advice:
    return advise(cloud, config(lesson_with(**sections), folder))


def meets(one: Assessment) -> bool:
    binding = [judgement for judgement in one.judged.judgements if judgement.binding]
    return bool(binding) and all(judgement.met is Truth.YES for judgement in binding)


@pytest.mark.parametrize("cloud", CLOUDS)
def test_the_loss_of_a_region_is_survived(cloud: str, tmp_path: Path) -> None:
    advice = found(cloud, tmp_path, **SURVIVE)
    assert len(advice.best) == 3
    assert advice.regions == ()
    for one in advice.best:
        assert len(set(one.candidate.regions)) == 2
        assert one.candidate.regions in advice.pairs
        assert meets(one)
        # Each of them carries what everybody asks for.
        for capacity in one.judged.design.capacities:
            assert capacity.carried is not None
            assert capacity.origin_peak == pytest.approx(1_000_000 / 86_400 * 3)
            assert capacity.carried >= capacity.origin_peak


@pytest.mark.parametrize("cloud", CLOUDS)
def test_users_in_virginia_london_and_singapore_are_answered_in_250_ms(cloud: str, tmp_path: Path) -> None:
    advice = found(cloud, tmp_path, **AT_250)
    assert advice.best
    assert advice.regions
    for one in advice.best:
        assert len(one.candidate.regions) == 2
        assert {user.serving for user in one.judged.design.latencies} == set(one.candidate.regions)
        assert all(user.cold and user.cold.estimate <= 250 for user in one.judged.design.latencies)


@pytest.mark.parametrize("cloud", CLOUDS)
def test_more_than_a_region_is_designed_for(cloud: str, tmp_path: Path) -> None:
    advice = found(
        cloud, tmp_path, slo={"availability": 99.995, "latency_p95_ms": 1000}, budget=None, users=WORLD
    )
    backed = [one for one in (*advice.best, advice.closest) if one is not None]
    assert backed
    for one in backed:
        assert one.judged.design.availabilities[0].model.low >= 0.99995
        # What nobody owes is said by its own name, and nothing else stands in the way.
        assert {obstacle.rule for obstacle in one.obstacles} <= {"MLA-HA008"}


def test_one_region_is_enough_for_the_lesson() -> None:
    advice = advise("google", config_for(LESSON))
    assert advice.pairs == ()
    assert all(one.candidate.second is None for one in advice.best)


def test_a_budget_that_no_region_keeps_to_is_not_looked_for_in_two(tmp_path: Path) -> None:
    assert found("google", tmp_path, budget={"monthly_usd": 10}).pairs == ()


def test_the_regions_that_are_named_are_tried_alone_and_together(tmp_path: Path) -> None:
    advice = advise("aws", config(lesson_with(budget=None), tmp_path), ["us-east-1", "eu-west-1"], top=10)
    assert advice.regions == ("us-east-1", "eu-west-1")
    assert advice.pairs == (("us-east-1", "eu-west-1"),)
    text = render_advice_text([advice], advice.best)
    assert "(us-east-1, eu-west-1, us-east-1 and eu-west-1)" in text


def test_data_that_may_be_in_one_region_only_stays_there(tmp_path: Path) -> None:
    advice = found("aws", tmp_path, **SURVIVE, data={"residency": {"allowed_regions": ["eu-west-1"]}})
    assert (advice.pairs, advice.regions) == ((), ("eu-west-1",))
    assert advice.closest is not None
    assert any(obstacle.requirement == "loss of a region" for obstacle in advice.closest.obstacles)
    kept = {"residency": {"allowed_regions": ["eu-west-1", "eu-central-1"]}}
    both = found("aws", tmp_path, **SURVIVE, data=kept)
    assert both.best
    assert set(both.best[0].candidate.regions) == {"eu-west-1", "eu-central-1"}
    assert meets(both.best[0])


def test_pairs_are_near_the_users_and_the_first_region_is_that_of_most_of_them() -> None:
    pairs = pairs_to_try("aws", requirements_with(users=WORLD), ())
    assert 1 <= len(pairs) <= 3
    assert ("us-east-1", "ap-southeast-1") in pairs
    alone = pairs_to_try("aws", requirements_with(users=[{"region": "tokyo"}]), ())
    assert all(first == "ap-northeast-1" for first, _ in alone[:1])
    assert all(first != second for first, second in (*pairs, *alone))
    assert pairs_to_try("aws", requirements_with(users=WORLD), ["us-east-1"]) == ()


def test_fleets_are_as_large_as_the_part_of_the_load_that_falls_on_them(tmp_path: Path) -> None:
    users = [{"region": "us-east", "share": 0.9}, {"region": "singapore", "share": 0.1}]
    traffic = {"predictions_per_day": 20_000_000, "peak_factor": 3, "method": "POST"}

    def sizes(**more: Any) -> dict[str, Candidate]:
        needs = config(lesson_with(users=users, traffic=traffic, budget=None, **more), tmp_path)
        space = Across(Space("aws", needs, ()), (("us-east-1", "ap-southeast-1"),))
        shapes = [one for shape in space.shapes() for one in shape if one.form == "machines"]
        return {one.machine: one for one in shapes if one.zones == 2 and one.edge == "records"}

    for machine, one in sizes().items():
        assert one.second is not None
        assert one.least > 3 * one.second.least, machine
        # Either may have to serve everybody: the autoscaler goes as far.
        assert one.second.most > 3 * one.second.least, machine
    for one in sizes(resilience={"survive_region_loss": True}).values():
        assert one.second is not None
        assert (one.least, one.most) == (one.second.least, one.second.most)


@pytest.mark.parametrize(
    ("section", "both"),
    [
        ({"resilience": {"survive_region_loss": True}}, True),
        ({"slo": {"availability": 99.995}}, True),
        ({"slo": {"availability": 99.99}}, False),
        ({"resilience": {"survive_region_loss": False}}, False),
    ],
)
def test_what_one_region_cannot_give_is_not_looked_for_in_one(
    section: dict[str, Any], both: bool, tmp_path: Path
) -> None:
    assert asks_for_two(config(lesson_with(**section), tmp_path).requirements) is both


def test_what_is_written_is_read_back_from_its_folders(tmp_path: Path) -> None:
    needs = tmp_path / "needs.yaml"
    needs.write_text(lesson_with(**SURVIVE), "utf-8")
    advice = advise("aws", config_for(needs), top=1)
    folder = tmp_path / "infra"
    write_into(folder, files_to_write(advice.best[0].files, needs))
    assert sorted(entry.name for entry in folder.iterdir() if entry.is_dir()) == ["region"]
    result = scan([folder], load_config([folder]))
    assert summarise(result).exit_code == 0
    assert result.estimate.monthly == advice.best[0].cost


def test_a_subfolder_is_written_to_as_carefully(tmp_path: Path) -> None:
    design = {"main.tf": "a\n", "region/main.tf": "b\n"}
    outside, stranger, taken = tmp_path / "outside", tmp_path / "stranger", tmp_path / "taken"
    outside.mkdir()
    stranger.mkdir()
    (stranger / "region").symlink_to(outside)
    with pytest.raises(CannotWrite, match="not a plain folder"):
        write_into(stranger, design, force=True)
    assert list(outside.iterdir()) == []
    assert [entry.name for entry in stranger.iterdir()] == ["region"]
    (taken / "region").mkdir(parents=True)
    (taken / "region" / "main.tf").write_text("mine")
    with pytest.raises(CannotWrite, match=r"already holds region/main\.tf"):
        write_into(taken, design)
    (taken / "region" / "old.tf").write_text("")
    with pytest.raises(CannotWrite, match=r"other Terraform files \(region/old\.tf\)"):
        write_into(taken, design, force=True)
    assert not (taken / "main.tf").exists()
    assert (taken / "region" / "main.tf").read_text() == "mine"
