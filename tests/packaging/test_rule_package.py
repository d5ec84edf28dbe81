"""Rules of another package, installed as a user installs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages with the example installed."""
    source = tmp_path_factory.mktemp("source") / "rule-package"
    shutil.copytree(ROOT / "examples" / "rule-package", source)
    place = tmp_path_factory.mktemp("site")
    command = [
        sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--no-build-isolation", "--target", str(place), str(source),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return place


def run(site: Path, *args: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)])}
    command = [sys.executable, "-m", "mlarchlint", *args]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False, cwd=ROOT)


def test_its_rules_are_listed_and_explained(site: Path) -> None:
    assert "ACME-101" in run(site, "rules", "ACME").stdout
    assert "Parameters, with their defaults: tag (owner)." in run(site, "explain", "ACME-101").stdout


def test_its_rules_find_what_the_fixture_expects(site: Path) -> None:
    found = run(site, "scan", "examples/rule-package/fixtures", "--select", "ACME", "--format", "json")
    findings = json.loads(found.stdout)["findings"]
    assert [(f["rule"], f["pillar"], f["line"]) for f in findings] == [("ACME-101", "custom", 1)]
    assert found.returncode == 1


def test_without_the_package_there_are_no_such_rules(site: Path) -> None:
    assert run(ROOT, "rules", "ACME").returncode == 2


def test_a_package_that_cannot_be_loaded_is_named(site: Path, tmp_path: Path) -> None:
    broken = tmp_path / "site"
    shutil.copytree(site, broken)
    (broken / "acme_ml_rules" / "acme101_notebook_without_owner.py").write_text("import nowhere\n")
    found = run(broken, "scan", "examples/rule-package/fixtures")
    assert found.returncode == 2
    assert "acme_ml_rules.acme101_notebook_without_owner cannot be loaded" in found.stderr


def test_a_rule_id_that_is_taken_names_both_places(site: Path, tmp_path: Path) -> None:
    twice = tmp_path / "site"
    shutil.copytree(site, twice)
    rules = twice / "acme_ml_rules"
    text = (rules / "acme101_notebook_without_owner.py").read_text().replace("ACME-101", "MLA-HA001")
    (rules / "another.py").write_text(text.replace("notebook_without_owner", "something_else"))
    found = run(twice, "rules")
    assert found.returncode == 2
    assert "mlarchlint.rules.ha001_inference_single_zone and in acme_ml_rules.another" in found.stderr
