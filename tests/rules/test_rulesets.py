"""Which rules a pinned ruleset lets fire."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources

from mlarchlint.profiles import PROFILES
from mlarchlint.registry import built_in_rules
from mlarchlint.rulesets import RULESETS, in_ruleset
from tests.report.results import rule


def test_a_rule_of_a_later_version_waits_for_the_next_ruleset() -> None:
    assert in_ruleset(replace(rule(), since="0.1"), "2026.1")
    assert not in_ruleset(replace(rule(), since="0.2"), "2026.1")
    assert in_ruleset(replace(rule(), since="0.10"), "")


def test_rules_of_others_always_run() -> None:
    assert in_ruleset(replace(rule("ACME-001"), since="9.9"), "2026.1")


def test_every_rule_says_a_version() -> None:
    assert all(
        in_ruleset(one, name) in (True, False) for one in built_in_rules().values() for name in RULESETS
    )


def test_the_schema_knows_every_ruleset_and_profile() -> None:
    text = (resources.files("mlarchlint.data") / "schema" / "config.json").read_text(encoding="utf-8")
    keys = json.loads(text)["properties"]
    assert keys["ruleset"]["enum"] == list(RULESETS)
    assert keys["profile"]["enum"] == list(PROFILES)
