"""Paths to source files. Follows no link out of the root, reads every file once, says what it skipped."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mlarchlint.config import Config
from mlarchlint.config_file import CONFIG_NAMES, repository_root
from mlarchlint.frontends.terraform.sources import TerraformSources, is_configuration
from mlarchlint.frontends.yaml_text import sniff
from mlarchlint.ignored import Ignored
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.record import record
from mlarchlint.model.span import SourceSpan
from mlarchlint.real_paths import RealPaths, relative
from mlarchlint.source_texts import SourceTexts, Unreadable

SKIPPED_FOLDERS = frozenset({
    ".git", ".hg", ".svn", ".terraform", ".terragrunt-cache", "node_modules", "__pycache__",
    ".venv", "venv", ".tox", ".nox", "site-packages", ".mypy_cache", ".pytest_cache",
    ".aws-sam",
})  # fmt: skip
ENVIRONMENT = "pyvenv.cfg"  # what marks a folder as an environment of Python
STDIN = "-"
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
DOCUMENTS = (".yaml", ".yml", ".json", ".template")


class NoSuchPath(Exception):
    """A path on the command line does not exist."""


@record(frozen=True, slots=True)
class SourceFile:
    """shown: the path in reports. text: without byte order mark."""

    path: Path
    shown: str
    text: str


@record(frozen=True, slots=True)
class Sources:
    """base: what shown paths are relative to. root: nothing outside it is read.

    charts, overlays: the shown folders of Helm charts and of kustomizations.
    skipped: how many YAML and JSON files are none of the formats. failed: the shown paths
    that could not be read. texts: of every file that anybody read, by shown path.
    """

    base: Path
    root: Path
    terraform: TerraformSources
    texts: SourceTexts
    cloudformation: tuple[SourceFile, ...] = ()
    kubernetes: tuple[SourceFile, ...] = ()
    plans: tuple[SourceFile, ...] = ()
    charts: tuple[str, ...] = ()
    overlays: tuple[str, ...] = ()
    skipped: int = 0
    failed: frozenset[str] = frozenset()
    diagnostics: tuple[Diagnostic, ...] = ()


def discover(paths: Sequence[Path], config: Config | None = None) -> Sources:
    """Everything below the paths that a front end may read; `-` is standard input. Raises NoSuchPath."""
    config = config or Config()
    files = [path for path in paths if str(path) != STDIN]
    for path in files:
        if not os.path.exists(path):
            raise NoSuchPath(f"there is no file or folder '{path}'")
    given = [Path(os.path.realpath(path)) for path in files]
    walk = _Walk(given or [Path.cwd()], config)
    if len(files) < len(paths):
        walk.standard_input(config.limits.file_bytes)
    for place in given:
        walk.enter(place)
    return walk.sources()


@dataclass(slots=True)
class _Found:
    terraform: dict[str, list[str]] = field(default_factory=dict)
    partial: set[str] = field(default_factory=set)
    documents: dict[str, list[SourceFile]] = field(default_factory=dict)
    charts: list[str] = field(default_factory=list)
    overlays: list[str] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    skipped: int = 0


class _Walk:
    def __init__(self, given: list[Path], config: Config) -> None:
        self.base = _base_of(given)
        self.root = _root_of(given)
        self.places = RealPaths()
        self.texts = SourceTexts(self.base, self.root, config.limits.file_bytes, self.places)
        self.ignored = Ignored(self.root, config.base, config.exclude)
        self.found = _Found()
        self.seen: set[str] = set()

    def shown(self, place: Path | str) -> str:
        return relative(str(place), str(self.base))

    def enter(self, place: Path) -> None:
        """A path of the command line: taken whatever its name, whatever `.gitignore` says."""
        if place.is_dir():
            self.folder(place)
        elif self.is_regular(str(place)):
            self.file(str(place), place.name, alone=True)

    def standard_input(self, limit: int) -> None:
        """What another program has rendered or planned, under the name `stdin`."""
        data = sys.stdin.buffer.read(limit + 1)
        if len(data) > limit:
            detail = "Raise limits.file_mib in the configuration, or scan it in parts."
            summary = f"more than the limit of {limit / 1048576:g} MiB"
            self.fail("too-large", summary, str(self.base / "stdin"), detail)
            return
        self.texts.keep("stdin", data)
        self.document(self.base / "stdin", "stdin", alone=True)

    def folder(self, folder: Path) -> None:
        """Depth first, in the order of names; a list of folders, not recursion, so that no depth hurts."""
        waiting = [(str(folder), str(folder))]
        while waiting:
            here, real = waiting.pop()
            if real not in self.seen:
                self.seen.add(real)
                entries = self.entries(here)
                names = {entry.name for entry in entries}
                self.ignored.listed(real, names)
                if ENVIRONMENT not in names or here == str(folder):
                    waiting.extend(reversed(self.inside(here, real, entries)))

    def inside(self, folder: str, real: str, entries: list[os.DirEntry[str]]) -> list[tuple[str, str]]:
        """Takes the files of a folder; the folders in it that are to be walked, each with its real place."""
        folders = []
        for entry in entries:
            if self.ignored.excludes(real, entry.name, entry.is_dir(follow_symlinks=False)):
                continue
            place = os.path.join(real, entry.name)
            if entry.is_symlink():
                place = self.places.of(entry.path)
                if self.leaves_root(entry, place):
                    continue
            else:
                self.places.know(place)
            if entry.is_dir():
                if entry.name not in SKIPPED_FOLDERS:
                    folders.append((entry.path, place))
            elif entry.name in KUSTOMIZATIONS and self.is_regular(entry.path):
                self.found.overlays.append(self.shown(folder))
                self.kustomization(entry.path)
            elif _is_source(entry.name) and (
                entry.is_file(follow_symlinks=False) or self.is_regular(entry.path)
            ):
                self.file(entry.path, entry.name)
                if entry.name == "Chart.yaml":
                    self.found.charts.append(self.shown(folder))
                if entry.stat().st_size == 0:
                    self.note("empty-file", "the file is empty", entry.path)
        return folders

    def entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as listing:
                return sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            self.fail("unreadable-folder", f"cannot list the folder: {error.strerror}", folder)
            return []

    def leaves_root(self, entry: os.DirEntry[str], real: str) -> bool:
        """Links are followed inside the root only; one that matters and is not followed is said."""
        target = Path(real)
        if not os.path.exists(entry.path):
            if _is_source(entry.name):
                self.fail("broken-link", "the link leads nowhere (or in a circle)", entry.path)
            return True
        if target.is_relative_to(self.root):
            return False
        if target.is_dir() or _is_source(entry.name):
            detail = f"Links are followed inside {self.root.name or '/'} only. Copy the target there, or exclude the link."
            self.fail(
                "link-leaves-root",
                "the link leads out of the scanned root and was not followed",
                entry.path,
                detail,
            )
        return True

    def is_regular(self, place: str) -> bool:
        try:
            mode = os.stat(place).st_mode
        except OSError as error:
            self.fail("unreadable", f"cannot be read: {error.strerror}", place)
            return False
        if not stat.S_ISREG(mode):
            self.fail("not-a-file", "neither a regular file nor a folder", place)
            return False
        return True

    def file(self, place: str, name: str, alone: bool = False) -> None:
        real = self.places.of(place)
        shown = self.shown(place)
        if is_configuration(name):
            folder = shown.rpartition("/")[0] or "."
            files = self.found.terraform.setdefault(folder, [])
            if shown not in files:
                if alone and not files:
                    self.found.partial.add(folder)
                elif not alone:
                    self.found.partial.discard(folder)
                files.append(shown)
        elif real not in self.seen:
            self.seen.add(real)
            self.document(Path(place), shown, alone)

    def kustomization(self, place: str) -> None:
        """It may leave out apiVersion and kind, and means the same."""
        shown = self.shown(place)
        try:
            text = self.texts.text(shown)
        except Unreadable as problem:
            self.fail(problem.code, problem.summary, place, problem.detail)
            return
        self.found.documents.setdefault("kubernetes", []).append(SourceFile(Path(place), shown, text))

    def document(self, place: Path, shown: str, alone: bool) -> None:
        try:
            text = self.texts.text(shown)
        except Unreadable as problem:
            level = Level.ERROR
            if problem.code == "too-large" and not alone and sniff(self.texts.head(shown)) == {"other"}:
                level = Level.WARNING  # data, as far as one can see
            self.fail(problem.code, problem.summary, str(place), problem.detail, level)
            return
        kinds = sniff(text) - {"other"} if text.strip() else set()
        for kind in sorted(kinds):
            self.found.documents.setdefault(kind, []).append(SourceFile(place, shown, text))
        if not kinds:
            self.found.skipped += 1
            if alone:
                summary = "the file is empty" if not text.strip() else "no format that is known"
                detail = "Give Terraform, CloudFormation or Kubernetes code, or the JSON of a Terraform plan."
                self.fail("empty-file" if not text.strip() else "unknown-format", summary, str(place), detail)

    def note(self, code: str, summary: str, place: str) -> None:
        span = SourceSpan(self.shown(place))
        self.found.diagnostics.append(Diagnostic(code, summary, "", span, Level.NOTE))

    def fail(self, code: str, summary: str, place: str, detail: str = "", level: Level = Level.ERROR) -> None:
        shown = self.shown(place)
        if level is Level.ERROR:
            self.found.failed.add(shown)
        else:
            self.found.skipped += 1
        self.found.diagnostics.append(Diagnostic(code, summary, detail, SourceSpan(shown), level))

    def sources(self) -> Sources:
        found = self.found
        if not (found.terraform or found.documents or found.charts or found.failed):
            detail = "No Terraform, CloudFormation or Kubernetes files below the paths that were given."
            found.diagnostics.append(Diagnostic("nothing-to-scan", "there is nothing to scan", detail))
        directories = {folder: tuple(files) for folder, files in sorted(found.terraform.items())}
        terraform = TerraformSources(
            self.base, self.root, directories, self.texts.read, frozenset(found.partial)
        )
        return Sources(
            self.base,
            self.root,
            terraform,
            self.texts,
            cloudformation=tuple(found.documents.get("cloudformation", ())),
            kubernetes=tuple(found.documents.get("kubernetes", ())),
            plans=tuple(found.documents.get("plan", ())),
            charts=tuple(found.charts),
            overlays=tuple(found.overlays),
            skipped=found.skipped,
            failed=frozenset(found.failed),
            diagnostics=tuple(found.diagnostics),
        )


def _is_source(name: str) -> bool:
    return is_configuration(name) or (name.endswith(DOCUMENTS) and name not in CONFIG_NAMES)


def _base_of(given: list[Path]) -> Path:
    """The current directory where everything is below it; else the nearest folder above all paths."""
    here = Path.cwd()
    if all(place.is_relative_to(here) for place in given):
        return here
    return Path(os.path.commonpath([place.parent for place in given]))


def _root_of(given: list[Path]) -> Path:
    """The repository of the paths; without one, the paths themselves."""
    return Path(os.path.commonpath([_root(place) for place in given]))


def _root(place: Path) -> Path:
    real = Path(os.path.realpath(place))
    folder = real if real.is_dir() else real.parent
    return repository_root(folder) or folder
