"""cfn-lint in our report."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.cli.runner import run, said

TEMPLATE = """Resources:
  Data:
    Type: AWS::S3::Bucket
    Properties:
      BucketNmae: typo
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "t.yaml").write_text(TEMPLATE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_it_the_run_says_how_to_install_it(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cfnlint", None)
    monkeypatch.setitem(sys.modules, "cfnlint.api", None)
    found = run("scan", ".", "--with", "cfn-lint")
    assert found.exit_code == 3
    assert "python3 -m pip install 'mlarchlint[cfn-lint]'" in said(found)


def theirs(*args: str) -> list[tuple[str, str, str, int, str]]:
    pytest.importorskip("cfnlint")
    found = run("scan", ".", "--with", "cfn-lint", "--format", "json", *args)
    findings = json.loads(found.stdout)["findings"]
    return [
        (f["rule"], f["pillar"], f["severity"], f["line"], f["subject"]["address"])
        for f in findings
        if not f["rule"].startswith("MLA")
    ]


def test_its_findings_stand_at_their_place(project: Path) -> None:
    assert ("E3002", "correctness", "high", 5, "Data") in theirs()


def test_they_are_chosen_by_id_and_pillar(project: Path) -> None:
    assert [rule for rule, *_ in theirs("--select", "E3002")] == ["E3002"]
    assert theirs("--ignore", "correctness") == []


def test_rules_that_the_tree_names_are_not_loaded(project: Path) -> None:
    evil = project / "rules"
    evil.mkdir()
    mark = project / "ran"
    (evil / "evil.py").write_text(f"open({str(mark)!r}, 'w').close()\n")
    (project / ".cfnlintrc").write_text("append_rules: [rules]\n")
    meta = (
        "Metadata:\n  cfn-lint:\n    config:\n      append_rules: [rules]\n      custom_rules: rules/x.txt\n"
    )
    (project / "t.yaml").write_text(meta + TEMPLATE)
    assert "E3002" in [rule for rule, *_ in theirs()]
    assert not mark.exists()
    assert os.getcwd() == str(project)
