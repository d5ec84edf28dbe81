"""What the scan leaves out: `exclude` globs and `.gitignore`."""

from __future__ import annotations

import os
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any

from mlarchlint.real_paths import is_within, relative

Chain = tuple[tuple[str, Any], ...]


class Ignored:
    """Git's own rules for both: the deepest `.gitignore` that decides wins; `exclude` always does."""

    def __init__(self, root: Path, base: Path, exclude: Sequence[str]) -> None:
        self._root = str(root)
        self._base = os.path.realpath(base)
        self._exclude = _spec(exclude) if exclude else None
        self._chains: dict[str, Chain] = {}
        self._without: set[str] = set()

    def listed(self, folder: str, names: Container[str]) -> None:
        """What a real folder holds: one whose names are known is not asked for its `.gitignore` again."""
        if ".gitignore" not in names:
            self._without.add(folder)

    def excludes(self, folder: str, name: str, is_folder: bool) -> bool:
        """folder: the real place of the folder that holds the entry."""
        chain = self._chain(folder)
        if not chain and self._exclude is None:
            return False
        place = os.path.join(folder, name)
        if self._exclude is not None and is_within(place, self._base):
            given = self._exclude.check_file(_spelled(relative(place, self._base), is_folder)).include
            if given:
                return True
        for above, spec in chain:
            verdict = spec.check_file(_spelled(relative(place, above), is_folder)).include
            if verdict is not None:
                return bool(verdict)
        return False

    def _chain(self, folder: str) -> Chain:
        """The `.gitignore` files that apply in a folder, the deepest first."""
        found = self._chains.get(folder)
        if found is not None:
            return found
        missing = []
        while folder not in self._chains and is_within(folder, self._root):
            missing.append(folder)
            if folder == self._root:
                break
            folder = os.path.dirname(folder)
        chain = self._chains.get(folder, ())
        for place in reversed(missing):
            spec = _read(os.path.join(place, ".gitignore")) if place not in self._without else None
            chain = ((place, spec), *chain) if spec is not None else chain
            self._chains[place] = chain
        return chain


def _read(place: str) -> Any:
    if not os.path.isfile(place) or os.path.islink(place):
        return None
    try:
        with open(place, encoding="utf-8", errors="replace") as file:
            lines = file.read(262_144).splitlines()
    except OSError:
        return None
    lines = [line for line in lines if line.strip() and not line.startswith("#")]
    return _spec(lines) if lines else None


def _spec(lines: Sequence[str]) -> Any:
    from pathspec import GitIgnoreSpec

    kept = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue  # git passes over a pattern it cannot read
        kept.append(line)
    return GitIgnoreSpec.from_lines(kept)


def _spelled(path: str, is_folder: bool) -> str:
    return path + ("/" if is_folder else "")
