"""All rules in one dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from types import ModuleType

from mlarchlint.model.rule import Rule

PACKAGE = "mlarchlint.rules"


class RuleError(Exception):
    """A rule cannot be loaded, or two rules share an id or a name."""


@lru_cache(maxsize=1)
def built_in_rules() -> Mapping[str, Rule]:
    """Every rule of the package, by id, in the order of ids."""
    names = sorted(entry.name for entry in files(PACKAGE).iterdir() if entry.name.endswith(".py"))
    modules = [name.removesuffix(".py") for name in names if not name.startswith("_")]
    return collect(rule for name in modules for rule in rules_in(f"{PACKAGE}.{name}"))


def rules_in(module_name: str) -> Iterator[Rule]:
    """The rules of one module. Raises RuleError if it cannot be imported or holds none."""
    try:
        module: ModuleType = import_module(module_name)
    except Exception as error:
        raise RuleError(f"{module_name} cannot be loaded: {type(error).__name__}: {error}") from error
    found = [
        value for value in vars(module).values() if isinstance(value, Rule) and value.source == module_name
    ]
    if not found:
        raise RuleError(f"{module_name} holds no rule")
    yield from found


def collect(rules: Iterable[Rule]) -> dict[str, Rule]:
    """Rules by id. Raises RuleError that names both places of a duplicate."""
    by_id: dict[str, Rule] = {}
    by_name: dict[str, Rule] = {}
    for rule in rules:
        for table, key in ((by_id, rule.id), (by_name, rule.name)):
            other = table.setdefault(key, rule)
            if other is not rule:
                raise RuleError(f"{key} is defined twice: in {other.source} and in {rule.source}")
    return dict(sorted(by_id.items()))
