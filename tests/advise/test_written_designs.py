"""Every design that can be written is clean by itself: by all rules, and as Terraform formats it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mlarchlint.advise.candidate import CLOUDS, FORMS, MANAGED, PURCHASES, Candidate, edges_of
from mlarchlint.advise.evaluation import judged
from mlarchlint.advise.folder import CONFIG, CannotWrite, files_to_write, write_into
from mlarchlint.advise.places import regions_known, zones_in
from mlarchlint.advise.writing import service_name, terraform
from mlarchlint.analysis.geography import metro_of
from mlarchlint.prices import embedded
from mlarchlint.requirements import frozen_requirements
from tests.advise.requirements import LESSON, nothing_required

PLACES = {
    "aws": ("us-east-1", "c7i.large"),
    "google": ("us-central1", "e2-standard-2"),
    "azure": ("eastus", "Standard_F2s_v2"),
}


ARM = {"aws": "c7g.large", "google": "c4a-standard-2", "azure": "Standard_D2ps_v6"}


def every_design(cloud: str) -> Iterator[Candidate]:
    region, machine = PLACES[cloud]
    sizes = {
        "machines": machine,
        "containers": "2 vCPU, 4 GiB",
        "functions": "2048 MiB",
        "endpoints": "ml.m5.large",
    }
    for form in FORMS[cloud]:
        for edge in edges_of(cloud, form):
            for purchase in PURCHASES[cloud] if form == "machines" else ("on-demand",):
                for cache in (False, True) if form not in ("functions", "endpoints") else (False,):
                    yield Candidate(cloud, region, sizes[form], 2, 2, 4, edge, purchase, cache, form)
    yield Candidate(cloud, region, ARM[cloud], 2, 2, 4, edges_of(cloud, "machines")[0])


def files(candidate: Candidate) -> dict[str, str]:
    needs = nothing_required().requirements
    return terraform(candidate, needs, zones_in(candidate.cloud, candidate.region))


@pytest.mark.parametrize("cloud", CLOUDS)
def test_no_rule_finds_anything_not_even_an_uncertain_one(cloud: str) -> None:
    for candidate in every_design(cloud):
        found = judged(files(candidate), nothing_required())
        said = [(one.rule, one.subject.address, one.message) for one in found.result.findings]
        assert said == [], candidate
        assert found.result.diagnostics == (), candidate
        assert len(found.design.fleets) == 1
        assert found.design.serving_paths[0].entry.address != found.design.fleets[0].node.address


@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize("latency_p95_ms", [20, 2000])
def test_alarms_go_off_at_the_latency_that_is_required(cloud: str, latency_p95_ms: int) -> None:
    slo = {"service": "ranker", "environment": "prod", "slo": {"latency_p95_ms": latency_p95_ms}}
    required = replace(nothing_required(), requirements=frozen_requirements(slo, {}))
    for candidate in every_design(cloud):
        zones = zones_in(candidate.cloud, candidate.region)
        found = judged(terraform(candidate, required.requirements, zones), required)
        assert [one.message for one in found.result.findings if one.rule == "MLA-OB005"] == [], candidate


@pytest.mark.parametrize("cloud", CLOUDS)
def test_the_fleet_is_what_was_chosen(cloud: str) -> None:
    for candidate in every_design(cloud):
        (fleet,) = judged(files(candidate), nothing_required()).design.fleets
        assert (fleet.count.least, fleet.count.most) == (2, 4)
        assert fleet.node["region"].text() == candidate.region
        assert fleet.managed == (candidate.form in MANAGED)
        if not fleet.managed:
            assert fleet.zones.least == 2
            assert fleet.node["instance_type"].text() == candidate.machine


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_cache_is_read_by_the_fleet(cloud: str) -> None:
    for candidate in every_design(cloud):
        design = judged(files(candidate), nothing_required()).design
        caches = [store for store in design.stores(design.fleets[0].node) if store.kind == "cache"]
        assert bool(caches) == candidate.cache, candidate


@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
@pytest.mark.parametrize("cloud", CLOUDS)
def test_terraform_would_not_format_it_otherwise(cloud: str, tmp_path: Path) -> None:
    for place, candidate in enumerate(every_design(cloud)):
        folder = tmp_path / str(place)
        folder.mkdir()
        for name, text in files(candidate).items():
            (folder / name).write_text(text, "utf-8")
    command = ["terraform", "fmt", "-check", "-recursive", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_all_regions_have_a_place_prices_and_three_zones() -> None:
    for cloud in CLOUDS:
        for region in regions_known(cloud):
            assert metro_of(region) is not None, region
            assert embedded().has_region(cloud, region), region
            assert len(zones_in(cloud, region)) >= 3, region


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Image Classifier!", "image-classifier"),
        ("2nd", "model-2nd"),
        ("___", "model"),
        ("a" * 60, "a" * 20),
        ('x"\n}\nresource "a" "b" {', "x-resource-a-b"),
        ("${file(1)}", "file-1"),
    ],
)
def test_no_name_of_a_service_gets_out_of_its_quotes(written: str, name: str) -> None:
    assert service_name(frozen_requirements({"service": written}, {})) == name


def test_files_are_not_written_over_unasked(tmp_path: Path) -> None:
    found = files_to_write({"main.tf": "a\n"}, LESSON)
    write_into(tmp_path / "new" / "folder", found)
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == sorted(
        ("main.tf", "requirements.yaml", CONFIG)
    )
    with pytest.raises(CannotWrite, match=r"already holds .*main\.tf.*--force"):
        write_into(tmp_path / "new" / "folder", {"main.tf": "b\n"})
    assert (tmp_path / "new" / "folder" / "main.tf").read_text() == "a\n"
    write_into(tmp_path / "new" / "folder", {"main.tf": "b\n"}, force=True)
    assert (tmp_path / "new" / "folder" / "main.tf").read_text() == "b\n"


def test_other_terraform_files_of_the_folder_would_change_the_design(tmp_path: Path) -> None:
    (tmp_path / "old.tf").write_text("")
    with pytest.raises(CannotWrite, match=r"other Terraform files \(old\.tf\)"):
        write_into(tmp_path, {"main.tf": ""}, force=True)
    assert not (tmp_path / "main.tf").exists()


def test_a_link_is_never_written_through(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.write_text("untouched")
    folder.mkdir()
    (folder / "main.tf").symlink_to(outside)
    with pytest.raises(CannotWrite, match="not a plain file"):
        write_into(folder, {"a.tf": "", "main.tf": "x"}, force=True)
    assert outside.read_text() == "untouched"
    assert not (folder / "a.tf").exists()


@pytest.mark.parametrize("cloud", CLOUDS)
def test_every_name_that_is_used_is_declared(cloud: str) -> None:
    for candidate in every_design(cloud):
        text = "\n".join(files(candidate).values())
        bare = re.sub(r"#.*", "", text)
        blocks = re.findall(r"^locals \{\n(.*?)^\}", bare, re.DOTALL | re.MULTILINE)
        named = {name for block in blocks for name in re.findall(r"^  (\w+) +=", block, re.MULTILINE)}
        variables = set(re.findall(r'^variable "(\w+)"', bare, re.MULTILINE))
        assert set(re.findall(r"\blocal\.(\w+)", bare)) <= named, candidate
        # What is declared is used: nothing is left over from another design.
        assert set(re.findall(r"\bvar\.(\w+)", bare)) == variables, candidate
        declared = set(re.findall(r'^(resource|data) "(\w+)" "(\w+)"', bare, re.MULTILINE))
        assert len(declared) == len(re.findall(r'^(?:resource|data) "', bare, re.MULTILINE)), candidate
        prefix = {"aws": "aws", "google": "google", "azure": "azurerm"}[cloud]
        for data, kind, name in re.findall(rf"(data\.)?\b({prefix}_\w+)\.(\w+)\b", bare):
            assert ("data" if data else "resource", kind, name) in declared, (candidate, kind, name)
