"""The layers of the design, read off the import statements."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "mlarchlint"

# For the modules below a prefix: the prefixes they may import (None: everything but the forbidden).
ALLOWED = {
    "mlarchlint.model": ("mlarchlint.model",),
    "mlarchlint.rules": ("mlarchlint.api",),
}
LATER = (
    "mlarchlint.cli",
    "mlarchlint.report",
    "mlarchlint.pipeline",
    "mlarchlint.suppress",
    "mlarchlint.advise",
)
JUDGING = ("mlarchlint.rules", "mlarchlint.engine", "mlarchlint.registry", "mlarchlint.api")
FORBIDDEN = {
    "mlarchlint.frontends": (
        *LATER,
        *JUDGING,
        "mlarchlint.analysis",
        "mlarchlint.normalise",
        "mlarchlint.design",
    ),
    "mlarchlint.discover": (*LATER, *JUDGING, "mlarchlint.analysis", "mlarchlint.normalise"),
    "mlarchlint.config": (*LATER, *JUDGING, "mlarchlint.frontends", "mlarchlint.analysis"),
    "mlarchlint.kinds": (*LATER, *JUDGING, "mlarchlint.analysis", "mlarchlint.discover"),
    "mlarchlint.normalise": (*LATER, *JUDGING, "mlarchlint.analysis", "mlarchlint.discover"),
    "mlarchlint.analysis": (*LATER, *JUDGING, "mlarchlint.frontends", "mlarchlint.discover"),
    "mlarchlint.design": (*LATER, *JUDGING, "mlarchlint.frontends", "mlarchlint.discover"),
    "mlarchlint.engine": (*LATER, "mlarchlint.frontends", "mlarchlint.discover"),
    "mlarchlint.suppress": (
        "mlarchlint.cli",
        "mlarchlint.report",
        "mlarchlint.pipeline",
        "mlarchlint.advise",
    ),
    "mlarchlint.report": ("mlarchlint.cli",),
    "mlarchlint.pipeline": ("mlarchlint.cli", "mlarchlint.report", "mlarchlint.advise"),
    "mlarchlint.advise": ("mlarchlint.cli", "mlarchlint.report", *JUDGING),
}
# Costly, or only needed now and then: never at the top of a module.
LAZY = ("jsonschema", "hcl2", "cfnlint", "pathspec", "lark", "rich")


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), path
    for path in sorted((ROOT / "rules").glob("*.py")):
        yield f"mlarchlint.rules.{path.stem}".removesuffix(".__init__"), path


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def below(name: str, prefix: str) -> bool:
    return (
        name == prefix
        or name.startswith(prefix + ".")
        or (prefix == "mlarchlint.config" and name.startswith("mlarchlint.config_"))
    )


def typed_only(tree: ast.Module) -> ast.Module:
    """Without what stands under `if TYPE_CHECKING`, which is never imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = [ast.Pass()]
    return tree


@pytest.mark.parametrize(
    ("name", "path"), list(modules()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_no_module_imports_what_comes_after_it(name: str, path: Path) -> None:
    tree = typed_only(ast.parse(path.read_text(encoding="utf-8")))
    ours = {other for other in imported(tree) if below(other, "mlarchlint")}
    for prefix, allowed in ALLOWED.items():
        if below(name, prefix):
            strangers = {other for other in ours if not any(below(other, right) for right in allowed)}
            assert not strangers - {"mlarchlint"}
    for prefix, forbidden in FORBIDDEN.items():
        if below(name, prefix):
            assert not {other for other in ours if any(below(other, wrong) for wrong in forbidden)}


@pytest.mark.parametrize(
    ("name", "path"), list(modules()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_nothing_costly_is_imported_at_the_top(name: str, path: Path) -> None:
    body = typed_only(ast.parse(path.read_text(encoding="utf-8"))).body
    tops = [node for node in body if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = {other.partition(".")[0] for node in tops for other in imported(ast.Module([node], []))}
    assert not names & set(LAZY)


def test_the_checks_see_the_modules_they_are_for() -> None:
    names = [name for name, _ in modules()]
    for prefix in (*ALLOWED, *FORBIDDEN):
        assert any(below(name, prefix) for name in names), prefix
