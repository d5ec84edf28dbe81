"""`mlarchlint cost diff`: what a change adds and removes, against a folder or a git revision."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from mlarchlint.cli import cli

SCHEMA = Path(__file__).parents[2] / "mlarchlint" / "data" / "schema" / "cost-diff.json"
MAIN = """
provider "aws" {
  region = "us-east-1"
}

module "api" {
  source = "../modules/api"
  size   = "t3.medium"
}

resource "aws_kms_key" "old" {}

resource "aws_kms_key" "kept" {}
"""
MODULE = """
variable "size" {
  type = string
}

resource "aws_instance" "api" {
  ami           = "ami-1"
  instance_type = var.size

  root_block_device {
    volume_type = "gp3"
    volume_size = 10
  }
}
"""
T3_MEDIUM, T3_LARGE = 730 * 0.0416, 730 * 0.0832


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Committed as MAIN; in the work tree the machine is larger, one key is gone and a gateway has come."""
    (tmp_path / "infra").mkdir()
    (tmp_path / "modules" / "api").mkdir(parents=True)
    (tmp_path / "modules" / "api" / "main.tf").write_text(MODULE)
    main = tmp_path / "infra" / "main.tf"
    main.write_text(MAIN)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "base")
    text = MAIN.replace("t3.medium", "t3.large").replace('resource "aws_kms_key" "old" {}', "")
    main.write_text(text + '\nresource "aws_nat_gateway" "out" {\n  subnet_id = "subnet-1"\n}\n')
    return tmp_path


def diff(base: str, path: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["cost", "diff", base, str(path), *options])


def actions(done: Result) -> dict[str, str]:
    return {one["address"]: one["action"] for one in json.loads(done.stdout)["resources"]}


def test_the_json_names_what_a_change_adds_and_removes(repository: Path) -> None:
    done = diff("HEAD", repository / "infra", "--format", "json")
    report = json.loads(done.stdout)
    jsonschema.validate(report, json.loads(SCHEMA.read_text()))
    assert done.exit_code == 0
    assert actions(done) == {
        "module.api.aws_instance.api": "changed",
        "aws_nat_gateway.out": "added",
        "aws_kms_key.old": "removed",
    }
    assert report["unchanged"] == 1
    assert report["change"]["low"] == pytest.approx(T3_LARGE - T3_MEDIUM + 730 * 0.045 - 1)
    changed = next(one for one in report["resources"] if one["action"] == "changed")
    assert changed["change"]["high"] == pytest.approx(T3_LARGE - T3_MEDIUM)


