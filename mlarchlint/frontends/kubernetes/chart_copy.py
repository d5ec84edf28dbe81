"""A copy of a chart that is safe to render: regular files from inside the root, no schemas.

Helm follows links, and fetches what the `$ref` of a values schema names; neither is in the copy.
Vendored archives are unpacked for the same reason.
"""

from __future__ import annotations

import io
import json
import os
import posixpath
import shutil
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlarchlint.frontends.kubernetes.helm_sdk import laid_over
from mlarchlint.frontends.kubernetes.renderer import RenderFailed
from mlarchlint.frontends.yaml_nodes import read_documents, to_value

MAX_FILES, MAX_BYTES, MAX_DEPTH = 5_000, 50 * 1024 * 1024, 8
_LEFT_OUT = frozenset({"values.schema.json", ".git"})


@dataclass(slots=True)
class ChartCopy:
    """folder: the copy. missing: the dependencies that are not there, and would be used.

    origin: the shown path of every file of the copy, by its path below the folder.
    """

    folder: Path
    missing: tuple[str, ...] = ()
    origin: dict[str, str] = field(default_factory=dict)
    _files: int = 0
    _bytes: int = 0

    def add(self, name: str, data: bytes) -> None:
        self._files, self._bytes = self._files + 1, self._bytes + len(data)
        if self._files > MAX_FILES or self._bytes > MAX_BYTES:
            raise RenderFailed(f"it has more than {MAX_FILES} files or {MAX_BYTES // 1048576} MiB")
        place = self.folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def copy_chart(chart: Path, root: Path, base: Path, target: Path, values: list[Path]) -> ChartCopy:
    """Raises RenderFailed for what is too large, and for a Chart.yaml that is none."""
    copied = ChartCopy(target)
    _folder(chart, "", root, base, copied, 0)
    copied.missing = _without_missing(chart, root, base, copied, values)
    return copied


def _folder(place: Path, prefix: str, root: Path, base: Path, copied: ChartCopy, depth: int) -> None:
    if depth > MAX_DEPTH + prefix.count("/charts/") * 2:
        return
    for entry in sorted(os.scandir(place), key=lambda entry: entry.name):
        real = Path(os.path.realpath(entry.path))
        if entry.name in _LEFT_OUT or not real.is_relative_to(root):
            continue
        name = f"{prefix}{entry.name}"
        if real.is_dir():
            _folder(Path(entry.path), f"{name}/", root, base, copied, depth + 1)
        elif real.is_file():
            size = real.stat().st_size
            if size > MAX_BYTES:
                raise RenderFailed(f"{entry.name} is larger than {MAX_BYTES // 1048576} MiB")
            if prefix.endswith("charts/") and name.endswith((".tgz", ".tar.gz")):
                _archive(real.read_bytes(), prefix, copied)
            else:
                copied.add(name, real.read_bytes())
                copied.origin[name] = Path(os.path.relpath(entry.path, base)).as_posix()


