"""docs/lesson.md: no section of the lesson is left out, and what is said to enforce it exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import NamedTuple

import pytest
import yaml

from mlarchlint.analysis.patterns import PATTERNS
from mlarchlint.analysis.stages import STAGES
from mlarchlint.cli import COMMANDS
from mlarchlint.model.rule import PILLARS
from mlarchlint.registry import built_in_rules
from tests.packaging.documents import ROOT, page, requirement

NAME = "docs/lesson.md"
# The sections of the lesson, in its order, and how many statements each makes.
OUTLINE = {
    "Introduction": 1,
    "Fundamentals": 1,
    "Compute": 9,
    "Storage": 10,
    "Networking": 8,
    "Training architecture": 13,
    "Inference architecture": 13,
    "Data pipeline architecture": 4,
    "High availability": 8,
    "Scalability": 5,
    "Cost optimization": 13,
    "Security": 11,
    "Observability": 4,
    "Training and inference compared": 6,
    "Data flow": 2,
    "Scenario": 6,
    "Tasks": 5,
    "Sample solution": 3,
    "Region selection": 5,
    "Instance selection": 2,
    "Storage strategy": 3,
    "Lambda architecture": 1,
    "Microservices": 1,
    "Monolith": 1,
    "Takeaways": 8,
    "Self-check": 7,
    "Further reading": 1,
}
RULE = re.compile(r"MLA-[A-Z]{2}\d{3}")


class Row(NamedTuple):
    section: str
    statement: str
    held_by: str


def rows() -> Iterator[Row]:
    section = ""
    for line in page(NAME).splitlines():
        if line.startswith("#"):
            section = line.lstrip("# ")
        elif line.startswith("| ") and not line.startswith("| statement"):
            _, statement, held_by, _ = (cell.strip() for cell in line.split("|"))
            yield Row(section, statement, held_by)


ROWS = list(rows())


def words() -> dict[str, set[str]]:
    """What a name in backticks may follow, and which names there are."""
    vocabulary = yaml.load(
        (files("mlarchlint.data") / "vocabulary.yaml").read_text("utf-8"), yaml.CSafeLoader
    )
    roles = {role for rule in built_in_rules().values() for role in rule.roles}
    return {"kind": set(vocabulary["kinds"]), "role": roles}


def exists(name: str, before: str) -> bool:
    if name.startswith("mlarchlint "):
        return name.split()[1] in COMMANDS
    if "/" in name:
        return (ROOT / name).exists()
    word = re.search(r"\b(kind|role)s?\b[^;]*$", before)
    if word and name in words()[word[1]] | words()["kind"]:
        return True
    return name.startswith("--") or requirement(name)


def test_every_section_has_its_statements_in_order() -> None:
    counted: dict[str, int] = {}
    for row in ROWS:
        counted[row.section] = counted.get(row.section, 0) + 1
    assert list(counted.items()) == list(OUTLINE.items())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}: {row.statement[:40]}")
def test_something_that_exists_holds_the_statement(row: Row) -> None:
    assert row.statement
    named = RULE.findall(row.held_by)
    quoted = [(found[1], row.held_by[: found.start()]) for found in re.finditer(r"`([^`]+)`", row.held_by)]
    assert named or quoted or "](" in row.held_by, row
    for ident in named:
        assert ident in built_in_rules(), ident
    for name, before in quoted:
        assert exists(name, before), name
    for shown in re.findall(r"\*(\w[\w ]*)\*", row.held_by):
        assert shown in {*PATTERNS, *STAGES, *PILLARS.values()}, shown


def test_no_statement_stands_twice() -> None:
    seen = [(row.section, row.statement) for row in ROWS]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("ident", built_in_rules())
def test_every_rule_is_named(ident: str) -> None:
    """The lesson is the source of every rule: name a new one beside the statement that it holds."""
    assert f"[{ident}](rules/{ident}.md)" in page(NAME), f"name {ident} in {NAME}"


def test_rules_are_named_as_links() -> None:
    assert RULE.findall(re.sub(r"\[(MLA-[A-Z]{2}\d{3})\]\(rules/\1\.md\)", "", page(NAME))) == []
