"""Kustomize overlays as the manifests that they build, where `kustomize` or `kubectl` is on PATH.

Without one, or where an overlay names anything remote, one note an overlay says so and its bases
are read as plain manifests.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path

from mlarchlint.frontends.kubernetes.chart_copy import MAX_BYTES, MAX_FILES
from mlarchlint.frontends.kubernetes.manifests import Rendered
from mlarchlint.frontends.kubernetes.overlay_files import (
    NAMES,
    Overlay,
    kustomization_in,
    read_overlay,
    shown,
    tops,
)
from mlarchlint.frontends.kubernetes.placeholders import with_short_schemas, without_schemas
from mlarchlint.frontends.kubernetes.renderer import DEFAULT_LIMITS, Limits, RenderFailed, Run, ahead
from mlarchlint.frontends.kubernetes.source_nodes import Written, at_origin, origin_of
from mlarchlint.frontends.yaml_nodes import read_documents
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.span import SourceSpan
from mlarchlint.real_paths import RealPaths, is_within

MOST = 20  # overlays that are built in one scan


def build_overlays(
    folders: Iterable[str],
    base: Path,
    root: Path,
    enabled: bool,
    made: Rendered,
    limits: Limits = DEFAULT_LIMITS,
) -> None:
    """Adds to `made` what the overlays among these folders (shown) build."""
    real = Path(os.path.realpath(root))
    top: list[Overlay] = []
    read = cache(kustomization_in)  # many overlays are built on the same folders
    for folder in tops([base / folder for folder in sorted(folders)], read):
        overlay = read_overlay(folder, real, read)
        made.left += [shown(_file_of(part), base) for part in (folder, *overlay.folders)]
        # a component is built by what includes it
        alone = kustomization_in(folder).get("kind") != "Component"
        if alone and (overlay.changes or overlay.lacks):
            top.append(overlay)
    tool = overlay_tool()
    kept_back = {overlay.folder: _kept_back(overlay, enabled, tool) for overlay in top}
    built = [overlay for overlay in top if not kept_back[overlay.folder]]
    runs = ahead(partial(_Build, overlay, real, limits, tool) for overlay in built[:MOST])
    for overlay in top:
        if overlay in built[MOST:]:
            continue
        try:
            if kept_back[overlay.folder]:
                raise RenderFailed(kept_back[overlay.folder])
            text = next(runs).text()
        except (RenderFailed, OSError) as failure:
            made.diagnostics.append(_not_built(overlay.folder, base, failure))
            made.count("")
            continue
        made.count(tool)
        _take(text, overlay, base, made)
    if late := built[MOST:]:
        many = f"{len(late)} more are" if len(late) > 1 else "it is one more"
        why = RenderFailed(f"{MOST} are built in one scan, and {many} not; scan a folder alone to build it")
        made.diagnostics.append(_not_built(late[0].folder, base, why))
        made.tools[""] += len(late)


def overlay_tool() -> str:
    """What builds overlays; empty if there is nothing."""
    return next((name for name in ("kustomize", "kubectl") if shutil.which(name)), "")


def _kept_back(overlay: Overlay, enabled: bool, tool: str) -> str:
    """Why an overlay is not even tried; empty if it is."""
    if overlay.lacks:
        return overlay.lacks
    if not enabled:
        return "the configuration says so"
    return "" if tool else "there is neither kustomize nor kubectl on PATH"


class _Build:
    """One overlay's building, started at once; what went wrong is told by `text`."""

    def __init__(self, overlay: Overlay, root: Path, limits: Limits, tool: str) -> None:
        self.overlay, self.root, self.limits, self.tool = overlay, root, limits, tool
        self.place = tempfile.TemporaryDirectory(prefix="mlarchlint-")
        self.failure: Exception | None = None
        try:
            self.run = self._start(Path(self.place.name), with_short_schemas)
        except (RenderFailed, OSError) as failure:
            self.failure = failure

    def text(self) -> str:
        """Without the schemas of custom resources; with them, where something patches a schema."""
        with self.place as place:
            try:
                if self.failure is not None:
                    raise self.failure
                return self.run.output()
            except RenderFailed:
                if not any("CustomResourceDefinition" in text for text in _texts(self.overlay)):
                    raise
            return self._start(Path(place) / "whole", lambda text: text).output()

    def stop(self) -> None:
        if self.failure is None:
            self.run.stop()
        self.place.cleanup()

    def _start(self, place: Path, shorten: Callable[[str], str]) -> Run:
        home, tree = place / "home", place / "tree"
        home.mkdir(parents=True)
        _copy(self.overlay, self.root, tree, shorten)
        top = tree / os.path.relpath(os.path.realpath(self.overlay.folder), self.root)
        written = dict(kustomization_in(top))
        asked = written.get("buildMetadata")
        # with it, every object says which file it comes from
        written["buildMetadata"] = [*(asked if isinstance(asked, list) else ()), "originAnnotations"]
        for name in NAMES:
            (top / name).unlink(missing_ok=True)
        (top / NAMES[0]).write_text(json.dumps(written), "utf-8")
        command = shutil.which(self.tool) or self.tool
        return Run(
            [command, "build" if self.tool == "kustomize" else "kustomize", str(top)], home, self.limits
        )


