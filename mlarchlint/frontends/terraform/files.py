"""Which files make a module directory, read and parsed once each."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable

from mlarchlint.frontends.terraform.declarations import ModuleSyntax, Source, comment_lines, declarations
from mlarchlint.frontends.terraform.nodes import Argument, File
from mlarchlint.frontends.terraform.sources import TerraformSources, is_configuration, reader
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.span import SourceSpan
from mlarchlint.real_paths import RealPaths, is_within, relative

MAX_VALUES = 10_000_000
_SUFFIXES = (".tofu.json", ".tf.json", ".tofu", ".tf")


class Folders:
    """The module directories below the root; remembers what was read and what could not be."""

    def __init__(self, sources: TerraformSources) -> None:
        self.sources = sources
        self.base = sources.base.resolve()
        self.root = sources.root.resolve()
        self._places = RealPaths()
        self.diagnostics: list[Diagnostic] = []
        self.read: set[str] = set()
        self.failed: set[str] = set()
        self._syntax: dict[str, ModuleSyntax] = {}
        self._parsed: dict[str, Source | None] = {}
        self._values: dict[str, dict[str, Argument]] = {}
        self._shown: dict[str, str] = {}
        real = {directory: self._real(directory) for directory in sources.directories}
        for directory in sorted(real, key=lambda d: (real[d] != d, d)):
            self._shown.setdefault(real[directory], directory)

    # -- directories ---------------------------------------------------------------------

    @property
    def scanned(self) -> tuple[str, ...]:
        """The folders to scan; one that is only a link to another of them counts once."""
        return tuple(sorted(self._shown.values()))

    def resolve(self, directory: str, source: str) -> str | None:
        """The folder that a path in `directory` leads to, as shown; None where it leaves the root."""
        place = self._places.of(self._place(directory, source))
        if not is_within(place, str(self.root)):
            return None
        real = relative(place, str(self.base))
        return self._shown.get(real, real)

    def exists(self, directory: str) -> bool:
        """A folder whose files were given need not be on a disk."""
        return directory in self.sources.directories or os.path.isdir(self._place(directory))

    def _place(self, *parts: str) -> str:
        return os.path.join(self.base, *parts)

    def _real(self, directory: str) -> str:
        return relative(self._places.of(self._place(directory)), str(self.base))

    # -- files ---------------------------------------------------------------------------

    def syntax(self, directory: str, alone: bool = False) -> ModuleSyntax:
        """What the folder declares. alone: only the files of it that were given."""
        key = f"{directory}\n{alone}"
        found = self._syntax.get(key)
        if found is None:
            paths = self._files(directory, alone)
            read = [source for path in paths if (source := self._source(path)) is not None]
            found, diagnostics = declarations(directory, read)
            self._syntax[key] = found
            self.diagnostics += diagnostics
        return found

    def _files(self, directory: str, alone: bool) -> list[str]:
        given = self.sources.directories.get(directory)
        if given is None or (directory in self.sources.partial and not alone):
            given = self._listed(directory)
        kept: dict[str, str] = {}
        for path in sorted(_without_shadowed(given)):
            place = self._places.of(self._place(path))
            if is_within(place, str(self.root)):
                kept.setdefault(place, path)
            elif path not in self.failed:
                self.fail(path, "terraform-outside-root", f"{path} is a link that leaves the scanned root")
        return list(kept.values())

    def _listed(self, directory: str) -> tuple[str, ...]:
        return tuple(joined(directory, name) for name in self.names_in(directory) if is_configuration(name))

    def names_in(self, directory: str) -> list[str]:
        """The names in a folder; none where it cannot be listed."""
        try:
            return sorted(os.listdir(self._place(directory)))
        except OSError:
            return []

    def values(self, path: str, given: bool = False) -> dict[str, Argument]:
        """The values of a variable file, by name. given: by the user, who may name any file."""
        if path not in self._values:
            self._values[path] = self._read_values(path, given)
        return self._values[path]

    def _read_values(self, path: str, given: bool) -> dict[str, Argument]:
        outside = given and not is_within(self._places.of(self._place(path)), str(self.root))
        text = self.text(path, reader(self.base, MAX_VALUES) if outside else self.sources.read)
        if text is None:
            return {}
        file, diagnostics = parse_file(text, path, templates=False)
        self._keep(path, diagnostics)
        for block in file.body.blocks:
            detail = "Write `name = value`; blocks are not allowed in variable files."
            summary = f"`{block.type}` block in a variable file"
            self.diagnostics.append(Diagnostic("terraform-var-file", summary, detail, block.header))
        return file.body.arguments

    def _source(self, path: str) -> Source | None:
        if path not in self._parsed:
            self._parsed[path] = self._parse(path)
        return self._parsed[path]

    def _parse(self, path: str) -> Source | None:
        text = self.text(path)
        if text is None:
            return None
        before = self.sources.parsed
        if before is not None and (path, text) in before:
            return before[path, text]
        file, diagnostics = parse_file(text, path)
        self._keep(path, diagnostics)
        name = _stem(path)
        override = name == "override" or name.endswith("_override")
        found = Source(file, override, comment_lines(text) if file.comments else frozenset())
        if before is not None and not diagnostics:
            before[path, text] = found
        return found

    def _keep(self, path: str, diagnostics: list[Diagnostic]) -> None:
        self.diagnostics += diagnostics
        if any(diagnostic.level is Level.ERROR for diagnostic in diagnostics):
            self.failed.add(path)

    def text(self, path: str, read: Callable[[str], bytes] | None = None) -> str | None:
        """The text of a file inside the root, or None and a Diagnostic."""
        try:
            data = (read or self.sources.read)(path)
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.fail(path, "terraform-unreadable", f"{path} is not UTF-8 text")
            return None
        except (OSError, ValueError) as error:
            self.fail(path, "terraform-unreadable", f"{path} cannot be read: {_reason(error)}")
            return None
        self.read.add(path)
        return text

    def fail(self, path: str, code: str, summary: str) -> None:
        self.failed.add(path)
        self.diagnostics.append(Diagnostic(code, summary, "It is left out.", SourceSpan(path)))


def parse_file(text: str, path: str, templates: bool = True) -> tuple[File, list[Diagnostic]]:
    if path.endswith(".json"):
        from mlarchlint.frontends.terraform import json_syntax

        return json_syntax.parse_json(text, path, templates=templates)
    from mlarchlint.frontends.terraform import syntax

    return syntax.parse(text, path)


def joined(directory: str, name: str) -> str:
    """A path below a folder, without `./` and `..`."""
    return posixpath.normpath(posixpath.join(directory, name))


def _stem(path: str) -> str:
    name = posixpath.basename(path)
    suffix = next((suffix for suffix in _SUFFIXES if name.endswith(suffix)), "")
    return name[: len(name) - len(suffix)]


def _without_shadowed(paths: tuple[str, ...]) -> list[str]:
    """OpenTofu reads `x.tofu` in place of `x.tf`."""
    present = set(paths)
    return [path for path in paths if not (".tf" in path and _tofu_twin(path) in present)]


def _tofu_twin(path: str) -> str:
    for ending in (".tf.json", ".tf"):
        if path.endswith(ending):
            return path[: -len(ending)] + ending.replace(".tf", ".tofu")
    return ""


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
