"""The compiled twins of kinds and tables: of the YAML as it stands, the same in meaning, and passed over where they are not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from mlarchlint import data
from mlarchlint.kinds import built_in_kinds
from tools import compile_data


def test_every_twin_is_of_the_yaml_as_it_stands() -> None:
    """To mend: python -m tools.compile_data."""
    held = {place.name: place.read_text("utf-8") for place in compile_data.PLACE.iterdir()}
    assert held == compile_data.twins()


@pytest.mark.parametrize(
    "written",
    ["{true: a, 1: b, c: {null: d}}", "- 2026-07-30\n- 1.5\n- {}", "{'$x': [1, [2, {3: 4}]]}"],
)
def test_what_is_packed_comes_out_as_it_was(written: str) -> None:
    held = yaml.safe_load(written)
    found = data.unpacked(data.packed(held))
    assert found == held
    assert repr(found) == repr(held)  # True is not 1


def test_a_twin_of_another_text_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "compiled").mkdir()
    (tmp_path / "t.yaml").write_text("{day: 2026-07-30}", "utf-8")
    (tmp_path / "compiled" / "t.json").write_text('1.00000000\n{"day": "old"}', "utf-8")
    monkeypatch.setattr(data, "FOLDER", str(tmp_path))
    assert data.table("t.yaml") == {"day": date(2026, 7, 30)}
    (tmp_path / "compiled" / "t.json").unlink()
    assert data.table("t.yaml") == {"day": date(2026, 7, 30)}


def test_kinds_mean_the_same_with_and_without_their_twin(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = built_in_kinds.__wrapped__()  # the cached one also knows what others looked for
    monkeypatch.setattr("mlarchlint.kinds.compiled", lambda name, mark: None)
    slow = built_in_kinds.__wrapped__()
    for form, name in (("terraform", "aws_autoscaling_group"), ("cloudformation", "AWS::SageMaker::Endpoint"), ("kubernetes", "apps/v1/Deployment")):  # fmt: skip
        assert fast.find(form, name) == slow.find(form, name)
    assert fast.find("terraform", "aws_autoscaling_group") is not None
    assert sorted(fast.types("terraform")) == sorted(slow.types("terraform"))
