"""Where the configuration is, and its text."""

from __future__ import annotations

import os
from pathlib import Path

from mlarchlint.config_text import ConfigError, Document, Mistake, read_toml, read_yaml
from mlarchlint.model.span import SourceSpan

CONFIG_NAMES = (".mlarchlint.yaml", ".mlarchlint.yml")
MAX_BYTES = 1024 * 1024


def find_config(path: Path) -> Path | None:
    """From the first scanned path upward to the root of its repository; without one, to the current folder."""
    start = Path(os.path.abspath(path))
    start = start if start.is_dir() else start.parent
    here = Path.cwd()
    top = repository_root(start) or (here if start.is_relative_to(here) else start)
    for folder in (start, *start.parents):
        for name in CONFIG_NAMES:
            if (folder / name).is_file():
                return folder / name
        project = folder / "pyproject.toml"
        if project.is_file() and _has_table(project):
            return project
        if folder == top:
            return None
    return None


def repository_root(folder: Path) -> Path | None:
    """The nearest folder upward that holds `.git`, or None."""
    return next((place for place in (folder, *folder.parents) if (place / ".git").exists()), None)


def _has_table(project: Path) -> bool:
    try:
        return "[tool.mlarchlint" in project.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def read_document(place: Path, may_lack_table: bool = False) -> Document | None:
    shown = shown_path(place)
    try:
        if place.stat().st_size > MAX_BYTES:
            raise ConfigError([Mistake("larger than a configuration may be (1 MiB)", SourceSpan(shown))])
        text = place.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError([Mistake(f"cannot be read: {error.strerror}", SourceSpan(shown))]) from None
    except UnicodeDecodeError:
        raise ConfigError([Mistake("is not UTF-8 text", SourceSpan(shown))]) from None
    if place.suffix == ".toml":
        document = read_toml(text, shown)
        if document.data is None:
            if may_lack_table:
                return None
            raise ConfigError([Mistake("has no table [tool.mlarchlint]", SourceSpan(shown))])
        return document
    return read_yaml(text, shown)


def shown_path(place: Path) -> str:
    """Relative to the current directory where it is below it."""
    absolute = Path(os.path.abspath(place))
    try:
        return absolute.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return absolute.as_posix()
