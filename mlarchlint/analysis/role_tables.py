"""The evidence tables of data/roles.yaml and the families of accelerators, loaded once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any


@lru_cache(maxsize=1)
def role_tables() -> Mapping[str, Any]:
    return _load("roles.yaml")


@lru_cache(maxsize=1)
def accelerator_families() -> Mapping[str, tuple[str, ...]]:
    return {provider: tuple(names) for provider, names in _load("accelerators.yaml").items()}


def _load(name: str) -> Mapping[str, Any]:
    import yaml

    text = files("mlarchlint.data").joinpath(name).read_text("utf-8")
    data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    assert isinstance(data, dict)
    return data


@lru_cache(maxsize=1)
def role_patterns() -> Mapping[str, tuple[tuple[re.Pattern[str], Mapping[str, Any]], ...]]:
    tables = role_tables()
    return {
        name: tuple((re.compile(_alternatives(row["match"]), re.IGNORECASE), row) for row in tables[name])
        for name in ("types", "images", "commands", "command_words", "idle", "environment", "definitions")
    }


def _alternatives(match: str | list[str]) -> str:
    return match if isinstance(match, str) else "|".join(match)
