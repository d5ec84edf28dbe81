"""What a Kustomize overlay is made of: the folders it builds on, its patches, and what it may not name.

https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlarchlint.frontends.kubernetes.chart_copy import read_yaml
from mlarchlint.model.regex import regex

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_PARTS = ("resources", "bases", "components")
_REMOTE = regex(r"://|^git@|^[\w.-]+\.[a-z]{2,}[/:]|\?ref=", re.IGNORECASE)
_MOST_FOLDERS = 200
_LONGEST = 160  # as much of a name as a message shows


@dataclass(slots=True)
class Overlay:
    """folder: the one that is built. folders: all it is made of, real paths, itself first.
    files: the resources and patches that those name. patches: the patches among them.
    changes: something is patched on the way, so that the bases alone are not what is deployed.
    lacks: why it cannot be built: something of it is remote, or outside the root."""

    folder: Path
    folders: list[Path] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    patches: list[Path] = field(default_factory=list)
    changes: bool = False
    lacks: str = ""


def read_overlay(folder: Path, root: Path, read: Callable[[Path], Mapping[str, Any]]) -> Overlay:
    """All that it is made of, as far as it is there. read: `kustomization_in`, or what remembers it."""
    overlay = Overlay(folder)
    waiting = [Path(os.path.realpath(folder))]
    outside = ""
    while waiting and not overlay.lacks.startswith("it builds"):
        here = waiting.pop(0)
        if here in overlay.folders:
            continue
        overlay.folders.append(here)
        if len(overlay.folders) > _MOST_FOLDERS:
            overlay.lacks = f"it builds on more than {_MOST_FOLDERS} folders"
        written = read(here)
        for name in _loaded(written):
            if _REMOTE.search(name):
                overlay.lacks = overlay.lacks or f"it names {_told(name)}, and nothing is fetched"
        for chart in _local_charts(written):
            overlay.lacks = (
                overlay.lacks
                or f"it renders the Helm chart {_told(chart)}, which only kustomize with helm does"
            )
        for name in parts(written):
            place = Path(os.path.realpath(here / name))
            if not place.is_relative_to(root) or not place.exists():
                missing = f"{_told(name)} is not in the scanned code, and nothing is fetched"
                overlay.lacks = overlay.lacks or missing
            elif place.is_dir():
                waiting.append(place)
            else:
                overlay.files.append(place)
                if not place.is_relative_to(here):
                    outside = outside or f"kustomize does not load {_told(name)}, a file outside its folder"
        for name in (*_patch_files(written), *_generator_files(written)):
            if not (here / name).exists() and not _REMOTE.search(name):
                missing = f"{_told(name)} is not in the scanned code, and nothing is fetched"
                overlay.lacks = overlay.lacks or missing
        patches = [Path(os.path.realpath(here / name)) for name in _patch_files(written)]
        overlay.patches += patches
        overlay.files += patches
        overlay.changes |= any(
            written.get(name) for name in ("patches", "patchesStrategicMerge", "patchesJson6902", "replicas", "components")
        )  # fmt: skip
    if overlay.changes:  # else its files are all there is to read
        overlay.lacks = overlay.lacks or outside
    return overlay


def kustomization_in(folder: Path) -> Mapping[str, Any]:
    for name in NAMES:
        if (folder / name).is_file():
            written = read_yaml(folder / name)
            return written if isinstance(written, Mapping) else {}
    return {}


def parts(written: Mapping[str, Any]) -> Iterator[str]:
    """The files and folders whose objects a kustomization takes in."""
    for section in _PARTS:
        yield from _texts(written.get(section))


def _patch_files(written: Mapping[str, Any]) -> Iterator[str]:
    yield from (name for name in _texts(written.get("patchesStrategicMerge")) if "\n" not in name)
    for section in ("patches", "patchesJson6902"):
        for entry in _list(written.get(section)):
            if isinstance(entry, Mapping) and isinstance(entry.get("path"), str):
                yield entry["path"]


def _loaded(written: Mapping[str, Any]) -> Iterator[str]:
    """Every text that kustomize would load as a file or a repository."""
    for section in (*_PARTS, "crds", "configurations", "generators", "transformers", "validators"):
        yield from (name for name in _texts(written.get(section)) if "\n" not in name)
    yield from _patch_files(written)
    for entry in (*_list(written.get("replacements")), written.get("openapi")):
        if isinstance(entry, Mapping) and isinstance(entry.get("path"), str):
            yield entry["path"]
    yield from _generator_files(written)
    for section in ("helmCharts", "helmChartInflationGenerator"):
        for entry in _list(written.get(section)):
            repository = entry.get("repo") or entry.get("chartRepo") if isinstance(entry, Mapping) else ""
            if repository:
                yield str(repository)


def _local_charts(written: Mapping[str, Any]) -> Iterator[str]:
    """Charts that no repository is named for: they lie in the folder of charts (`chartHome`)."""
    for section, key in (("helmCharts", "repo"), ("helmChartInflationGenerator", "chartRepo")):
        for entry in _list(written.get(section)):
            given = entry if isinstance(entry, Mapping) else {}
            if not given.get(key):
                yield str(given.get("name") or given.get("chartName") or "it names")


def _told(name: str) -> str:
    """A name, cut where that shows."""
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..."


def _generator_files(written: Mapping[str, Any]) -> Iterator[str]:
    for section in ("configMapGenerator", "secretGenerator"):
        for entry in _list(written.get(section)):
            given = entry if isinstance(entry, Mapping) else {}
            for name in (
                *_texts(given.get("files")),
                *_texts(given.get("envs")),
                *_texts([given.get("env")]),
            ):
                yield name.partition("=")[2] or name


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [item for item in _list(value) if isinstance(item, str)]


def tops(folders: list[Path], read: Callable[[Path], Mapping[str, Any]]) -> list[Path]:
    """The folders that no other kustomization builds on: what is deployed."""
    used = {
        os.path.realpath(folder / name)
        for folder in folders
        for name in parts(read(folder))
        if not _REMOTE.search(name)
    }
    return [folder for folder in folders if os.path.realpath(folder) not in used]


def shown(place: Path, base: Path) -> str:
    return posixpath.normpath(Path(os.path.relpath(place, base)).as_posix())
