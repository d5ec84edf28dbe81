"""Records what `terraform plan` gives for a configuration, as expected.json beside it.

    python tests/oracle/record_plan.py tests/oracle/plans/NAME ...

Needs the terraform executable; only the built-in provider is used, so nothing is downloaded.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any


def record(folder: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as place:
        work = Path(place) / "w"
        shutil.copytree(folder, work, ignore=shutil.ignore_patterns("expected.json"))
        run(work, "init")
        run(work, "plan", "-out=plan.bin")
        return expected(json.loads(run(work, "show", "-json", "plan.bin")))


def run(work: Path, *arguments: str) -> str:
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1"}
    options = [] if arguments[0] == "show" else ["-no-color", "-input=false"]
    command = ["terraform", arguments[0], *options, *arguments[1:]]
    done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    return done.stdout


def expected(plan: dict[str, Any]) -> dict[str, Any]:
    """The planned `input` of every terraform_data, with its marks, and the planned outputs."""
    resources = {}
    for change in plan.get("resource_changes", []):
        if change["type"] != "terraform_data":
            continue
        facts = change["change"]
        entry = {"after": (facts["after"] or {}).get("input")}
        for name, key in (("unknown", "after_unknown"), ("sensitive", "after_sensitive")):
            found = facts[key].get("input") if isinstance(facts[key], dict) else facts[key]
            if found not in (None, False, {}):
                entry[name] = found
        resources[change["address"]] = entry
    outputs = plan.get("planned_values", {}).get("outputs", {})
    return {
        "outputs": {name: output.get("value") for name, output in outputs.items()},
        "resources": resources,
    }


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        target = Path(argument)
        text = json.dumps(record(target), indent=1, sort_keys=True)
        (target / "expected.json").write_text(text + "\n")
        print(target)
