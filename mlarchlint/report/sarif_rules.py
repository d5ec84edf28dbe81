"""Rules as SARIF reporting descriptors: their help, level and tags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mlarchlint.model.finding import Severity
from mlarchlint.model.regex import regex
from mlarchlint.model.rule import Rule

# GitHub reads security-severity as a CVSS score; only security rules have one.
_SCORES = {
    Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0", Severity.INFO: "1.0",
}  # fmt: skip
_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning"}
_LINK = regex(r"https?://[^\s)>\]]+")


def described_rules(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    return [_descriptor(rule) for rule in rules]


def _descriptor(rule: Rule) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "tags": [rule.pillar],
        "problem.severity": {"error": "error", "warning": "warning"}.get(_level(rule), "recommendation"),
        "precision": "high",
    }
    if rule.pillar == "security":
        properties["security-severity"] = _SCORES[rule.severity]
    link = _LINK.search(rule.doc)
    return {
        "id": rule.id,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": rule.statement or rule.name},
        "fullDescription": {"text": _first_paragraphs(rule.doc) or rule.name},
        "help": {"text": plain(rule.doc) or rule.name, "markdown": rule.doc.strip() or rule.name},
        **({"helpUri": link[0]} if link else {}),
        "defaultConfiguration": {"level": _level(rule)},
        "properties": properties,
    }


def _level(rule: Rule) -> str:
    return _LEVELS.get(rule.severity, "note")


def _first_paragraphs(doc: str) -> str:
    """The statement and the first section, without headings; at most 1,000 characters."""
    parts = [part for part in plain(doc).split("\n\n") if part.strip()]
    return "\n\n".join(parts[:3])[:1000].strip()


def plain(markdown: str) -> str:
    """Markdown without its marks, for viewers that show text only."""
    text = re.sub(r"^```\w*\n?|^#+\s*", "", markdown.strip(), flags=re.MULTILINE)
    text = re.sub(r"\[([^\]]*)\]\(([^)\s]+)\)", r"\1 (\2)", text)
    return re.sub(r"(\*\*|`)", "", text).strip()
