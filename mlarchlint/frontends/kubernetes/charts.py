"""Helm charts as the manifests that they render to.

With `helm` on PATH, else with helm-python-sdk; otherwise one Diagnostic a chart says that it is
not rendered. https://helm.sh/docs/helm/helm_template/
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Collection, Iterable
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import Any

from mlarchlint.frontends.kubernetes.chart_copy import ChartCopy, read_yaml
from mlarchlint.frontends.kubernetes.chart_run import ChartRun, Order, release_name
from mlarchlint.frontends.kubernetes.manifests import Rendered, is_namespaced
from mlarchlint.frontends.kubernetes.placeholders import without_schemas
from mlarchlint.frontends.kubernetes.renderer import Limits, RenderFailed, ahead
from mlarchlint.frontends.kubernetes.source_lines import at_source
from mlarchlint.frontends.yaml_nodes import Document, Map, Scalar, read_documents
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.record import record
from mlarchlint.model.span import SourceSpan

_PARTS = ("templates", "charts", "files", "crds")


@record(frozen=True, slots=True)
class ChartOptions:
    """values: absolute paths. enabled: False says of every chart that it is not rendered."""

    enabled: bool = True
    values: tuple[Path, ...] = ()
    release: str = ""
    namespace: str = ""
    limits: Limits = field(default_factory=Limits)


def render_charts(
    charts: Iterable[str],
    base: Path,
    root: Path,
    options: ChartOptions,
    made: Rendered | None = None,
    released: Collection[str] = (),
) -> Rendered:
    """charts: shown folders that hold a Chart.yaml; base: what they are relative to. released: those
    that a release renders with values of its own."""
    made = Rendered() if made is None else made
    folders = sorted(charts)
    found = []
    for shown in folders:
        if shown not in released and not _is_vendored(shown, [*folders, *released]):
            name = _name_of(shown, base, made)
            if name:
                found.append((shown, name))
    if not options.enabled:
        for shown, name in found:
            not_rendered(shown, base, name, RenderFailed("the configuration says so"), made)
        return made
    real = Path(os.path.realpath(root))
    runs = ahead(
        partial(ChartRun, _order(base / shown, name, real, options), real, base) for shown, name in found
    )
    for (shown, name), run in zip(found, runs, strict=True):
        try:
            copied, output = run.result()
        except (RenderFailed, OSError) as failure:
            not_rendered(shown, base, name, failure, made)
            continue
        made.replaced += parts_of_chart(shown)
        made.count(run.renderer)
        documents, diagnostics = chart_documents(output, shown, copied, base, options.namespace)
        made.documents += documents
        made.diagnostics += [*diagnostics, *missing_dependencies(shown, name, copied)]
    return made


def parts_of_chart(shown: str) -> list[str]:
    """The folders of a chart that hold what is a manifest only once it is rendered."""
    return [posixpath.normpath(posixpath.join(shown, part)) for part in _PARTS]


def declared_chart(folder: Path) -> dict[str, Any] | None:
    """What the Chart.yaml of a folder says; None for some other file of that name."""
    declared = read_yaml(folder / "Chart.yaml")
    return declared if isinstance(declared, dict) and isinstance(declared.get("name"), str) else None


def _is_vendored(shown: str, folders: list[str]) -> bool:
    """A chart in another's `charts` folder is rendered with that one."""
    return any(shown.startswith(posixpath.join(other, "charts", "")) for other in folders if other != shown)


def _name_of(shown: str, base: Path, made: Rendered) -> str:
    """The name of a chart that is to be rendered; libraries are not."""
    folder = base / shown
    declared = declared_chart(folder)
    if declared is None:
        return ""
    if declared.get("type") == "library" or not (folder / "templates").is_dir():
        made.left += parts_of_chart(shown) if shown == "." else [shown]
        return ""
    return str(declared["name"])


def _order(folder: Path, name: str, root: Path, options: ChartOptions) -> Order:
    return Order(
        folder,
        options.release or release_name(name),
        options.namespace or "default",
        tuple(file for file in options.values if _is_for(file, folder, root)),
        limits=options.limits,
    )


def missing_dependencies(shown: str, name: str, copied: ChartCopy) -> list[Diagnostic]:
    if not copied.missing:
        return []
    many = ", ".join(copied.missing)
    return [
        Diagnostic(
            "chart-dependency-missing",
            f"chart {name} was rendered without {many}, which {'are' if len(copied.missing) > 1 else 'is'}"
            " not vendored",
            "Run `helm dependency build` before the scan, or switch the dependency off by its condition.",
            _chart_file(shown),
            Level.WARNING,
        )
    ]


def _is_for(values: Path, chart: Path, root: Path) -> bool:
    """A values file in the folder of a chart is for that chart; one elsewhere is for all."""
    for folder in Path(os.path.realpath(values)).parents:
        if (folder / "Chart.yaml").is_file():
            return folder == Path(os.path.realpath(chart))
        if folder == root:
            break
    return True


def chart_documents(
    output: dict[str, str], shown: str, copied: ChartCopy, base: Path, namespace: str
) -> tuple[list[Document], list[Diagnostic]]:
    """The documents of all templates, at their lines; those of an archive at the Chart.yaml."""
    found: list[Document] = []
    complaints: list[Diagnostic] = []
    for template, text in output.items():
        name = template.partition("/")[2]
        if not name.endswith((".yaml", ".yml", ".json")) or not text.strip():
            continue
        path = copied.origin.get(name, "")
        lines = _lines(base / path) if path else []
        path = path or posixpath.join(shown, "Chart.yaml")
        source = without_schemas(text)
        assert isinstance(source, str)
        documents, diagnostics = read_documents(source, path)
        rendered = source.split("\n")
        found += [
            _in_namespace(at_source(document, rendered, path, lines), namespace)
            for document in documents
            if not _is_test(document)
        ]
        for diagnostic in diagnostics[:1]:
            unread = diagnostic.level is Level.ERROR
            claim = (
                "what the template renders to cannot be read" if unread else "in what the template renders to"
            )
            summary = f"{claim}: {diagnostic.summary}"
            complaints.append(
                Diagnostic(diagnostic.code, summary, diagnostic.detail, SourceSpan(path), diagnostic.level)
            )
    return found, complaints


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


def not_rendered(shown: str, base: Path, name: str, failure: Exception, made: Rendered) -> None:
    """Says so, once a chart."""
    templates = [
        file
        for _, _, files in os.walk(base / shown / "templates")
        for file in files
        if file.endswith((".yaml", ".yml", ".json"))
    ]
    count = f"{len(templates)} template{'s' if len(templates) != 1 else ''}"
    detail = "Scan its output instead: `helm template NAME FOLDER | mlarchlint scan -`."
    summary = f"chart {name} is not rendered ({count}): {why_not(failure)}"
    made.diagnostics.append(
        Diagnostic("helm-not-rendered", summary, detail, _chart_file(shown), Level.WARNING)
    )
    made.left += parts_of_chart(shown)
    made.count("")


def why_not(failure: Exception) -> str:
    if isinstance(failure, RenderFailed):
        return str(failure)
    return f"it cannot be copied: {failure.__class__.__name__}"


def _chart_file(shown: str) -> SourceSpan:
    return SourceSpan(posixpath.normpath(posixpath.join(shown, "Chart.yaml")))
