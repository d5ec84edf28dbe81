"""The pre-commit hook and the GitHub Action, run as their hosts run them."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
NO_NETWORK = (
    "No matching distribution",
    "NewConnectionError",
    "Could not find a version",
    "Temporary failure in name",
)
FLAWED = """
resource "aws_lb_listener" "front" {
  load_balancer_arn = aws_lb.front.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = "x"
  }
}
resource "aws_lb" "front" {
  load_balancer_type = "application"
}
"""


def git(folder: Path, *args: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *args], cwd=folder, check=True, capture_output=True)


def load(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_there_is_one_hook_and_it_scans_the_design_not_the_files() -> None:
    (hook,) = load(".pre-commit-hooks.yaml")
    assert hook["id"] == "mlarchlint"
    assert hook["pass_filenames"] is False
    assert f"{hook['entry']} {' '.join(hook['args'])}" == "mlarchlint scan ."


@pytest.fixture(scope="module")
def hook_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with what is now in the work tree, committed or not."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    place = tmp_path_factory.mktemp("hook")
    for name in ("mlarchlint", "rules"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, place / name)
    git(place, "init", "--quiet")
    git(place, "add", "--all")
    git(place, "commit", "--quiet", "--message", "hook")
    return place


def test_pre_commit_installs_the_hook_and_fails_on_a_finding(hook_repository: Path, tmp_path: Path) -> None:
    pytest.importorskip("pre_commit")
    project = tmp_path / "project"
    project.mkdir()
    git(project, "init", "--quiet")
    (project / "notes.md").write_text("nothing to scan\n")
    (project / "main.tf").write_text(FLAWED)
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "design")
    environment = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home")}
    command = [
        sys.executable,
        "-m",
        "pre_commit",
        "try-repo",
        str(hook_repository),
        "mlarchlint",
        "--all-files",
        "--verbose",
    ]
    run = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    output = run.stdout + run.stderr
    if any(sign in output for sign in NO_NETWORK):
        pytest.skip("no network to install from")
    assert run.returncode == 1, output
    assert "- exit code: 1" in output, output
    assert "MLA-SE004" in output
    assert "main.tf:5:" in output


def scan_step() -> str:
    steps = load("action.yml")["runs"]["steps"]
    (step,) = [step for step in steps if step.get("name") == "Scan"]
    assert "${{" not in step["run"], "inputs must come through the environment"
    script: str = step["run"]
    return script


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("paths", "more", "expected"),
    [
        (".", "", ["--fail-on", "high", "--", "."]),
        (
            "a b\n$(touch gone)\n",
            "--select\nMLA-HA",
            ["--fail-on", "high", "--select", "MLA-HA", "--", "a b", "$(touch gone)"],
        ),
        ("--help", "", ["--fail-on", "high", "--", "--help"]),
    ],
)
def test_the_action_hands_over_its_inputs_as_they_are(
    tmp_path: Path, paths: str, more: str, expected: list[str]
) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text('#!/bin/sh\nfor a in "$@"; do printf "%s\\n" "$a"; done\n')
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    environment = {
        "PATH": f"{python.parent}:{os.environ['PATH']}",
        "MLARCHLINT_PATHS": paths, "MLARCHLINT_ARGS": more,
        "MLARCHLINT_FAIL_ON": "high", "MLARCHLINT_SARIF": "out dir/x.sarif",
    }  # fmt: skip
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", scan_step()]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    given = run.stdout.splitlines()
    assert given[:8] == ["-m", "mlarchlint", "scan", "--format", "text", "--format", "sarif", "-o"]
    assert given[8:] == ["out dir/x.sarif", *expected]
    assert not (tmp_path / "gone").exists()


def test_the_action_describes_every_input_and_uses_it() -> None:
    action = load("action.yml")
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    for name, described in action["inputs"].items():
        assert described["description"]
        assert f"inputs.{name} " in text
