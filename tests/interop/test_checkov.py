"""checkov as a process: with a stand-in for its executable, and for real where there is one."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from mlarchlint.interop import checkov
from mlarchlint.interop.outside import EngineFailed
from mlarchlint.model.rule import PILLARS
from tests.cli.runner import run, said

TF = """resource "aws_db_instance" "features" {
  engine            = "postgres"
  storage_encrypted = false
}
"""
# Answers as checkov does, and writes down how it was called.
STAND_IN = """#!{python}
import json, os, sys
from pathlib import Path
Path({log!r}).write_text(json.dumps({{"argv": sys.argv[1:], "cwd": os.listdir("."), "home": os.listdir(os.environ["HOME"]),
    "environ": sorted(os.environ)}}))
target = next(a.partition("=")[2] for a in sys.argv if a.startswith(("--directory=", "--file=")))
place = os.path.join(target, "main.tf") if os.path.isdir(target) else target
def check(ident, resource, place=place):
    return {{"check_id": ident, "check_name": "Name of " + ident, "file_abs_path": place, "file_line_range": [1, 4],
             "resource": resource, "check_class": "checkov.terraform.checks.x", "guideline": None}}
failed = [check("CKV_AWS_16", "aws_db_instance.features"), check("CKV_AWS_118", "aws_db_instance.features"),
          check("CKV_NEW_1", "aws_db_instance.features"), check("CKV_AWS_1", "a.b", "/elsewhere/main.tf")]
print(json.dumps({{"check_type": "terraform", "results": {{"failed_checks": failed}}}}))
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "main.tf").write_text(TF)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def stand_in(folder: Path, text: str = STAND_IN, name: str = "checkov") -> Path:
    place = folder / "bin" / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(text.format(python=sys.executable, log=str(folder / "log.json")))
    place.chmod(0o755)
    return place


def rules(*args: str) -> list[tuple[str, str, str]]:
    found = run("scan", "code", "--with", "checkov", "--format", "json", *args)
    assert found.exit_code in (0, 1), said(found)
    return [(f["rule"], f["pillar"], f["severity"]) for f in json.loads(found.stdout)["findings"]]


def test_its_findings_stand_beside_ours_with_pillar_and_severity(project: Path) -> None:
    stand_in(project)
    found = rules("--select", "MLA-SE003,CKV")
    assert ("MLA-SE003", "security", "high") in found
    assert ("CKV_AWS_118", "observability", "medium") in found
    assert ("CKV_NEW_1", "security", "medium") in found


def test_what_both_say_is_told_once(project: Path) -> None:
    stand_in(project)
    assert "CKV_AWS_16" not in [rule for rule, *_ in rules()]
    assert "checkov says so too: CKV_AWS_16" in said(run("scan", "code", "--with", "checkov"))


def test_files_that_are_not_scanned_are_left_out(project: Path) -> None:
    stand_in(project)
    assert "CKV_AWS_1" not in [rule for rule, *_ in rules()]


def test_its_checks_are_chosen_and_accepted_as_rules_are(project: Path) -> None:
    stand_in(project)
    assert [rule for rule, *_ in rules("--select", "CKV_AWS_118")] == ["CKV_AWS_118"]
    (project / "code" / "main.tf").write_text("# mlarchlint: ignore[CKV_AWS_118] billed by the hour\n" + TF)
    found = run("scan", "code", "--with", "checkov", "--select", "CKV_AWS_118", "--format", "json")
    [one] = json.loads(found.stdout)["findings"]
    assert one["suppressed"]


def test_sarif_lists_its_checks_among_the_rules(project: Path) -> None:
    stand_in(project)
    found = run("scan", "code", "--with", "checkov", "--format", "sarif")
    listed = [rule["id"] for rule in json.loads(found.stdout)["runs"][0]["tool"]["driver"]["rules"]]
    assert "CKV_AWS_118" in listed


