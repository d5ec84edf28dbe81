"""The whole report of each naive twin, as a file beside it. `python -m tests.test_golden` writes them anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mlarchlint.report.json import render_json
from tests.test_fixtures import FIXTURES, designs, scanned


def _twins() -> list[Path]:
    return sorted(folder for folder in designs() if folder.parent.name == "naive")


def _golden(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.report.json")


def _report(folder: Path) -> dict[str, Any]:
    """The report, with paths from the twin's own folder: where it was scanned from does not matter."""
    text = render_json(scanned(folder))
    report: dict[str, Any] = json.loads(text)
    del report["summary"]["rules_run"]  # a new rule without a finding here changes no report
    for part in (*report["findings"], *report["diagnostics"]):
        part["file"] = part["file"].rpartition(f"{folder.name}/")[2]
    return {name: report[name] for name in ("findings", "diagnostics", "workloads", "summary")}


def _plain(report: dict[str, Any], folder: Path) -> str:
    prefix = folder.relative_to(FIXTURES.parent).as_posix() + "/"
    return json.dumps(report, indent=1, ensure_ascii=False).replace(prefix, "") + "\n"


@pytest.mark.parametrize("folder", _twins(), ids=lambda folder: folder.relative_to(FIXTURES).as_posix())
def test_the_report_of_a_naive_twin_is_the_golden_one(folder: Path) -> None:
    assert json.loads(_plain(_report(folder), folder)) == json.loads(_golden(folder).read_text("utf-8"))


def test_every_design_has_a_secure_and_a_naive_form() -> None:
    secure = {(folder.parent.name, folder.name) for folder in designs() if folder.parent.name != "naive"}
    naive = {(folder.parent.parent.name, folder.name) for folder in _twins()}
    assert secure == naive


if __name__ == "__main__":
    for twin in _twins():
        _golden(twin).write_text(_plain(_report(twin), twin), "utf-8")
