"""Random expressions give what the terraform on this machine gives. Skipped where there is none.

Known to differ, and not drawn: `-(0)`, which Terraform prints as -0.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mlarchlint.frontends.terraform.cty import type_name
from mlarchlint.frontends.terraform.scope import EvaluationError
from tests.terraform.console import ConsoleScope, context, plain, value_of

TERRAFORM = shutil.which("terraform")
pytestmark = pytest.mark.skipif(TERRAFORM is None, reason="terraform is not on PATH")

_numbers = st.sampled_from(["0", "1", "-3", "2.5", "10", "0.1", "1e3", "var.n", '"7"', "7 % 3", "null"])
_strings = st.sampled_from(
    ['""', '"a"', '"Hello-World"', '"1,2,,b"', "var.s", '"é日"', '"x y\\n"', '"10"', '" "']
)
_bools = st.sampled_from(["true", "false", '"true"', "var.n > 2"])


def _calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def of(*shapes: str) -> st.SearchStrategy[str]:
        return st.sampled_from(shapes).flatmap(
            lambda shape: st.tuples(*[inner] * shape.count("@")).map(lambda parts: _filled(shape, parts))
        )

    return of(
        "[@, @]", "[@]", "[]", "{ a = @, b = @ }", "{}", "(@ ? @ : @)", "(true ? @ : @)", "(false ? @ : @)", "(@ + @)",
        "(@ == @)", "(@ != @)", "(@ && @)", "(@ < @)", "(@ / @)", "-(@ * 7 + 0.13)", "!(@)", '"${@}-${@}"', '"${@}"', "@[0]",
        "(@).a", "(@)[*]", "[for x in @ : x]", "[for k, v in @ : k]", "{ for k, v in @ : k => v }",
        "{ for k, v in @ : v => k... }", "[for x in @ : x if x != @]", "upper(@)", "length(@)", "tolist(@)",
        "toset(@)", "tomap(@)", "tostring(@)", "tonumber(@)", "tobool(@)", "merge(@, @)", "concat(@, @)",
        "flatten([@, @])", "distinct(@)", "reverse(@)", "sort(@)", "keys(@)", "values(@)", "lookup(@, \"a\", @)",
        "element(@, 1)", "slice(@, 0, 1)", "coalesce(@, @)", "compact(@)", "contains(@, @)", "join(\"-\", @)",
        "split(\",\", @)", "format(\"%v|%s\", @, @)", "formatlist(\"%v-%v\", @, @)", "jsonencode(@)", "yamlencode(@)",
        "try(@, @)", "can(@)", "max(@, @)", "min(@, @)", "floor(@)", "abs(@)", "sum(@)", "setunion(@, @)",
        "setintersection(@, @)", "setsubtract(@, @)", "setproduct(@, @)", "zipmap(@, @)", "one(@)", "index(@, @)",
        "matchkeys(@, @, @)", "chunklist(@, 2)", "transpose(@)", "substr(@, 1, 2)", "title(@)", "strrev(@)",
        "trim(@, @)", "replace(@, @, @)", "regexall(\"[a-z]\", @)", "range(@)", "alltrue(@)", "sha1(@)", "indent(2, @)",
    )  # fmt: skip


def _filled(shape: str, parts: tuple[str, ...]) -> str:
    for part in parts:
        shape = shape.replace("@", part, 1)
    return shape


EXPRESSIONS = st.recursive(
    st.one_of(_numbers, _strings, _bools, st.just("var.l"), st.just("var.m")), _calls, max_leaves=6
)


def _console(expression: str, folder: Path) -> str | None:
    settings_ = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull}
    assert TERRAFORM is not None
    run = subprocess.run(
        [TERRAFORM, "console", "-no-color"],
        input=expression + "\n", cwd=folder, env=settings_, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return run.stdout.strip() if run.returncode == 0 else None


def _asked(expressions: list[str], folder: Path) -> list[str]:
    """One run for all: each is tried by itself, so that an error is only its own."""
    rows = [f'try(base64encode(jsonencode({e})), "error")' for e in expressions]
    answer = _console(f"[{', '.join(rows)}]", folder)
    assert answer is not None, "the batch itself is an error"
    return [line.strip().rstrip(",").strip('"') for line in answer.splitlines()[1:-1]]


def _ours(expression: str, scope: ConsoleScope) -> object:
    try:
        found = value_of(f"base64encode(jsonencode({expression}))", scope)
    except EvaluationError:
        return "error"
    return "(known after apply)" if found.is_unknown else plain(found)


def test_random_expressions_give_what_terraform_gives(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(context(), encoding="utf-8")
    drawn: list[str] = []

    @seed(20261123)
    @settings(
        max_examples=1500, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(EXPRESSIONS)
    def draw(expression: str) -> None:
        drawn.append(expression)

    draw()
    expressions = list(dict.fromkeys(drawn))
    scope = ConsoleScope(context())
    wrong: list[str] = []
    decided = 0
    for start in range(0, len(expressions), 250):
        batch = expressions[start : start + 250]
        for expression, theirs in zip(batch, _asked(batch, tmp_path), strict=True):
            ours = _ours(expression, scope)
            decided += theirs != "error"
            # From 1.12 on, an error of the side of `&&` and `||` that does not decide does not count.
            older = theirs == "error" and ("&&" in expression or "||" in expression)
            if ours != theirs and not older:
                wrong.append(f"{expression}\n    {theirs}\n    {ours}")
    assert len(expressions) > 300
    assert decided > len(expressions) // 10
    assert not wrong, f"{len(wrong)} of {len(expressions)}\n" + "\n".join(wrong[:15])


@pytest.mark.parametrize(
    "expression",
    [
        "tolist([tolist([{ a = 1 }])])",
        "tomap({ a = toset([[1]]) })",
        "[[], { b = [tolist([])] }]",
        "true ? [1] : []",
    ],
)
def test_types_are_printed_as_terraform_prints_them(expression: str, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(context(), encoding="utf-8")
    try:
        ours = type_name(value_of(expression).type)
    except EvaluationError as error:
        pytest.fail(str(error))
    assert ours == _console(f"type({expression})", tmp_path)
