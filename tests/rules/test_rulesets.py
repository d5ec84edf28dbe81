"""Which rules a pinned ruleset lets fire."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("name", RULESETS)
def test_a_ruleset_is_the_list_written_for_it(name: str) -> None:
    """A released ruleset never grows: a build that pins it must not fail after an upgrade.

    A rule that is new after the release says `since=` the version that brings it, and stays out of this
    file. It belongs to the next ruleset: name that one in `mlarchlint.rulesets.RULESETS` with the last version that
    it covers, in the schema of the configuration, and write its list in `ruleset-NAME.txt` beside this test.
    Only before version 0.1 is released, a new rule (`since="0.1"`) gets its line in `ruleset-2026.1.txt`.
    """
    written = Path(__file__).with_name(f"ruleset-{name}.txt").read_text("utf-8").split()
    assert written == [ident for ident, one in built_in_rules().items() if in_ruleset(one, name)]
