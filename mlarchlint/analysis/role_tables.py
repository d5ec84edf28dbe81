"""The evidence tables of data/roles.yaml and the families of accelerators, loaded once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from mlarchlint.analysis.tokens import TokenTable
from mlarchlint.data import table


@lru_cache(maxsize=1)
def role_tables() -> Mapping[str, Any]:
    tables: Mapping[str, Any] = _with_tables(_load("roles.yaml"))
    return tables


@lru_cache(maxsize=1)
def accelerator_families() -> Mapping[str, tuple[str, ...]]:
    return {provider: tuple(names) for provider, names in _load("accelerators.yaml").items()}


def _with_tables(data: Any) -> Any:
    """Lists of tokens become tables of them."""
    if isinstance(data, list):
        return [_with_tables(part) for part in data]
    if not isinstance(data, dict):
        return data
    return {
        name: TokenTable(part)
        if name == "tokens"
        else {held: TokenTable(tokens) for held, tokens in part.items()}
        if name == "data_roles"
        else _with_tables(part)
        for name, part in data.items()
    }


def _load(name: str) -> Mapping[str, Any]:
    data = table(name)
    assert isinstance(data, dict)
    return data


@cache
def role_patterns(table: str) -> tuple[tuple[re.Pattern[str], Mapping[str, Any]], ...]:
    """The rows of a table with what they match; most scans have no use for some of them."""
    return tuple(
        (re.compile(_alternatives(row["match"]), re.IGNORECASE), row) for row in role_tables()[table]
    )


def _alternatives(match: str | list[str]) -> str:
    return match if isinstance(match, str) else "|".join(match)
