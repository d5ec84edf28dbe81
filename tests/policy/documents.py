"""Policies written in tests and in the documentation."""

from __future__ import annotations

import re
from pathlib import Path

from mlarchlint.policy import Policy, read_policies
from mlarchlint.registry import built_in_rules

DOCS = Path(__file__).parents[2] / "docs" / "policies.md"


def documented() -> list[str]:
    blocks = re.findall(r"```yaml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    return [block for block in blocks if "kind: Policy" in block]


def read(folder: Path, *texts: str, **tables: str) -> list[Policy]:
    for name, text in tables.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    place = folder / "policy.yaml"
    place.write_text("---\n".join(texts), "utf-8")
    return read_policies([place], built_in_rules())
