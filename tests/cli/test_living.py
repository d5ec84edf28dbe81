"""Baseline, comparison with a revision, profiles and the shown configuration, on real files."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.runner import run, said

ONE = """resource "aws_db_instance" "features" {
  engine            = "postgres"
  storage_encrypted = false
}
"""
TWO = ONE + ONE.replace("features", "labels")


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for command in (["init", "-q"], ["config", "user.email", "a@b"], ["config", "user.name", "a"]):
        subprocess.run(["git", *command], check=True, cwd=tmp_path)
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "db.tf").write_text(ONE)
    commit(tmp_path)
    return tmp_path


def commit(folder: Path) -> None:
    subprocess.run(["git", "add", "-A"], check=True, cwd=folder)
    subprocess.run(["git", "commit", "-q", "-m", "x"], check=True, cwd=folder)


def se003(*args: str) -> tuple[int, list[str]]:
    """Exit code and the addresses that MLA-SE003 still counts for."""
    found = run("scan", "infra", "--select", "MLA-SE003", "--format", "json", *args)
    report = json.loads(found.stdout)
    return found.exit_code, [f["subject"]["address"] for f in report["findings"] if not f["suppressed"]]


def test_a_baseline_leaves_what_is_new(repository: Path) -> None:
    written = run("baseline", "write", "infra")
    assert written.exit_code == 0, said(written)
    assert ".mlarchlint-baseline.json" in written.stdout
    assert se003("--baseline", ".mlarchlint-baseline.json") == (0, [])
    (repository / "infra" / "db.tf").write_text(TWO)
    assert se003("--baseline", ".mlarchlint-baseline.json") == (1, ["aws_db_instance.labels"])


def test_the_configuration_names_the_baseline(repository: Path) -> None:
    (repository / ".mlarchlint.yaml").write_text("baseline: accepted.json\n")
    run("baseline", "write", "infra")
    assert (repository / "accepted.json").is_file()
    assert se003() == (0, [])


def test_pruning_takes_out_what_was_mended(repository: Path) -> None:
    run("baseline", "write", "infra")
    (repository / "infra" / "db.tf").write_text(ONE.replace("false", "true"))
    warned = run("scan", "infra", "--select", "MLA-SE003", "--baseline", ".mlarchlint-baseline.json")
    assert "stale-baseline" in said(warned)
    assert "taken out" in run("baseline", "prune", "infra").stdout
    (repository / "infra" / "db.tf").write_text(ONE)
    assert se003("--baseline", ".mlarchlint-baseline.json") == (1, ["aws_db_instance.features"])


def test_no_baseline_is_written_where_something_was_not_read(repository: Path) -> None:
    (repository / "infra" / "bad.tf").write_text('resource "a" {')
    found = run("baseline", "write", "infra")
    assert found.exit_code == 3
    assert not (repository / ".mlarchlint-baseline.json").exists()


def test_a_broken_baseline_ends_the_run_before_it_begins(repository: Path) -> None:
    (repository / "b.json").write_text("{")
    found = run("scan", "infra", "--baseline", "b.json")
    assert found.exit_code == 2
    assert "b.json:1:2: is not JSON" in found.stderr


def test_only_what_is_new_since_a_revision_is_reported(repository: Path) -> None:
    (repository / "infra" / "db.tf").write_text(TWO)
    code, left = se003("--changed-since", "HEAD")
    assert (code, left) == (1, ["aws_db_instance.labels"])
    text = said(run("scan", "infra", "--select", "MLA-SE003", "--changed-since", "HEAD"))
    assert "Against HEAD: 1 new, 0 fixed, 1 unchanged." in text


def test_what_was_mended_is_told(repository: Path) -> None:
    (repository / "infra" / "db.tf").write_text(ONE.replace("false", "true"))
    found = run("scan", "infra", "--select", "MLA-SE003", "--changed-since", "HEAD", "--format", "json")
    comparison = json.loads(found.stdout)["comparison"]
    assert found.exit_code == 0
    assert [one["subject"]["address"] for one in comparison["fixed"]] == ["aws_db_instance.features"]
    assert comparison["fixed"][0]["file"] == "infra/db.tf"


def test_a_folder_that_is_new_has_only_new_findings(repository: Path) -> None:
    (repository / "more").mkdir()
    (repository / "more" / "db.tf").write_text(ONE)
    found = run("scan", "more", "--select", "MLA-SE003", "--changed-since", "HEAD", "--format", "json")
    assert len(json.loads(found.stdout)["comparison"]["new"]) == 1


def test_the_same_address_in_two_stacks_is_compared_by_its_stack(repository: Path) -> None:
    (repository / "infra" / "second").mkdir()
    (repository / "infra" / "second" / "db.tf").write_text(ONE)
    commit(repository)
    assert se003("--changed-since", "HEAD") == (0, [])


def test_what_the_base_could_not_read_is_not_called_new(repository: Path) -> None:
    (repository / "infra" / "bad.tf").write_text('resource "a" {')
    (repository / "infra" / "db.tf").write_text("")
    commit(repository)
    (repository / "infra" / "bad.tf").unlink()
    (repository / "infra" / "db.tf").write_text(ONE)
    found = run("scan", "infra", "--select", "MLA-SE003", "--changed-since", "HEAD", "--format", "json")
    comparison = json.loads(found.stdout)["comparison"]
    assert (len(comparison["new"]), len(comparison["not_comparable"])) == (0, 1)
    assert found.exit_code == 1


@pytest.mark.parametrize("revision", ["nowhere", "--help", "HEAD~99"])
def test_a_revision_that_is_none_is_wrong_usage(revision: str) -> None:
    found = run("scan", "infra", f"--changed-since={revision}")
    assert found.exit_code == 2
    assert "cannot be read from git" in found.stderr


def test_profiles_set_what_the_file_leaves_open(repository: Path) -> None:
    def shown(*args: str) -> dict[str, tuple[object, str]]:
        rows = json.loads(run("config", "show", "infra", "--format", "json", *args).stdout)
        return {row["key"]: (row["value"], row["origin"]) for row in rows}

    assert shown()["fail_on"] == ("low", "default")
    relaxed = shown("--profile", "relaxed")
    assert relaxed["fail_on"] == ("high", "profile relaxed")
    assert relaxed["min_severity"] == ("medium", "profile relaxed")
    (repository / ".mlarchlint.yaml").write_text("profile: strict\nfail_on: medium\n")
    strict = shown()
    assert strict["fail_on"] == ("medium", ".mlarchlint.yaml:2")
    assert strict["uncertain"] == (True, "profile strict")
    assert strict["profile"] == ("strict", ".mlarchlint.yaml:1")


def test_what_is_below_the_least_severity_is_not_reported(repository: Path) -> None:
    (repository / ".mlarchlint.yaml").write_text("min_severity: critical\n")
    assert se003() == (0, [])


def test_the_shown_configuration_names_the_line_of_each_value(repository: Path) -> None:
    (repository / ".mlarchlint.yaml").write_text(
        "rules:\n  MLA-SE003: {ignorable: false}\nenvironments:\n  prod:\n    workspace: live\n"
        "    requirements: {slo: {availability: 99.9}}\n"
    )
    text = run("config", "show", "infra", "--environment", "prod").stdout
    assert "rules.MLA-SE003" in text
    assert "(.mlarchlint.yaml:2)" in text
    assert '"live"  (.mlarchlint.yaml:5)' in text
    assert "99.9  (.mlarchlint.yaml:6)" in text


def test_a_rule_that_cannot_be_ignored_is_not(repository: Path) -> None:
    (repository / ".mlarchlint.yaml").write_text("rules:\n  MLA-SE003: {ignorable: false}\n")
    (repository / "infra" / "db.tf").write_text("# mlarchlint: ignore[MLA-SE003] we do not mind\n" + ONE)
    code, left = se003()
    assert (code, left) == (1, ["aws_db_instance.features"])


def test_a_pinned_ruleset_runs_and_an_unknown_one_is_named(repository: Path) -> None:
    (repository / ".mlarchlint.yaml").write_text('ruleset: "2026.1"\n')
    assert se003()[1] == ["aws_db_instance.features"]
    (repository / ".mlarchlint.yaml").write_text('ruleset: "2026.9"\n')
    found = run("scan", "infra")
    assert found.exit_code == 2
    assert "'ruleset' must be one of 2026.1, not '2026.9'" in found.stderr
