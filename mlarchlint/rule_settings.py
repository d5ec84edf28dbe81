"""What the configuration and policies change about a rule: its severity, its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from mlarchlint.config_check import nearest
from mlarchlint.model.rule import Rule


def mistakes_in_params(rule: Rule, given: Mapping[str, Any]) -> list[str]:
    """Sentences on what the rule does not take."""
    found = []
    for name, value in given.items():
        if name not in rule.params:
            known = ", ".join(rule.params) or "it has none"
            hint = nearest(name, list(rule.params)) or f"; {known}"
            found.append(f"{rule.id} has no parameter '{name}'{hint}")
        elif not _same_type(rule.params[name], value):
            found.append(f"'{name}' of {rule.id} is {_described(rule.params[name])}, not {value!r}")
    return found


def with_params(rule: Rule, given: Mapping[str, Any]) -> Rule:
    """The rule with some parameters changed; they are checked by `mistakes_in_params` before."""
    if not given:
        return rule
    params = {**rule.params, **given}
    check: Any = rule.check
    inner = check.func if isinstance(check, partial) else check
    return replace(rule, check=partial(inner, params=params), params=params)


def _same_type(default: Any, value: Any) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, (int, float)):
        return _is_number(value)
    return isinstance(value, (list, tuple) if isinstance(default, (list, tuple)) else type(default))


def _is_number(value: Any) -> bool:
    from decimal import Decimal

    return isinstance(value, (int, float, Decimal))


def _described(default: Any) -> str:
    if isinstance(default, bool):
        return "true or false"
    if isinstance(default, (int, float)):
        return "a number"
    return "a list" if isinstance(default, (list, tuple)) else "text"
