"""The quick check never says yes where jsonschema says no, and says yes to what is written in practice."""

from __future__ import annotations

import json
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlarchlint.config_conforms import conforms
from mlarchlint.config_text import read_yaml

SCHEMA: dict[str, Any] = json.loads(
    (resources.files("mlarchlint.data") / "schema" / "config.json").read_text(encoding="utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
DOCUMENTATION = Path(__file__).resolve().parent.parent.parent / "docs" / "config.md"


def example() -> dict[str, Any]:
    block = next(b for b in DOCUMENTATION.read_text().split("```yaml\n") if "waivers:" in b)
    found: dict[str, Any] = read_yaml(block.partition("```")[0], "x").data
    return found


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 200), st.decimals(-2, 200, places=1), st.text(max_size=3),
    st.sampled_from(["low", "prod", "2027-01-01", "POST", "x", "0-6"]),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, part in parts:
        found += places(part, (*path, key))
    return found


PLACES = places(example())


def test_the_documented_example_conforms() -> None:
    assert conforms(example(), SCHEMA, SCHEMA)
    VALIDATOR.validate(example())


@given(st.sampled_from(PLACES), values)
def test_one_changed_value_gets_the_verdict_of_jsonschema(place: tuple[Any, ...], value: Any) -> None:
    data = example()
    target: Any = data
    for step in place[:-1]:
        target = target[step]
    target[place[-1]] = value
    quick, slow = conforms(data, SCHEMA, SCHEMA), VALIDATOR.is_valid(data)
    assert slow or not quick
    if not any(isinstance(part, Decimal) and part == part.to_integral_value() for part in _parts(value)):
        assert quick == slow  # jsonschema takes 2.0 for a whole number, the quick check asks it


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    return [part for item in value for part in _parts(item)] if isinstance(value, list) else [value]


@pytest.mark.parametrize(
    "text", ["{}", "fail_on: never", "requirements: needs.yaml", "select: [a]\nrules: {x: {}}"]
)
def test_small_configurations_conform(text: str) -> None:
    assert conforms(yaml.safe_load(text), SCHEMA, SCHEMA)
