"""`mlarchlint init`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mlarchlint.starter import Found


@click.command("init")
@click.argument("folder", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite a configuration that is there.")
@click.option("--stdout", "to_stdout", is_flag=True, help="Print it instead of writing it.")
def command(folder: Path, force: bool, to_stdout: bool) -> None:
    """Write a commented .mlarchlint.yaml for FOLDER, from what is found in it."""
    from mlarchlint.config_file import CONFIG_NAMES, shown_path
    from mlarchlint.starter import starter_config

    present = next((folder / name for name in CONFIG_NAMES if (folder / name).exists()), None)
    if present is not None and not force and not to_stdout:
        raise click.UsageError(f"{shown_path(present)} is there already; --force overwrites it.")
    text = starter_config(_found(folder))
    if to_stdout:
        click.echo(text, nl=False)
        return
    place = present or folder / CONFIG_NAMES[0]
    try:
        place.write_bytes(text.encode())
    except OSError as error:
        raise click.UsageError(f"cannot write '{shown_path(place)}': {error.strerror}") from None
    click.echo(
        f"Wrote {shown_path(place)}. Say in it what the design has to achieve, then: mlarchlint scan ."
    )


def _found(folder: Path) -> Found:
    from mlarchlint import pipeline
    from mlarchlint.config import Config
    from mlarchlint.starter import Found

    result = pipeline.scan([folder], Config(base=folder.absolute()))
    sources = result.sources
    return Found(
        service=Path(os.path.realpath(folder)).name,
        files=_files(folder),
        workloads=[(workload.name, workload.role) for workload in result.workloads[:12]],
        formats={
            "Terraform (root modules)": len(
                {r.instance.scope for r in result.graph if r.instance.format.value == "terraform"}
            ),
            "CloudFormation (templates)": len(sources.cloudformation),
            "Kubernetes (files)": len(sources.kubernetes),
            "Helm (charts)": len(sources.charts),
            "Kustomize (folders)": len(sources.overlays),
        },
    )


def _files(folder: Path) -> list[str]:
    """Relative POSIX paths; hidden folders and links are passed over."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        start = Path(place).relative_to(folder)
        found += [
            (start / name).as_posix() for name in sorted(names) if not (Path(place) / name).is_symlink()
        ]
    return found
