"""What Terraform 1.11 answers to each recorded expression: the same value, the same type, or an error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlarchlint.frontends.terraform.cty import type_name
from mlarchlint.frontends.terraform.scope import EvaluationError
from mlarchlint.frontends.terraform.syntax import SyntaxProblem
from tests.terraform.console import ORACLE, ConsoleScope, context, plain, value_of

CASES = [json.loads(line) for line in (ORACLE / "expressions.jsonl").read_text(encoding="utf-8").splitlines()]
# Cases that cannot hold here, by expression, with the reason.
EXCEPTIONS: dict[str, str] = {}


@pytest.fixture(scope="module")
def scope(tmp_path_factory: pytest.TempPathFactory) -> ConsoleScope:
    """The recording was made in a folder where the context is called main.tf."""
    folder: Path = tmp_path_factory.mktemp("console")
    (folder / "main.tf").write_text(context(), encoding="utf-8")
    return ConsoleScope(context(), folder)


def _differs(case: dict[str, object], scope: ConsoleScope) -> str:
    try:
        value = value_of(str(case["expr"]), scope)
    except (EvaluationError, SyntaxProblem) as error:
        return "" if "error" in case else f"error: {error}"
    if "error" in case:
        return f"no error, but {plain(value)!r}"
    if "json" in case:
        got, wanted = plain(value), case["json"]
        if json.dumps(_floats(got), sort_keys=True) != json.dumps(_floats(wanted), sort_keys=True):
            return f"value {got!r}, not {wanted!r}"
    if "type" in case and type_name(value.type) != case["type"]:
        return f"type {type_name(value.type)}, not {case['type']}"
    return ""


def _floats(data: object) -> object:
    """1 and 1.0 are one number; true is none."""
    if isinstance(data, bool) or not isinstance(data, (int, float, list, dict)):
        return data
    if isinstance(data, list):
        return [_floats(part) for part in data]
    if isinstance(data, dict):
        return {name: _floats(part) for name, part in data.items()}
    return int(data) if data == int(data) else data


def test_every_recorded_expression_gives_what_terraform_gives(scope: ConsoleScope) -> None:
    wrong = {}
    for case in CASES:
        if case["expr"] not in EXCEPTIONS and (why := _differs(case, scope)):
            wrong[case["expr"]] = why
    assert not wrong, "\n".join(f"{expression}\n    {why}" for expression, why in list(wrong.items())[:20])


def test_the_recording_is_whole() -> None:
    assert len(CASES) > 1600
    assert sum("error" in case for case in CASES) > 40
