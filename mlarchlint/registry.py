"""All rules in one dictionary."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING

from mlarchlint.model.rule import Rule

if TYPE_CHECKING:
    from mlarchlint.config import Config

PACKAGE = "mlarchlint.rules"


class RuleError(Exception):
    """A rule cannot be loaded, or two rules share an id or a name."""


@lru_cache(maxsize=1)
def built_in_rules() -> Mapping[str, Rule]:
    """Every rule of the package, by id, in the order of ids."""
    (folder,) = import_module(PACKAGE).__path__
    names = sorted(name for name in os.listdir(folder) if name.endswith(".py"))
    modules = [name.removesuffix(".py") for name in names if not name.startswith("_")]
    return collect(rule for name in modules for rule in rules_in(f"{PACKAGE}.{name}"))


def rules_for(config: Config) -> Mapping[str, Rule]:
    """Built-in rules, those of installed packages, and the policies that the configuration names.

    Raises RuleError, and ConfigError where a policy is wrong.
    """
    rules: list[Rule] = list(built_in_rules().values())
    rules += installed_rules()
    if config.policies:
        from mlarchlint.policy import read_policies

        rules += (policy.rule for policy in read_policies(config.policies, built_in_rules()))
    return collect(rules)


@lru_cache(maxsize=1)
def installed_rules() -> tuple[Rule, ...]:
    """Rules of packages with an entry point in the group `mlarchlint.rules`: a module, or a package of modules."""
    if not any(_declares_rules(Path(folder)) for folder in dict.fromkeys(sys.path) if folder):
        return ()  # asking for entry points costs more than looking whether there are any
    from importlib.metadata import entry_points

    found: list[Rule] = []
    for point in sorted(entry_points(group=PACKAGE), key=lambda point: (point.name, point.value)):
        found += _rules_of(point.value)
    return tuple(found)


def _declares_rules(folder: Path) -> bool:
    try:
        places = [entry for entry in os.scandir(folder) if entry.name.endswith((".dist-info", ".egg-info"))]
    except OSError:
        return False
    return any(_names_group(os.path.join(place.path, "entry_points.txt")) for place in places)


def _names_group(place: str) -> bool:
    try:
        with open(place, "rb") as file:
            return f"[{PACKAGE}]".encode() in file.read()
    except OSError:
        return False


def _rules_of(name: str) -> Iterator[Rule]:
    try:
        module = import_module(name)
    except Exception as error:
        raise RuleError(f"{name} cannot be loaded: {type(error).__name__}: {error}") from error
    inner = sorted(entry.name for entry in iter_modules(getattr(module, "__path__", ())))
    names = [f"{name}.{entry}" for entry in inner if not entry.startswith("_")]
    for one in names or [name]:
        yield from rules_in(one)


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
