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
    """Raises CannotWrite before anything is written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = {entry.name: entry for entry in folder.iterdir()}
    except OSError as error:
        raise CannotWrite(f"cannot write to '{folder}': {error.strerror}") from None
    strangers = sorted(name for name in there if is_configuration(name) and name not in files)
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
            (folder / name).write_bytes(text.encode("utf-8"))
        except OSError as error:
            raise CannotWrite(f"cannot write '{folder / name}': {error.strerror}") from None
        written.append(folder / name)
    return tuple(written)
