"""Rulesets: which rules can fire. One that is released never grows, so that an upgrade breaks no build."""

from __future__ import annotations

from collections.abc import Mapping

from mlarchlint.model.rule import Rule

# Name -> the last version whose new rules belong to it.
RULESETS: Mapping[str, str] = {"2026.1": "0.1"}


def in_ruleset(rule: Rule, name: str) -> bool:
    """Every rule without a name; rules that are not built in always belong."""
    if not name or not rule.id.startswith("MLA-"):
        return True
    return _version(rule.since) <= _version(RULESETS[name])


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
