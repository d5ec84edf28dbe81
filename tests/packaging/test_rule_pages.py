"""The pages of docs/rules are those of the rules."""

from __future__ import annotations

from tools.build_rule_pages import FOLDER, pages


def test_the_pages_are_fresh() -> None:
    """Run `python -m tools.build_rule_pages` after changing a rule."""
    written = {page.name: page.read_text(encoding="utf-8") for page in FOLDER.glob("*.md")}
    assert written == pages()
