"""A design as files in a folder that the caller names; nothing outside it, nothing written over unasked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from mlarchlint.frontends.terraform.sources import is_configuration

CONFIG = ".mlarchlint.yaml"


class CannotWrite(Exception):
    """What stands in the way, and what to do."""


def files_to_write(
    terraform: Mapping[str, str], requirements: Path, usage: Mapping[str, Mapping[str, object]] | None = None
) -> dict[str, str]:
    """The design with its requirements, so that a scan of the folder judges it by them.

    usage: what no code says and the estimate has to know.
    """
    name = f"requirements{requirements.suffix or '.yaml'}"
    return {
        **terraform,
        name: requirements.read_text("utf-8-sig"),
        CONFIG: "\n".join(
            ("# What the design is judged by.", f"requirements: {name}", *_usage(usage or {}), "")
        ),
    }


def _usage(usage: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    if not usage:
        return
    yield "# Bought apart from the code; without it the design costs what machines cost on demand."
    yield "usage:"
    for place, figures in usage.items():
        yield f"  {place}: {{{', '.join(f'{name}: {figure}' for name, figure in figures.items())}}}"


def write_into(folder: Path, files: Mapping[str, str], force: bool = False) -> tuple[Path, ...]:
    """Raises CannotWrite before any file is written. files: by name, or by the name of a subfolder and a name."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        inside = {place: _listed(folder, place) for place in sorted({_place(name) for name in files})}
    except OSError as error:
        raise CannotWrite(f"cannot write to '{folder}': {error.strerror}") from None
    there = {f"{place}{name}": entry for place, found in inside.items() for name, entry in found.items()}
    strangers = sorted(
        name for name, entry in there.items() if is_configuration(entry.name) and name not in files
    )
    if strangers:
        raise CannotWrite(
            f"'{folder}' holds other Terraform files ({', '.join(strangers)}), which would become part of the design: "
            "name another folder"
        )
    taken = sorted(name for name in files if name in there)
    if taken and not force:
        raise CannotWrite(f"'{folder}' already holds {', '.join(taken)}: name another folder, or add --force")
    for name in taken:
        if there[name].is_symlink() or not there[name].is_file():
            raise CannotWrite(f"'{folder / name}' is not a plain file and was not written to")
    written = []
    for name, text in files.items():
        try:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(text.encode("utf-8"))
        except OSError as error:
            raise CannotWrite(f"cannot write '{folder / name}': {error.strerror}") from None
        written.append(folder / name)
    return tuple(written)


def _place(name: str) -> str:
    """The subfolder of a file, with its slash; empty for the folder itself."""
    return "".join(name.rpartition("/")[:2])


def _listed(folder: Path, place: str) -> dict[str, Path]:
    """What the folder or a subfolder holds, which need not be there yet."""
    where = folder / place
    if place and (where.is_symlink() or (where.exists() and not where.is_dir())):
        raise CannotWrite(f"'{where}' is not a plain folder and was not written to")
    return {entry.name: entry for entry in where.iterdir()} if where.exists() else {}
