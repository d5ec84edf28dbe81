"""The pages of the documentation, and the blocks of code in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
# docs/rules is written from the rules, and tested with them; decisions are history.
_WRITTEN_ELSEWHERE = ("rules", "adr")
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    page: str
    line: int
    language: str
    text: str


def _pages() -> Iterator[str]:
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md"):
        if (ROOT / name).exists():
            yield name
    for path in sorted((ROOT / "docs").rglob("*.md")):
        parts = path.relative_to(ROOT).parts
        if parts[1] not in _WRITTEN_ELSEWHERE:
            yield "/".join(parts)


PAGES = list(_pages())


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, *languages: str) -> list[Block]:
    """The blocks of a page in these languages, without their indentation in a list."""
    text = page(name)
    return [
        Block(
            name,
            text.count("\n", 0, found.start()) + 2,
            found[2],
            re.sub(f"^{found[1]}", "", found[3], flags=re.M),
        )
        for found in _BLOCK.finditer(text)
        if found[2] in languages
    ]


def prose(name: str) -> str:
    """The page without its blocks."""
    return _BLOCK.sub("", page(name))


def requirement(path: str) -> bool:
    """A dotted key of the requirements."""
    schema = json.loads((ROOT / "mlarchlint" / "data" / "schema" / "config.json").read_text("utf-8"))
    at: dict[str, Any] = schema["$defs"]["requirements"]
    for step in path.split("."):
        at = at.get("properties", {}).get(step)
        if at is None:
            return False
        at = at.get("items", at)
        reference = at.get("$ref", "").rpartition("/")[2]
        at = schema["$defs"].get(reference, at)
    return True
