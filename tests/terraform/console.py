"""Expressions as `terraform console` sees them beside tests/oracle/context.tf."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from mlarchlint.frontends.terraform import cty, nodes
from mlarchlint.frontends.terraform import number as numbers
from mlarchlint.frontends.terraform.evaluate import evaluate
from mlarchlint.frontends.terraform.scope import EvaluationError, Files, Scope, Step
from mlarchlint.frontends.terraform.syntax import parse, parse_expression

ORACLE = Path(__file__).parent.parent / "oracle"


class Folder:
    """Files of one folder, which is root and module."""

    def __init__(self, path: Path) -> None:
        self.root = self.directory = self.module = path


class ConsoleScope:
    """The variables and locals of a configuration, and no resources."""

    providers: frozenset[str] = frozenset()

    def __init__(self, text: str, folder: Path | None = None, **extra: cty.Value) -> None:
        self.files: Files | None = Folder(folder) if folder else None
        self.extra = extra
        self.names: dict[str, dict[str, cty.Value]] = {"var": {}, "local": {}}
        file, diagnostics = parse(text, "context.tf")
        assert not diagnostics
        for block in file.body.blocks:
            if block.type == "variable":
                self.names["var"][block.labels[0]] = evaluate(
                    block.body.arguments["default"].expression, self
                )
            else:
                for name, argument in block.body.arguments.items():
                    self.names["local"][name] = evaluate(argument.expression, self)

    def resolve(self, root: nodes.Variable, steps: tuple[Step, ...], within: Scope) -> tuple[cty.Value, int]:
        if root.name in self.extra:
            return self.extra[root.name], 0
        if steps and isinstance(steps[0], nodes.Attribute):
            name = steps[0].name
            known = {"terraform": {"workspace": cty.string("default")}, "path": {"module": cty.string(".")}}
            found = {**self.names, **known}.get(root.name, {}).get(name)
            if found is not None:
                return found, 1
        raise EvaluationError("Invalid reference", root.span)


@lru_cache(maxsize=1)
def context() -> str:
    return (ORACLE / "context.tf").read_text(encoding="utf-8")


def value_of(expression: str, scope: Scope | None = None) -> cty.Value:
    return evaluate(parse_expression(expression, "test.tf"), scope or ConsoleScope(context()))


def plain(value: cty.Value) -> Any:
    """As JSON data; unknown parts as a word no test uses."""
    held = value.v
    if isinstance(held, cty.Unknown):
        return "<unknown>"
    if isinstance(held, tuple):
        return [plain(part) for part in held]
    if isinstance(held, dict):
        return {name: plain(part) for name, part in held.items()}
    return float(numbers.text_of(held)) if isinstance(held, numbers.Real) else held
