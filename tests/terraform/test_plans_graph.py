"""The recorded plans, compared with what `mlarchlint graph --format json` prints."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.runner import run
from tests.terraform.test_plans_oracle import NAMES, PLANS, marks

MARKS = {"$unknown": "unknown", "$sensitive": "sensitive"}


def found_marks(body: Any, what: str, path: str = "") -> set[str]:
    """The paths of the unknown or sensitive parts of a body as it is printed."""
    if isinstance(body, dict):
        if any(MARKS.get(name) == what for name in body):
            return {path}
        return {found for name, part in body.items() for found in found_marks(part, what, f"{path}.{name}")}
    if isinstance(body, list):
        return {found for n, part in enumerate(body) for found in found_marks(part, what, f"{path}[{n}]")}
    return set()


def planned(body: Any, after: Any) -> Any:
    """The body in the form of a plan: unknown members left out, unknown elements null.

    A sensitive value is printed by no report; it is taken from the plan, so that the rest is compared.
    """
    if isinstance(body, dict):
        if "$sensitive" in body:
            return after
        if "$unknown" in body:
            return None
        given = after if isinstance(after, dict) else {}
        return {
            name: planned(part, given.get(name))
            for name, part in body.items()
            if not (isinstance(part, dict) and "$unknown" in part)
        }
    if isinstance(body, list):
        given = after if isinstance(after, list) else [None] * len(body)
        return [planned(part, one) for part, one in zip(body, given, strict=True)]
    return body


@pytest.mark.parametrize("name", NAMES)
def test_the_graph_shows_what_terraform_plans(name: str) -> None:
    expected = json.loads((PLANS / name / "expected.json").read_text("utf-8"))["resources"]
    printed = json.loads(run("graph", str(PLANS / name), "--format", "json").stdout)["resources"]
    bodies = {one["address"]: one["body"].get("input") for one in printed if one["type"] == "terraform_data"}
    assert sorted(bodies) == sorted(expected)
    for address, plan in expected.items():
        body = bodies[address]
        assert planned(body, plan["after"]) == plan["after"], address
        assert found_marks(body, "unknown") == marks(plan.get("unknown")), address
        assert found_marks(body, "sensitive") == marks(plan.get("sensitive")), address
