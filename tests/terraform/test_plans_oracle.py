"""Whole configurations give what `terraform plan` gives: values, unknown marks, sensitive marks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mlarchlint.frontends.terraform import TerraformOptions, evaluate_terraform, sources_below
from mlarchlint.frontends.terraform.files import Folders
from mlarchlint.frontends.terraform.scan import root_module
from mlarchlint.frontends.terraform.to_model import to_model
from mlarchlint.model.resource import Mode
from mlarchlint.model.span import NOWHERE
from mlarchlint.model.value import Value, plain_raw

PLANS = Path(__file__).parent.parent / "oracle" / "plans"
NAMES = sorted(path.parent.name for path in PLANS.glob("*/expected.json"))


def known_part(value: Value) -> Any:
    """As a plan prints it: unknown members left out, unknown elements null."""
    if value.is_unknown:
        return None
    if isinstance(value.raw, tuple):
        return [known_part(part) for part in value.raw]
    if value.mapping():
        return {name: known_part(part) for name, part in value.mapping().items() if not part.is_unknown}
    return plain_raw(value.raw)


def marked(value: Value, what: str, path: str = "") -> set[str]:
    """The paths of the parts that are `unknown` or `sensitive`."""
    if value.is_unknown if what == "unknown" else value.sensitive:
        return {path}
    parts = {f"{path}[{n}]": part for n, part in enumerate(value.items())}
    parts |= {f"{path}.{name}": part for name, part in value.mapping().items()}
    return {found for inner, part in parts.items() for found in marked(part, what, inner)}


def marks(data: Any, path: str = "") -> set[str]:
    if data is True:
        return {path}
    parts: dict[str, Any] = {}
    if isinstance(data, list):
        parts = {f"{path}[{n}]": part for n, part in enumerate(data)}
    elif isinstance(data, dict):
        parts = {f"{path}.{name}": part for name, part in data.items()}
    return {found for inner, part in parts.items() for found in marks(part, inner)}


@pytest.mark.parametrize("name", NAMES)
def test_planned_values_are_those_of_terraform(name: str) -> None:
    expected = json.loads((PLANS / name / "expected.json").read_text())
    evaluation = evaluate_terraform(sources_below(PLANS / name))
    inputs = {
        instance.address: instance.get("input")
        for instance in evaluation.instances
        if instance.mode is Mode.MANAGED and instance.type == "terraform_data"
    }
    assert sorted(inputs) == sorted(expected["resources"])
    for address, planned in expected["resources"].items():
        value = inputs[address]
        assert known_part(value) == planned["after"], address
        assert marked(value, "unknown") == marks(planned.get("unknown")), address
        assert marked(value, "sensitive") == marks(planned.get("sensitive")), address
    assert evaluation.diagnostics == ()


@pytest.mark.parametrize("name", NAMES)
def test_planned_outputs_are_those_of_terraform(name: str) -> None:
    expected = json.loads((PLANS / name / "expected.json").read_text())["outputs"]
    folders = Folders(sources_below(PLANS / name))
    root, _ = root_module(folders.syntax("."), folders, TerraformOptions())
    found = {output: to_model(root.output(output), NOWHERE) for output in root.syntax.outputs}
    known = {output: value.plain() for output, value in found.items() if not marked(value, "unknown")}
    assert known == {output: value for output, value in expected.items() if value is not None}


def test_there_are_plans_to_compare_with() -> None:
    assert len(NAMES) >= 14
