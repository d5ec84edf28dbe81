"""Where the time of a scan goes: the share of every stage, and the functions that cost most themselves.

    python benchmarks/profile_scan.py PATH [FUNCTIONS]

In this process, without the cyclic collector, as the command line runs it. The profiler makes small
functions look dearer than they are: read the shares, not the seconds.
"""

from __future__ import annotations

import cProfile
import gc
import pstats
import sys
from pathlib import Path
from typing import Any

from mlarchlint import pipeline
from mlarchlint.config_layers import load_config

STAGES = (
    "discover", "evaluate", "normalise", "infer_roles", "group_workloads", "estimate_cost", "run_rules",
    "apply_suppressions", "_counts",
)  # fmt: skip


def profiled(path: Path) -> dict[tuple[str, int, str], Any]:
    config = load_config([path])
    gc.disable()
    profile = cProfile.Profile()
    profile.runcall(pipeline.scan, [path], config)
    statistics: Any = pstats.Stats(profile)
    found: dict[tuple[str, int, str], Any] = statistics.stats
    return found


def main() -> None:
    path = Path(sys.argv[1])
    most = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    rows = profiled(path)
    [whole] = [row[3] for key, row in rows.items() if key[2] == "scan" and key[0] == pipeline.__file__]
    for stage in STAGES:
        function = getattr(pipeline, stage).__code__
        row = rows.get((function.co_filename, function.co_firstlineno, function.co_name))
        print(f"{100 * row[3] / whole if row else 0:5.1f} %  {stage}")
    print("by itself:")
    for (file, line, name), row in sorted(rows.items(), key=lambda item: -item[1][2])[:most]:
        where = f"{Path(file).name}:{line} " if line else ""
        print(f"{100 * row[2] / whole:5.1f} %  {row[1]:8} calls  {where}{name}")


if __name__ == "__main__":
    main()