def test_nothing_of_the_scanned_tree_steers_it(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(project)
    monkeypatch.setenv("BC_API_KEY", "secret")
    (project / ".checkov.yaml").write_text("external-checks-dir: [evil]\n")
    (project / "code" / ".checkov.yaml").write_text("external-checks-dir: [evil]\n")
    rules()
    log = json.loads((project / "log.json").read_text())
    assert log["cwd"] == [] or log["cwd"] == log["home"]
    assert "-d" not in log["argv"]
    assert "--directory" not in log["argv"]
    assert f"--directory={os.path.realpath(project / 'code')}" in log["argv"]
    assert "BC_API_KEY" not in log["environ"]


def test_without_checkov_the_run_says_how_to_install_it(project: Path) -> None:
    found = run("scan", "code", "--with", "checkov")
    assert found.exit_code == 3
    assert f"pipx install checkov=={checkov.VERSION}" in said(found)
    assert "MLA-SE003" in said(found)


@pytest.mark.parametrize(
    "text", ["#!{python}\nprint('no json')\n", "#!{python}\nimport sys; sys.exit('broken')\n"]
)
def test_a_report_that_cannot_be_read_is_said(project: Path, text: str) -> None:
    stand_in(project, text)
    found = run("scan", "code", "--with", "checkov")
    assert found.exit_code == 3
    assert "checkov gave no report" in said(found)


def test_it_is_named_found_or_run_by_uvx_or_pipx(project: Path) -> None:
    with pytest.raises(EngineFailed):
        checkov.command(None)
    pipx = stand_in(project, name="pipx")
    assert checkov.command(None) == [str(pipx), "run", "--spec", f"checkov=={checkov.VERSION}", "checkov"]
    uvx = stand_in(project, name="uvx")
    assert checkov.command(None) == [str(uvx), "--from", f"checkov=={checkov.VERSION}", "checkov"]
    found = stand_in(project)
    assert checkov.command(None) == [str(found)]
    assert checkov.command(Path("elsewhere/checkov")) == [str(project / "elsewhere" / "checkov")]


def test_every_check_has_a_pillar_and_a_severity() -> None:
    known = checkov.known_checks()
    assert len(known) > 1_000
    assert {check.pillar for check in known.values()} <= {*PILLARS.values(), "custom"}


@pytest.mark.parametrize(
    ("resource", "check_class", "address"),
    [
        ("aws_s3_bucket.b", "checkov.terraform.checks.x", "aws_s3_bucket.b"),
        ("module.m.aws_s3_bucket.b[0]", "checkov.terraform.checks.x", "module.m.aws_s3_bucket.b[0]"),
        ("AWS::S3::Bucket.Data", "checkov.cloudformation.checks.x", "Data"),
        ("Deployment.ml.api.v2", "checkov.kubernetes.checks.x", "Deployment/ml/api.v2"),
    ],
)
def test_addresses_are_written_as_ours(resource: str, check_class: str, address: str) -> None:
    assert checkov._address(resource, check_class) == address


@pytest.mark.skipif(
    not os.environ.get("MLARCHLINT_CHECKOV"), reason="needs checkov (MLARCHLINT_CHECKOV names it)"
)
@pytest.mark.parametrize("design", ["terraform-aws", "cloudformation", "kubernetes"])
def test_the_real_one_finds_more_and_nothing_twice(design: str) -> None:
    place = Path(__file__).parents[2] / "fixtures" / "designs" / "image-classifier" / "naive" / design
    named = os.environ["MLARCHLINT_CHECKOV"]
    found = run("scan", str(place), "--with", "checkov", "--checkov", named, "--format", "json")
    assert found.exit_code == 1, said(found)
    findings = json.loads(found.stdout)["findings"]
    theirs = [f for f in findings if f["rule"].startswith("CKV")]
    ours = {(f["rule"], f["subject"]["address"]) for f in findings if f["rule"].startswith("MLA")}
    assert theirs
    assert all(f["pillar"] and f["severity"] for f in theirs)
    known = checkov.known_checks()
    assert {f["rule"] for f in theirs} <= set(known)
    assert not [f for f in theirs if (known[f["rule"]].same, f["subject"]["address"]) in ours]
    said_too = [r["message"] for f in findings for r in f["related"] if "says so too" in r["message"]]
    assert said_too or design == "kubernetes"