def _texts(overlay: Overlay) -> Iterable[str]:
    for file in overlay.files:
        if file.is_file():
            yield file.read_text("utf-8", "replace")


def _copy(overlay: Overlay, root: Path, tree: Path, shorten: Callable[[str], str]) -> None:
    """Regular files of the folders it is made of, at the same places; no link that leaves them."""
    files = size = 0
    places = RealPaths()
    for folder in overlay.folders:
        for here, _, names in os.walk(folder):
            beside = tree / Path(here).relative_to(root)
            for name in names:
                real = places.of(os.path.join(here, name))
                if not is_within(real, str(root)) or not os.path.isfile(real):
                    continue
                target = beside / name
                if target.exists():
                    continue
                files, size = files + 1, size + os.stat(real).st_size
                if files > MAX_FILES or size > MAX_BYTES:
                    raise RenderFailed(f"it has more than {MAX_FILES} files or {MAX_BYTES // 1048576} MiB")
                beside.mkdir(parents=True, exist_ok=True)
                data = Path(real).read_bytes()
                if b"CustomResourceDefinition" in data:
                    data = shorten(data.decode("utf-8", "replace")).encode()
                target.write_bytes(data)


def _take(text: str, overlay: Overlay, base: Path, made: Rendered) -> None:
    """The built documents, at the lines of the files that they were written in."""
    patches = [node for file in overlay.patches for node in _roots(file, base)]
    fallback = shown(_file_of(overlay.folder), base)
    known: dict[str, list[Written]] = {}
    documents, diagnostics = read_documents(without_schemas(text), fallback)
    for document in documents:
        path = origin_of(document)
        place = os.path.realpath(overlay.folder / path) if path else ""
        # an object may carry such a note of its own: only files of the overlay are opened
        if place not in known and Path(place) in overlay.files:
            known[place] = _roots(Path(place), base)
        made.documents.append(at_origin(document, known.get(place, []), patches, fallback))
    for diagnostic in diagnostics[:1]:
        summary = f"what the overlay builds cannot be read: {diagnostic.summary}"
        made.diagnostics.append(Diagnostic(diagnostic.code, summary, "", SourceSpan(fallback)))
    made.replaced += [shown(file, base) for file in overlay.files]
    made.replaced += [shown(_file_of(folder), base) for folder in overlay.folders]


def _roots(file: Path, base: Path) -> list[Written]:
    """The documents of a file of the overlay, to look positions up in."""
    try:
        data = file.read_bytes()
    except OSError:
        return []
    documents, _ = read_documents(without_schemas(data), shown(file, base))
    return [document.root for document in documents]


def _file_of(folder: Path) -> Path:
    return next((folder / name for name in NAMES if (folder / name).is_file()), folder / NAMES[0])


def _not_built(folder: Path, base: Path, failure: Exception) -> Diagnostic:
    why = str(failure) if isinstance(failure, RenderFailed) else f"it cannot be copied: {failure}"
    detail = "Its bases are read as they are. Scan its output instead: `kustomize build FOLDER | mlarchlint scan -`."
    span = SourceSpan(shown(_file_of(folder), base))
    return Diagnostic("kustomize-not-rendered", f"the overlay is not built: {why}", detail, span, Level.NOTE)
