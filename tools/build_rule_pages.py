"""Writes docs/rules/: one page per rule, from the rules themselves, and the index. Run after changing a rule.

python -m tools.build_rule_pages
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mlarchlint.model.rule import PILLARS, Rule
from mlarchlint.registry import built_in_rules

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "rules"
_NOTE = "<!-- Written by tools/build_rule_pages.py from the rule; change it there. -->"


def pages() -> dict[str, str]:
    """File name -> text."""
    rules = list(built_in_rules().values())
    found = {f"{rule.id}.md": _page(rule) for rule in rules}
    return {**found, "README.md": _index(rules)}


def _page(rule: Rule) -> str:
    statement, _, sections = rule.doc.strip().partition("\n")
    facts = [
        ("name", f"`{rule.name}`"),
        ("pillar", rule.pillar),
        ("severity", rule.severity.value),
        ("roles", ", ".join(rule.roles) or "any"),
        ("kinds", ", ".join(rule.kinds) or "the whole design"),
        ("since", rule.since),
        ("suppressible", "yes" if rule.ignorable else "no"),
    ]
    if rule.supersedes:
        facts.append(("supersedes", ", ".join(dict.fromkeys(other.rule for other in rule.supersedes))))
    rows = "\n".join(f"| {name} | {value} |" for name, value in facts)
    return f"{_NOTE}\n\n# {rule.id}: {statement}\n\n| | |\n|---|---|\n{rows}\n\n{sections.strip()}\n"


def _index(rules: list[Rule]) -> str:
    return "\n".join([_NOTE, "", "# Rules", "", *_lines(rules)]) + "\n"


def _lines(rules: list[Rule]) -> Iterator[str]:
    yield f"{len(rules)} rules. `mlarchlint explain ID` prints the same pages in a terminal."
    for pillar in PILLARS.values():
        of_pillar = [rule for rule in rules if rule.pillar == pillar]
        if not of_pillar:
            continue
        title = pillar.replace("-", " ").replace("ml ", "ML ").capitalize().replace("Ml ", "ML ")
        yield from ("", f"## {title}", "", "| rule | name | severity | statement |", "|---|---|---|---|")
        for rule in of_pillar:
            link = f"[{rule.id}]({rule.id}.md)"
            yield f"| {link} | `{rule.name}` | {rule.severity.value} | {rule.statement} |"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for stale in FOLDER.glob("*.md"):
        if stale.name not in wanted:
            stale.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
