"""What a long scan says on a terminal."""

from __future__ import annotations

import threading

import pytest

from mlarchlint.cli import progress
from mlarchlint.cli.progress import Progress


def test_a_short_run_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(enabled=True) as said:
        said("evaluating")
    assert capsys.readouterr().err == ""


def test_a_long_run_shows_its_stages_and_leaves_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = threading.Event()
    monkeypatch.setattr(progress, "_PATIENCE", 0.0)
    with Progress(enabled=True) as said:
        appear = said._appear
        said("evaluating")
        assert said.timer is not None
        said.timer.join(5)
        said("running the rules")
        appear()
        shown.set()
    text = capsys.readouterr().err
    assert "evaluating ..." in text or "running the rules ..." in text
    assert text.endswith("\r\x1b[2K")


def test_nothing_is_said_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as said:  # standard error is captured, so no terminal
        said("evaluating")
    assert said.timer is None
    assert capsys.readouterr().err == ""
