"""Renderers run beside each other, and are read in their order."""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path

import pytest

from mlarchlint.frontends.kubernetes.renderer import Limits, RenderFailed, Run, ahead


def started(home: Path, script: str, seconds: float = 20) -> Run:
    home.mkdir(exist_ok=True)
    return Run([sys.executable, "-S", "-c", script], home, Limits(seconds))


def test_the_order_is_that_of_the_jobs_whichever_ends_first(tmp_path: Path) -> None:
    scripts = ["import time; time.sleep(0.4); print(0)", "print(1)", "print(2)", "print(3)"]
    runs = ahead(partial(started, tmp_path / str(n), script) for n, script in enumerate(scripts))
    assert [run.output() for run in runs] == ["0\n", "1\n", "2\n", "3\n"]


def test_jobs_run_beside_each_other_but_not_all_at_once(tmp_path: Path) -> None:
    going = 0
    most = 0

    def start(number: int) -> Run:
        nonlocal going, most
        going += 1
        most = max(most, going)
        return started(tmp_path / str(number), "import time; time.sleep(0.3)")

    begin = time.monotonic()
    for run in ahead((partial(start, number) for number in range(6)), most=3):
        run.output()
        going -= 1
    assert most == 3
    assert time.monotonic() - begin < 6 * 0.3


def test_whoever_stops_early_leaves_no_process_behind(tmp_path: Path) -> None:
    made: list[Run] = []

    def start(number: int) -> Run:
        made.append(started(tmp_path / str(number), "import time; time.sleep(30)"))
        return made[-1]

    runs = ahead(partial(start, number) for number in range(3))
    next(runs).stop()
    runs.close()  # type: ignore[attr-defined]
    assert [run.process.poll() is None for run in made] == [False, False, False]


def test_a_job_has_its_own_time_from_its_own_start(tmp_path: Path) -> None:
    run = started(tmp_path, "import time; time.sleep(30)", seconds=0.3)
    with pytest.raises(RenderFailed, match=r"more than 0\.3 seconds"):
        run.output()
