"""The lesson's four estimates as code: each line beside our figure, with the reason where they differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mlarchlint.config_layers import load_config
from mlarchlint.pipeline import Result, scan
from mlarchlint.report.cost_budgets import budgets_of

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path for path in (ROOT / "fixtures" / "lesson-costs").iterdir() if path.is_dir())
one_each = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def estimated(folder: Path) -> Result:
    return scan([folder], load_config([folder]))


def figures(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((folder / "figures.yaml").read_text("utf-8"))
    return found


@one_each
def test_every_line_of_the_lesson_stands_beside_ours(folder: Path) -> None:
    estimate = estimated(folder).estimate
    rows = [row for row in figures(folder) if "address" in row]
    ours = {row["address"]: (row.get("low", row["ours"]), row["ours"]) for row in rows}
    found = {key: one.monthly for key, one in estimate.resources.items()}
    assert {key: (round(float(m.low), 2), round(float(m.high), 2)) for key, m in found.items()} == ours
    assert not estimate.gaps


@one_each
def test_a_difference_of_more_than_a_tenth_is_explained(folder: Path) -> None:
    for row in figures(folder):
        differs = abs(row["theirs"] - row.get("ours", 0)) > row["theirs"] / 10
        assert row["why"] != "the same" or not differs


@one_each
def test_the_documentation_names_each_figure(folder: Path) -> None:
    page = (ROOT / "docs" / "cost.md").read_text("utf-8")
    for row in figures(folder):
        assert "ours" not in row or f"{row['ours']:.2f}" in page, row


@one_each
def test_the_budgets_of_the_lesson_hold(folder: Path) -> None:
    for verdict in budgets_of(estimated(folder)):
        assert verdict.judged <= verdict.allowed
