"""Wall times of the command line: `--version`, and a scan of the sample design.

Prints the best of several runs against its target. Not a test: a busy machine may miss a target.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from processes import ENVIRONMENT, best

ROOT = Path(__file__).resolve().parent.parent
DESIGN = ROOT / "fixtures" / "designs" / "image-classifier" / "terraform-aws"
RUNS = 7


def imports(limit: int = 8) -> list[str]:
    """The costliest imports of `--version`, with their own milliseconds."""
    command = [sys.executable, "-X", "importtime", "-m", "mlarchlint", "--version"]
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=ENVIRONMENT)
    lines = run.stderr.splitlines()
    rows = [line.removeprefix("import time:").split("|") for line in lines if "|" in line]
    costs = [(int(row[0]), row[2].strip()) for row in rows if row[0].strip().isdigit()]
    return [f"  {micros / 1000:6.1f} ms  {name}" for micros, name in sorted(costs, reverse=True)[:limit]]


def main() -> None:
    bare = best([sys.executable, "-c", "pass"], RUNS).wall
    version = best([sys.executable, "-m", "mlarchlint", "--version"], RUNS).wall
    print(f"python -c pass           {bare:.3f} s")
    print(
        f"mlarchlint --version     {version:.3f} s  (target 0.150 s; {version / bare:.1f}x python, target 5x)"
    )
    if DESIGN.is_dir():
        sample = best([sys.executable, "-m", "mlarchlint", "scan", str(DESIGN)], RUNS).wall
        print(f"scan of the sample       {sample:.3f} s  (target 0.350 s)")
    print("costliest imports of --version:")
    print("\n".join(imports()))


if __name__ == "__main__":
    main()
