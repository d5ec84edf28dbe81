"""What a kustomization says of the files beside it: which are patches, and their namespace.

Overlays are not rendered: `kustomize build` does that.
https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from mlarchlint.frontends.yaml_nodes import Document, List, Map, Node, Scalar, to_value
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.record import record
from mlarchlint.model.value import Value

_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")


@record(frozen=True, slots=True)
class Kustomizations:
    """patches: files that only change other objects. namespaces: that a kustomization puts the
    objects of its own resource files into. diagnostics: what was not applied."""

    patches: frozenset[str]
    namespaces: dict[str, Value]
    diagnostics: tuple[Diagnostic, ...]


def is_kustomization(document: Document) -> bool:
    root = document.root
    version = root.get("apiVersion") if isinstance(root, Map) else None
    if isinstance(version, Scalar):
        # what a kustomization generates stands in its file, too
        return version.text.startswith("kustomize.config.k8s.io/")
    return posixpath.basename(document.path) in _NAMES


def read_kustomizations(documents: Iterable[Document]) -> Kustomizations:
    patches: set[str] = set()
    namespaces: dict[str, Value] = {}
    contested: set[str] = set()
    diagnostics = []
    for document in documents:
        root = document.root
        if not is_kustomization(document) or not isinstance(root, Map):
            continue
        folder = posixpath.dirname(document.path)
        patches.update(_file(folder, name) for name in _patch_files(root))
        namespace = root.get("namespace")
        for name in _texts(root.get("resources")) if isinstance(namespace, Scalar) else ():
            path = _file(folder, name)
            contested |= {path} & namespaces.keys()
            namespaces[path] = to_value(namespace)  # type: ignore[arg-type]
        if _changes_objects(root):
            diagnostics.append(_not_applied(root))
    for path in contested:
        del namespaces[path]
    return Kustomizations(frozenset(patches), namespaces, tuple(diagnostics))


def _patch_files(root: Map) -> Iterator[str]:
    for name in _texts(root.get("patchesStrategicMerge")):
        if "\n" not in name:
            yield name
    for section in ("patches", "patchesJson6902"):
        listed = root.get(section)
        for entry in listed.items if isinstance(listed, List) else ():
            path = entry.get("path") if isinstance(entry, Map) else None
            if isinstance(path, Scalar):
                yield path.text
    for section in ("transformers", "generators", "configurations", "crds"):
        yield from _texts(root.get(section))


def _changes_objects(root: Map) -> bool:
    return any(
        root.get(section) is not None
        for section in ("patches", "patchesStrategicMerge", "patchesJson6902", "replicas", "components")
    )


def _not_applied(root: Map) -> Diagnostic:
    detail = "Scan the output of `kustomize build` to judge the overlay as it is deployed."
    return Diagnostic("kustomize-not-applied", "the kustomization's patches are not applied", detail,
                      root.span, Level.NOTE)  # fmt: skip


def _texts(node: Node | None) -> Iterator[str]:
    for item in node.items if isinstance(node, List) else ():
        if isinstance(item, Scalar):
            yield item.text


def _file(folder: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(folder, name))
