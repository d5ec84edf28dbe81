"""Writes the compiled twins of the kinds and the tables: `python -m tools.compile_data` after an edit of their YAML.

    python -m tools.compile_data [--check]

--check: writes nothing, and fails where a twin is not of the YAML as it stands.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import yaml

from mlarchlint.data import FOLDER, mark_of, packed, text_of, unpacked
from mlarchlint.kinds import Kinds

PLACE = Path(FOLDER) / "compiled"
# Read in scans; what only single commands read stays YAML.
TABLES = (
    "accelerators", "azure_regions", "burstable", "feed_rates", "latency_defaults", "metros", "quotas", "roles",
    "scaling_defaults", "service_limits", "service_regions", "sla",
)  # fmt: skip


def twins() -> dict[str, str]:
    """File name -> text."""
    found = {}
    for name in TABLES:
        text = text_of(f"{name}.yaml")
        data: Any = yaml.safe_load(text)
        written = packed(data)
        if unpacked(written) != data:
            raise ValueError(f"{name}.yaml means something else once it is compiled")
        found[f"{name}.json"] = f"{mark_of(text)}\n{written}\n"
    names = sorted(name for name in os.listdir(Path(FOLDER) / "kinds") if name.endswith(".yaml"))
    texts = {name: text_of(f"kinds/{name}") for name in names}
    written_kinds, twin = Kinds(texts), Kinds(texts).compiled()
    read = Kinds.of_compiled(twin)
    for form in ("terraform", "cloudformation", "kubernetes", "module"):
        for name in written_kinds.types(form):
            if written_kinds.find(form, name) != read.find(form, name):
                raise ValueError(f"the entry of {name} means something else once it is compiled")
    found["kinds.json"] = f"{mark_of(''.join(texts.values()))}\n{twin}"
    return found


def main() -> int:
    made = twins()
    stale = [name for name, text in made.items() if _held(name) != text]
    if "--check" in sys.argv:
        print("\n".join(f"{name} is stale: run python -m tools.compile_data" for name in stale))
        return 1 if stale else 0
    PLACE.mkdir(exist_ok=True)
    for name in stale:
        (PLACE / name).write_text(made[name], "utf-8")
    return 0


def _held(name: str) -> str:
    place = PLACE / name
    return place.read_text("utf-8") if place.is_file() else ""


if __name__ == "__main__":
    raise SystemExit(main())