def test_a_folder_is_a_base_too(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("base")
    (other / "main.tf").write_text(
        'resource "aws_kms_key" "kept" {}\nprovider "aws" {\n  region = "us-east-1"\n}\n'
    )
    done = diff(str(other), repository / "infra", "--format", "json")
    assert set(actions(done)) == {"module.api.aws_instance.api", "aws_nat_gateway.out"}


MOVED = """
provider "aws" {
  region = "us-east-1"
}

module "keys" {
  source = "./keys"
}

module "serving" {
  source = "../modules/api"
  size   = "t3.medium"
}
"""


@pytest.fixture
def moved(repository: Path) -> Path:
    """The keys went into a module, and the machine into a module of another name."""
    (repository / "infra" / "main.tf").write_text(MOVED)
    (repository / "infra" / "keys").mkdir()
    (repository / "infra" / "keys" / "main.tf").write_text(
        'resource "aws_kms_key" "old" {}\n\nresource "aws_kms_key" "kept" {}\n'
    )
    return repository / "infra"


def test_what_moves_into_a_module_costs_nothing(moved: Path) -> None:
    report = json.loads(diff("HEAD", moved, "--format", "json").stdout)
    assert (report["resources"], report["unchanged"], report["moved"]) == ([], 3, 3)
    assert "0 changed; 3 unchanged (3 moved)." in diff("HEAD", moved).stdout
    assert "(0 changed, 3 unchanged (3 moved))" in diff("HEAD", moved, "--format", "markdown").stdout


def test_what_moves_and_changes_is_one_change(moved: Path) -> None:
    main = moved / "main.tf"
    main.write_text(main.read_text().replace("t3.medium", "t3.large"))
    report = json.loads(diff("HEAD", moved, "--format", "json").stdout)
    jsonschema.validate(report, json.loads(SCHEMA.read_text()))
    (found,) = report["resources"]
    assert (found["action"], found["was"]) == ("changed", "module.api.aws_instance.api")
    assert found["address"] == "module.serving.aws_instance.api"
    assert found["change"]["low"] == pytest.approx(T3_LARGE - T3_MEDIUM)
    line = diff("HEAD", moved).stdout.splitlines()[0]
    assert line.startswith("~ module.serving.aws_instance.api, before module.api.aws_instance.api  ")


def test_a_copy_of_what_stays_is_new(moved: Path) -> None:
    """The name alone makes no move: what is still there did not go."""
    main = moved / "main.tf"
    main.write_text(main.read_text() + '\nresource "aws_kms_key" "kept" {}\n')
    found = actions(diff("HEAD", moved, "--format", "json"))
    assert found == {"module.keys.aws_kms_key.kept": "added"}


def test_without_a_change_nothing_differs(repository: Path) -> None:
    git(repository, "commit", "-q", "-a", "-m", "change")
    done = diff("HEAD", repository / "infra")
    assert "No cost changes." in done.output
    assert json.loads(diff("HEAD~1", repository / "infra", "--format", "json").stdout)["resources"]


def test_a_path_that_the_base_has_not_is_all_new(repository: Path) -> None:
    (repository / "new").mkdir()
    (repository / "new" / "main.tf").write_text('resource "aws_kms_key" "a" {}\n')
    done = diff("HEAD", repository / "new", "--format", "json")
    assert actions(done) == {"aws_kms_key.a": "added"}


@pytest.mark.parametrize(("limit", "code"), [("20", 1), ("100", 0), ("10%", 1), ("300%", 0)])
def test_the_limit_fails_the_run(repository: Path, limit: str, code: int) -> None:
    done = diff("HEAD", repository / "infra", "--max-increase", limit)
    assert done.exit_code == code
    assert ("over the limit" in done.output) is bool(code)


def test_the_requirements_may_set_the_limit(repository: Path) -> None:
    (repository / ".mlarchlint.yaml").write_text("requirements: {budget: {max_increase_usd: 20}}\n")
    assert diff("HEAD", repository / "infra").exit_code == 1
    assert diff("HEAD", repository / "infra", "--max-increase", "500").exit_code == 0


def test_where_the_change_adds_what_has_no_price_the_low_figure_counts(repository: Path) -> None:
    (repository / "infra" / "odd.tf").write_text(
        'resource "aws_instance" "odd" {\n  instance_type = "x99.huge"\n}\n'
    )
    report = json.loads(diff("HEAD", repository / "infra", "--format", "json").stdout)
    assert report["judged"] == "low"
    odd = next(one for one in report["resources"] if one["address"] == "aws_instance.odd")
    assert odd["new_gaps"][0]["name"] == "x99.huge, on demand"


def test_nothing_of_the_base_is_run(repository: Path) -> None:
    """A filter that attributes of the tree name, and a hook, are programs of somebody's choosing."""
    ran = repository / "ran"
    (repository / ".gitattributes").write_text("*.tf filter=evil export-subst\n")
    git(repository, "add", ".gitattributes")
    git(repository, "commit", "-q", "-m", "attributes")
    git(repository, "config", "filter.evil.smudge", f"touch {ran}; cat")
    git(repository, "config", "core.fsmonitor", f"touch {ran}")
    for name in ("post-checkout", "post-index-change", "reference-transaction"):
        hook = repository / ".git" / "hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {ran}\n")
        hook.chmod(0o755)
    assert diff("HEAD", repository / "infra").exit_code == 0
    assert not ran.exists()


def test_a_link_out_of_the_base_is_not_followed(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("secret") / "main.tf"
    secret.write_text('resource "aws_kms_key" "stolen" {}\n')
    (repository / "infra" / "link.tf").symlink_to(secret)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "link")
    (repository / "infra" / "link.tf").unlink()
    done = diff("HEAD", repository / "infra", "--format", "json")
    assert "aws_kms_key.stolen" not in actions(done)


@pytest.mark.parametrize("base", ["no-such-branch", "--output=x", "HEAD:infra"])
def test_a_base_that_is_none_is_a_wrong_usage(repository: Path, base: str) -> None:
    done = CliRunner().invoke(cli, ["cost", "diff", "--", base, str(repository / "infra")])
    assert done.exit_code == 2
    assert not (repository / "x").exists()


def test_a_base_that_cannot_be_read_is_incomplete(repository: Path) -> None:
    broken = repository / "infra" / "broken.tf"
    broken.write_text("resource {{{\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "broken")
    broken.unlink()
    done = diff("HEAD", repository / "infra")
    assert done.exit_code == 3
    assert "in the base: " in done.output


def test_markdown_of_a_pull_request_is_inert(repository: Path) -> None:
    (repository / "infra" / "odd.tf").write_text(
        'resource "aws_instance" "odd" {\n  instance_type = "<img src=x>"\n}\n'
    )
    done = diff("HEAD", repository / "infra", "--format", "markdown")
    assert done.output.startswith("### Monthly cost: +")
    assert "| removed | aws\\_kms\\_key.old |" in done.output
    assert "<img" not in done.output.replace("\\<img", "")


def test_a_folder_called_diff_is_still_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "diff").mkdir()
    (tmp_path / "diff" / "main.tf").write_text('resource "aws_kms_key" "a" {}\n')
    monkeypatch.chdir(tmp_path)
    assert "aws_kms_key.a" in CliRunner().invoke(cli, ["cost", "./diff"]).output