def _archive(data: bytes, prefix: str, copied: ChartCopy) -> None:
    """A vendored chart, unpacked: regular files below its one folder."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            for member in archive:
                name = posixpath.normpath(member.name)
                if member.size > MAX_BYTES:
                    raise RenderFailed("a vendored archive is too large")
                if (
                    not member.isfile()
                    or name.startswith(("/", ".."))
                    or posixpath.basename(name) in _LEFT_OUT
                ):
                    continue
                content = archive.extractfile(member)
                if content is not None:
                    copied.add(f"{prefix}{name}", content.read())
    except (tarfile.TarError, OSError, EOFError):
        raise RenderFailed("a vendored archive cannot be read") from None


def _without_missing(
    chart: Path, root: Path, base: Path, copied: ChartCopy, values: list[Path]
) -> tuple[str, ...]:
    """Takes the dependencies that are not there off the copy's Chart.yaml; says which would be used."""
    declared = read_yaml(copied.folder / "Chart.yaml")
    if not isinstance(declared, dict) or not isinstance(declared.get("name"), str):
        raise RenderFailed("its Chart.yaml has no name")
    merged: dict[str, Any] = {}
    for file in (copied.folder / "values.yaml", *values):
        written = read_yaml(file) if file.is_file() else None
        merged = laid_over(merged, written if isinstance(written, dict) else {})
    present, missing = [], []
    for dependency in declared.get("dependencies") or ():
        if not isinstance(dependency, dict):
            continue
        if not _is_used(dependency, merged):
            # helm would leave it out: no need to copy one that lies beside the chart
            present += [dependency] if _is_vendored(str(dependency.get("name")), "", copied) else []
        elif _is_there(dependency, chart, root, base, copied):
            present.append(dependency)
        else:
            missing.append(str(dependency.get("name")))
    if declared.get("dependencies"):
        declared["dependencies"] = present
        # JSON is YAML; text as it is, since YAML has no surrogate pairs
        (copied.folder / "Chart.yaml").write_text(json.dumps(declared, ensure_ascii=False), "utf-8")
        (copied.folder / "Chart.lock").unlink(missing_ok=True)
    return tuple(missing)


def _is_there(dependency: dict[str, Any], chart: Path, root: Path, base: Path, copied: ChartCopy) -> bool:
    """Whether a dependency is vendored; one beside the chart (`file://../common`) is copied."""
    name = str(dependency.get("name"))
    if _is_vendored(name, "", copied):
        return True
    beside = _beside(dependency, chart, root)
    if beside is None:
        return False
    shutil.rmtree(copied.folder / "charts" / name, ignore_errors=True)
    _take_in(beside, f"charts/{name}/", root, base, copied)
    return True


def _is_vendored(name: str, prefix: str, copied: ChartCopy) -> bool:
    for found in (copied.folder / f"{prefix}charts").glob("*/Chart.yaml"):
        declared = read_yaml(found)
        if isinstance(declared, dict) and declared.get("name") == name:
            return True
    return False


def _beside(dependency: dict[str, Any], chart: Path, root: Path) -> Path | None:
    """The folder of the root that `file://` names."""
    repository = str(dependency.get("repository") or "")
    if not repository.startswith("file://"):
        return None
    beside = Path(os.path.realpath(chart / repository.removeprefix("file://")))
    return beside if beside.is_relative_to(root) and (beside / "Chart.yaml").is_file() else None


def _take_in(
    place: Path, prefix: str, root: Path, base: Path, copied: ChartCopy, above: tuple[Path, ...] = ()
) -> None:
    """A chart beside the one that is rendered, with those that lie beside it in turn (a library of
    templates, mostly): `helm dependency build` packs each of them before what depends on it."""
    _folder(place, prefix, root, base, copied, 1)
    declared = read_yaml(place / "Chart.yaml")
    above = (*above, place)
    for dependency in declared.get("dependencies") or () if isinstance(declared, dict) else ():
        if not isinstance(dependency, dict):
            continue
        name, further = str(dependency.get("name")), _beside(dependency, place, root)
        if further is not None and further not in above and not _is_vendored(name, prefix, copied):
            _take_in(further, f"{prefix}charts/{name}/", root, base, copied, above)


def _is_used(dependency: dict[str, Any], values: dict[str, Any]) -> bool:
    """Not where its condition is false: the first path that leads to a boolean decides."""
    for path in str(dependency.get("condition") or "").split(","):
        found: Any = values
        for step in path.strip().split("."):
            found = found.get(step) if isinstance(found, dict) else None
        if isinstance(found, bool):
            return found
    return True


def read_yaml(place: Path) -> Any:
    """The data of a YAML file; None if it is none."""
    try:
        documents, _ = read_documents(place.read_bytes(), place.name)
    except OSError:
        return None
    return to_value(documents[0].root).plain() if documents else None
