"""What the Terraform front end is given: files to read and values to read them with."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from mlarchlint.frontends.terraform.limits import DEFAULT_LIMITS, Limits
from mlarchlint.model.record import record

if TYPE_CHECKING:
    from mlarchlint.frontends.terraform.declarations import Source

SUFFIXES = (".tf", ".tf.json", ".tofu", ".tofu.json")


@record(frozen=True, slots=True)
class TerraformSources:
    """Every path is relative to `base`, in POSIX form; the base itself is `.`.

    base: absolute; shown paths are relative to it. root: absolute; nothing outside is read.
    directories: the folders that hold configuration files, each with those files.
    partial: folders of which single files were given; those are evaluated alone.
    read: the bytes of a file; raises OSError or ValueError (too large, refused).
    parsed: what was read without an error, by path and text; for many scans of much the same files.
    """

    base: Path
    root: Path
    directories: Mapping[str, tuple[str, ...]]
    read: Callable[[str], bytes]
    partial: frozenset[str] = frozenset()
    parsed: MutableMapping[tuple[str, str], Source] | None = None


@record(frozen=True, slots=True)
class TerraformOptions:
    """var_files: relative to the base or absolute, in the order given. variables: (name, text)
    of `--var`, in the order given. tf_var_env: take `TF_VAR_name` from `environment`.
    exclude: globs of folders that are no roots of their own (a call to one is still followed).
    planned: folders whose plan is read in place of their code.
    """

    var_files: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    workspace: str = "default"
    tf_var_env: bool = False
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    exclude: tuple[str, ...] = ()
    planned: frozenset[str] = frozenset()
    limits: Limits = DEFAULT_LIMITS


def is_configuration(name: str) -> bool:
    """Whether Terraform reads a file of this name (editors' backups it skips)."""
    return name.endswith(SUFFIXES) and not name.startswith((".", "#")) and not name.endswith(("~", "#"))


def sources_below(base: Path, root: Path | None = None, max_bytes: int = 10_000_000) -> TerraformSources:
    """All configuration below a folder, hidden folders left out."""
    base = base.resolve()
    root = (root or base).resolve()
    directories: dict[str, tuple[str, ...]] = {}
    for folder, subfolders, names in os.walk(base):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        found = sorted(name for name in names if is_configuration(name))
        if found:
            relative = Path(folder).relative_to(base).as_posix()
            directories[relative] = tuple(_joined(relative, name) for name in found)
    return TerraformSources(base, root, directories, reader(base, max_bytes))


def reader(base: Path, max_bytes: int) -> Callable[[str], bytes]:
    def read(path: str) -> bytes:
        place = base / path
        size = place.stat().st_size
        if size > max_bytes:
            raise ValueError(f"{size} bytes, more than the limit of {max_bytes}")
        return place.read_bytes()

    return read


def _joined(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder}/{name}"
