"""Every value of a configuration with where it was set, for `mlarchlint config show`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from mlarchlint.config import Config
from mlarchlint.config_file import shown_path
from mlarchlint.model.span import SourceSpan

DEFAULT = "default"
# What is not a key of its own: origins are shown beside the values.
_LEFT_OUT = ("origins",)


@dataclass(frozen=True, slots=True)
class ShownValue:
    """value: JSON. origin: `default`, `FILE:LINE`, a profile or a flag."""

    key: str
    value: Any
    origin: str


def shown_values(config: Config) -> list[ShownValue]:
    """In the order of Config; requirements and rules one row per key, with the line of each."""
    return [value for field in fields(config) for value in _rows(config, field.name)]


def _rows(config: Config, name: str) -> Iterator[ShownValue]:
    if name in _LEFT_OUT:
        return
    origin = config.origins.get(name, DEFAULT)
    value = getattr(config, name)
    if name == "requirements":
        leaves = list(_leaves(value.data, ""))
        for key, leaf in leaves:
            span = value.spans.get(key)
            yield ShownValue(f"requirements.{key}", _plain(leaf), _place(span) if span else origin)
        if not leaves:
            yield ShownValue(name, {}, origin)
    elif name == "rules" and value:
        for rule, setting in value.items():
            told = {
                key: _plain(getattr(setting, key))
                for key in ("severity", "ignorable", "params")
                if getattr(setting, key) not in (None, {})
            }
            yield ShownValue(f"rules.{rule}", told, _place(setting.span))
    elif name == "suppressions" and value:
        for place, entry in enumerate(value):
            yield ShownValue(f"suppressions.{place}", _plain(entry), _place(entry.span))
    elif name == "fail_on":
        yield ShownValue(name, value.value if value else "never", origin)
    else:
        yield ShownValue(name, _plain(value), origin)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key, part in value.items():
            yield from _leaves(part, f"{path}.{key}" if path else str(key))
    elif path:
        yield path, value


def _place(span: SourceSpan) -> str:
    return f"{span.file}:{span.line}" if span.file else DEFAULT


def _plain(value: Any) -> Any:
    """As JSON has it; spans are left out."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return shown_path(value)
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name))
            for field in fields(value)
            if not isinstance(getattr(value, field.name), SourceSpan)
        }
    return value
