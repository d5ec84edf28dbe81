"""Times of whole processes, as an installed package has them."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from typing import NamedTuple

# An installed package has its byte code; a checkout under this variable compiles itself anew each time.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class Times(NamedTuple):
    """wall: seconds by the clock. processor: seconds of work, its own and the system's for it."""

    wall: float
    processor: float
    output: str


def best(command: list[str], runs: int) -> Times:
    """The least of several runs, after one that is not counted; processor time does not mind other work much."""
    measured = [_once(command) for _ in range(runs + 1)][1:]
    output = measured[-1].output
    return Times(min(one.wall for one in measured), min(one.processor for one in measured), output)


def _once(command: list[str]) -> Times:
    before, start = _worked(), time.perf_counter()
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT)
    return Times(time.perf_counter() - start, _worked() - before, run.stdout or run.stderr)


def _worked() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
