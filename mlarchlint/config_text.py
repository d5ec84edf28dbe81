"""Configuration text to plain data, with the span of every key and value."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from mlarchlint.model.record import record
from mlarchlint.model.span import SourceSpan

Path = tuple[str, ...]
MAX_NODES = 50_000


@record(frozen=True, slots=True)
class Mistake:
    """One thing wrong in the configuration or on the command line."""

    message: str
    span: SourceSpan

    def __str__(self) -> str:
        return f"{self.span}: {self.message}" if self.span.file else self.message


class ConfigError(Exception):
    """The configuration is unusable; all mistakes at once."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = tuple(sorted(dict.fromkeys(mistakes), key=lambda m: (m.span, m.message)))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


@record(frozen=True, slots=True)
class Document:
    """data: plain, numbers with a point are Decimal. keys: the span of the key at each path."""

    data: Any
    keys: Mapping[Path, SourceSpan]
    file: str

    def span(self, path: Path) -> SourceSpan:
        """Of the nearest enclosing key that is written."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.keys:
                return self.keys[path[:length]]
        return SourceSpan(self.file)


def read_yaml(text: str, file: str) -> Document:
    """The one document of a text."""
    return _documents(text, file, lambda loader: [loader.get_single_node()])[0]


def read_yaml_documents(text: str, file: str) -> list[Document]:
    """The documents of a text, the empty ones left out."""

    def nodes(loader: Any) -> list[Any]:
        found = []
        while loader.check_node():
            found.append(loader.get_node())
        return found

    return [document for document in _documents(text, file, nodes) if document.data]


def _documents(text: str, file: str, nodes_of: Callable[[Any], list[Any]]) -> list[Document]:
    import yaml

    loader: Any = None
    try:
        loader = yaml.SafeLoader(text)
        nodes = nodes_of(loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise ConfigError([Mistake(f"not YAML: {error.problem}", SourceSpan(file, line, column))]) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError([Mistake(f"not YAML: {error}", SourceSpan(file))]) from None
    finally:
        if loader is not None:
            loader.dispose()
    return [_document(node, file) for node in nodes]


def _document(node: Any, file: str) -> Document:
    reading = _YamlReading(file)
    data = reading.plain(node, ()) if node is not None else {}
    if reading.mistakes:
        raise ConfigError(reading.mistakes)
    return Document(data, reading.keys, file)


class _YamlReading:
    """Nodes to plain data. Refuses what would surprise: repeated keys, merges, endless aliases."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.keys: dict[Path, SourceSpan] = {}
        self.mistakes: list[Mistake] = []
        self.count = 0

    def plain(self, node: Any, path: Path) -> Any:
        import yaml

        self.count += 1
        if self.count > MAX_NODES or len(path) > 50:
            if not any("too large" in mistake.message for mistake in self.mistakes):
                self.mistakes.append(
                    Mistake("the file is too large once its aliases are expanded", self.at(node))
                )
            return None
        self.keys.setdefault(path, self.at(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(item, (*path, str(place))) for place, item in enumerate(node.value)]
        return self.scalar(node)

    def mapping(self, node: Any, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = key.value if isinstance(key.value, str) else None
            if name is None or key.tag.endswith(":merge"):
                self.mistakes.append(Mistake("keys must be plain names", self.at(key)))
            elif name in found:
                self.mistakes.append(Mistake(f"'{name}' is given twice", self.at(key)))
            else:
                inner = (*path, name)
                self.keys[inner] = self.at(key)
                found[name] = self.plain(value, inner)
        return found

    def scalar(self, node: Any) -> Any:
        import yaml

        kind = node.tag.rpartition(":")[2]
        text: str = node.value
        try:
            if kind == "null":
                return None
            if kind == "bool":
                return text.lower() in ("true", "yes", "on")
            if kind == "int":
                return yaml.constructor.SafeConstructor().construct_yaml_int(node)
            if kind == "float":
                number = Decimal(text.replace("_", ""))
                return number if number.is_finite() else text
        except (ValueError, InvalidOperation):
            return text
        return text

    def at(self, node: Any) -> SourceSpan:
        start, end = node.start_mark, node.end_mark
        return SourceSpan(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def read_toml(text: str, file: str) -> Document:
    """The table [tool.mlarchlint] of a pyproject.toml; None as data if there is none."""
    tomllib: Any = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        whole = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = (int(found[1]), int(found[2])) if found else (1, 1)
        raise ConfigError([Mistake(f"not TOML: {error}", SourceSpan(file, line, column))]) from None
    tool = whole.get("tool")
    data = tool.get("mlarchlint") if isinstance(tool, dict) else None
    data = _without_dates(data)
    keys: dict[Path, SourceSpan] = {}
    if isinstance(data, dict):
        _toml_keys(data, (), text.splitlines(), file, keys)
    return Document(data, keys, file)


def _without_dates(data: Any) -> Any:
    """TOML has dates of its own; the configuration writes them as text."""
    if isinstance(data, dict):
        return {name: _without_dates(part) for name, part in data.items()}
    if isinstance(data, list):
        return [_without_dates(part) for part in data]
    return data.isoformat() if hasattr(data, "isoformat") else data


def _toml_keys(
    data: Mapping[str, Any],
    path: Path,
    lines: list[str],
    file: str,
    keys: dict[Path, SourceSpan],
    start: int = 0,
) -> None:
    """The TOML reader keeps no positions: find each key by its name, from the table's start on."""
    if not path:
        header = re.compile(r"\s*\[+\s*tool\s*\.\s*mlarchlint\b")
        start = next((n for n, line in enumerate(lines) if header.match(line)), 0)
    for name, value in data.items():
        pattern = re.compile(rf"(?:^|[\[\.,{{\s\"'])({re.escape(name)})[\"']?\s*(?:[=\.\]])")
        found = ((n, pattern.search(lines[n])) for n in range(start, len(lines)))
        line, match = next(((n, m) for n, m in found if m), (start, None))
        column = match.start(1) + 1 if match else 1
        inner = (*path, name)
        keys[inner] = SourceSpan(file, line + 1, column, line + 1, column + len(name))
        if isinstance(value, dict):
            _toml_keys(value, inner, lines, file, keys, line)
