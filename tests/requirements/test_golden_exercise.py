"""The lesson's exercise and its sample solution: the whole report as a file. `python -m ...` writes it anew."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from tests.requirements.test_check import run, sample

GOLDEN = Path(__file__).with_name("golden") / "sample-solution.json"


def report(folder: Path) -> dict[str, Any]:
    """Paths from the design's own folder, and without what a new list of prices changes."""
    sample(folder)
    found: dict[str, Any] = json.loads(run(folder, "--format", "json").stdout)
    for row in (*found["requirements"], *found["notes"]):
        row["file"] = row["file"].rpartition("/")[2]
        if "arithmetic" in row:
            row["arithmetic"] = [text.replace(f"{folder.name}/", "") for text in row["arithmetic"]]
        if row.get("rule") == "MLA-CO003":
            row.update(computed="", margin="", arithmetic=[])
    found["notes"] = [note for note in found["notes"] if note["topic"] != "region"]
    return found


def test_the_report_on_the_sample_solution_is_the_golden_one(tmp_path: Path) -> None:
    assert report(tmp_path) == json.loads(GOLDEN.read_text("utf-8"))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        GOLDEN.write_text(json.dumps(report(Path(name)), indent=1) + "\n", "utf-8")
