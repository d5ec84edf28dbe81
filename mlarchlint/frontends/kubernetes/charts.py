"""Helm charts as the manifests that they render to.

With `helm` on PATH, else with helm-python-sdk; otherwise one Diagnostic a chart says that it is
not rendered. https://helm.sh/docs/helm/helm_template/
"""

from __future__ import annotations

import importlib.util
import json
import os
import posixpath
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from mlarchlint.frontends.kubernetes import helm_sdk
from mlarchlint.frontends.kubernetes.chart_copy import ChartCopy, copy_chart, read_yaml
from mlarchlint.frontends.kubernetes.manifests import Rendered, is_namespaced
from mlarchlint.frontends.kubernetes.placeholders import without_schemas
from mlarchlint.frontends.kubernetes.renderer import Limits, RenderFailed, run
from mlarchlint.frontends.kubernetes.source_lines import at_source
from mlarchlint.frontends.yaml_nodes import Document, Map, Scalar, read_documents
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.span import SourceSpan

_PARTS = ("templates", "charts", "files", "crds")  # what is a manifest only once it is rendered
_SOURCE = re.compile(r"^---[ \t]*\n# Source: (\S+)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ChartOptions:
    """values: absolute paths. enabled: False says of every chart that it is not rendered."""

    enabled: bool = True
    values: tuple[Path, ...] = ()
    release: str = ""
    namespace: str = ""
    limits: Limits = field(default_factory=Limits)


def render_charts(charts: Iterable[str], base: Path, root: Path, options: ChartOptions) -> Rendered:
    """charts: shown folders that hold a Chart.yaml; base: what they are relative to."""
    made = Rendered()
    folders = sorted(charts)
    for shown in folders:
        if not _is_vendored(shown, folders):
            _chart(shown, base, Path(os.path.realpath(root)), options, made)
    return made


def _is_vendored(shown: str, folders: list[str]) -> bool:
    """A chart in another's `charts` folder is rendered with that one."""
    return any(shown.startswith(posixpath.join(other, "charts", "")) for other in folders if other != shown)


def _chart(shown: str, base: Path, root: Path, options: ChartOptions, made: Rendered) -> None:
    folder = base / shown
    declared = read_yaml(folder / "Chart.yaml")
    if not isinstance(declared, dict) or not isinstance(declared.get("name"), str):
        return  # some other file of that name
    own = [posixpath.normpath(posixpath.join(shown, part)) for part in _PARTS]
    if declared.get("type") == "library" or not (folder / "templates").is_dir():
        made.left += own if shown == "." else [shown]
        return
    name = declared["name"]
    with tempfile.TemporaryDirectory(prefix="mlarchlint-") as place:
        try:
            copied, output = _render(folder, name, root, base, Path(place), options)
        except (RenderFailed, OSError) as failure:
            made.left += own
            made.diagnostics.append(_not_rendered(shown, folder, name, failure))
            return
        made.replaced += own
        for template, text in output.items():
            _template(template.partition("/")[2], text, shown, copied, base, options, made)
    if copied.missing:
        many = ", ".join(copied.missing)
        made.diagnostics.append(
            Diagnostic(
                "chart-dependency-missing",
                f"chart {name} was rendered without {many}, which {'are' if len(copied.missing) > 1 else 'is'}"
                " not vendored",
                "Run `helm dependency build` before the scan, or switch the dependency off by its condition.",
                _chart_file(shown),
                Level.WARNING,
            )
        )


def _render(
    folder: Path, name: str, root: Path, base: Path, place: Path, options: ChartOptions
) -> tuple[ChartCopy, dict[str, str]]:
    """The rendered text of every template."""
    if not options.enabled:
        raise RenderFailed("the configuration says so")
    helm = shutil.which("helm")
    if helm is None and importlib.util.find_spec("helm_python") is None:
        raise RenderFailed("there is no helm on PATH; `pip install mlarchlint[helm]` does without")
    home = place / "home"
    home.mkdir()
    values = [file for file in options.values if _is_for(file, folder, root)]
    copied = copy_chart(folder, root, base, place / "chart", values)
    given = []
    for number, file in enumerate(values):
        given.append(str(place / f"values-{number}.yaml"))
        shutil.copyfile(file, given[-1])
    release = options.release or re.sub(r"[^a-z0-9-]", "-", name.lower())[:53].strip("-") or "release"
    namespace = options.namespace or "default"
    if helm is not None:
        command = [helm, "template", release, str(copied.folder), "--namespace", namespace]
        command += [part for file in given for part in ("--values", file)]
        return copied, _by_source(run(command, home, options.limits))
    about = {"release": release, "namespace": namespace, "values": given}
    command = [sys.executable, "-I", str(helm_sdk.__file__), str(copied.folder), json.dumps(about)]
    output: dict[str, str] = json.loads(run(command, home, options.limits))
    return copied, output


def _is_for(values: Path, chart: Path, root: Path) -> bool:
    """A values file in the folder of a chart is for that chart; one elsewhere is for all."""
    for folder in Path(os.path.realpath(values)).parents:
        if (folder / "Chart.yaml").is_file():
            return folder == Path(os.path.realpath(chart))
        if folder == root:
            break
    return True


def _by_source(output: str) -> dict[str, str]:
    """`helm template` names the template before every document."""
    found: dict[str, str] = {}
    parts = _SOURCE.split(output)
    for template, text in zip(parts[1::2], parts[2::2], strict=True):
        found[template] = found.get(template, "") + f"---{text}"
    return found


def _template(
    name: str, text: str, shown: str, copied: ChartCopy, base: Path, options: ChartOptions, made: Rendered
) -> None:
    """The documents of one template, at its lines; those of an archive at the Chart.yaml."""
    if not name.endswith((".yaml", ".yml", ".json")) or not text.strip():
        return
    path = copied.origin.get(name, "")
    lines = _lines(base / path) if path else []
    path = path or posixpath.join(shown, "Chart.yaml")
    source = without_schemas(text)
    assert isinstance(source, str)
    documents, diagnostics = read_documents(source, path)
    rendered = source.split("\n")
    for document in documents:
        if not _is_test(document):
            moved = at_source(document, rendered, path, lines)
            made.documents.append(_in_namespace(moved, options.namespace))
    for diagnostic in diagnostics[:1]:
        summary = f"what the template renders to cannot be read: {diagnostic.summary}"
        made.diagnostics.append(
            Diagnostic(diagnostic.code, summary, diagnostic.detail, SourceSpan(path), diagnostic.level)
        )


def _is_test(document: Document) -> bool:
    """Pods of `helm test` are not part of what is deployed."""
    metadata = document.root.get("metadata") if isinstance(document.root, Map) else None
    notes = metadata.get("annotations") if isinstance(metadata, Map) else None
    hook = notes.get("helm.sh/hook") if isinstance(notes, Map) else None
    return isinstance(hook, Scalar) and "test" in hook.text


def _in_namespace(document: Document, namespace: str) -> Document:
    """The release's namespace, where the object names none."""
    root = document.root
    metadata = root.get("metadata") if isinstance(root, Map) else None
    if (
        not namespace
        or not isinstance(root, Map)
        or not isinstance(metadata, Map)
        or "namespace" in metadata.members
    ):
        return document
    version, kind = root.get("apiVersion"), root.get("kind")
    if not (
        isinstance(version, Scalar) and isinstance(kind, Scalar) and is_namespaced(version.text, kind.text)
    ):
        return document
    given = Scalar(namespace, namespace, metadata.span)
    completed = Map(
        {**metadata.members, "namespace": given}, {**metadata.keys, "namespace": metadata.span}, metadata.span
    )
    return Document(
        Map({**root.members, "metadata": completed}, root.keys, root.span, root.tag),
        document.path,
        document.comments,
    )


def _lines(place: Path) -> list[str]:
    try:
        return place.read_text("utf-8-sig", "replace").replace("\r\n", "\n").split("\n")
    except OSError:
        return []


def _not_rendered(shown: str, folder: Path, name: str, failure: Exception) -> Diagnostic:
    templates = [
        file
        for _, _, files in os.walk(folder / "templates")
        for file in files
        if file.endswith((".yaml", ".yml", ".json"))
    ]
    count = f"{len(templates)} template{'s' if len(templates) != 1 else ''}"
    why = (
        str(failure)
        if isinstance(failure, RenderFailed)
        else f"it cannot be copied: {failure.__class__.__name__}"
    )
    detail = "Scan its output instead: `helm template NAME FOLDER | mlarchlint scan -`."
    return Diagnostic(
        "helm-not-rendered",
        f"chart {name} is not rendered ({count}): {why}",
        detail,
        _chart_file(shown),
        Level.WARNING,
    )


def _chart_file(shown: str) -> SourceSpan:
    return SourceSpan(posixpath.normpath(posixpath.join(shown, "Chart.yaml")))
