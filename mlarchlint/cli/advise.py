"""`mlarchlint advise`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlarchlint.cli.inputs import BadConfiguration
from mlarchlint.cli.outputs import STDOUT

if TYPE_CHECKING:
    from mlarchlint.advise.assessment import Assessment
    from mlarchlint.advise.search import Advice
    from mlarchlint.config import Config

FORMATS = ("text", "json", "markdown")
CLOUDS = ("aws", "google", "azure")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("advise")
@click.option("--requirements", type=_FILE, required=True, help="What the design has to achieve.")
@click.option(
    "--cloud",
    "clouds",
    type=click.Choice(CLOUDS),
    multiple=True,
    help="Only designs on this cloud. Repeatable.",
)
@click.option(
    "--region",
    "regions",
    metavar="NAME",
    multiple=True,
    help="Only designs in this region. Repeatable: then in each and in pairs.",
)
@click.option(
    "--top",
    type=click.IntRange(1, 10),
    default=3,
    show_default=True,
    help="How many designs to show for each cloud.",
)
@click.option("--format", "format", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option(
    "-o", "--output", metavar="FILE", default=STDOUT, help="Write to FILE instead of standard output."
)
@click.option(
    "--write",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a design into DIR as Terraform, with its requirements.",
)
@click.option("--choose", metavar="N", type=click.IntRange(1), help="Which design is written.  [default: 1]")
@click.option("--force", is_flag=True, help="Write over files that DIR already holds.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    requirements: Path,
    clouds: tuple[str, ...],
    regions: tuple[str, ...],
    top: int,
    format: str,
    output: str,
    folder: Path | None,
    choose: int | None,
    force: bool,
) -> None:  # fmt: skip
    """Find the cheapest designs that meet requirements, and write one as Terraform.

    A small space of designs is built as code and judged as any other: scan the folder
    that --write makes, and nothing is found.

    \b
    Exit codes: 0 a design meets everything that can be told, 1 none does (the closest
    is shown), 2 wrong usage or requirements.
    """
    if folder is None and (choose is not None or force):
        raise click.UsageError("--choose and --force are about what is written: add --write DIR")
    from mlarchlint.cli.scan import put

    config = _config(requirements)
    wanted = clouds or CLOUDS
    _check_regions(regions, wanted)
    from mlarchlint.advise.search import advise, ranked

    found = [advise(cloud, config, regions, top) for cloud in CLOUDS if cloud in wanted]
    if regions and not clouds:
        found = [advice for advice in found if advice.regions] or found
    numbered = ranked(found)
    put(output, _renderer(format)(found, numbered))
    if folder is not None and numbered:
        _write(folder, numbered, choose or 1, requirements, force)
    ctx.exit(0 if numbered else 1)


def _config(requirements: Path) -> Config:
    from mlarchlint.config_layers import config_for
    from mlarchlint.config_text import ConfigError

    try:
        return config_for(requirements)
    except ConfigError as error:
        raise BadConfiguration(error) from None


def _check_regions(regions: Sequence[str], clouds: Sequence[str]) -> None:
    from mlarchlint.advise.places import regions_known
    from mlarchlint.config_check import nearest
    from mlarchlint.measures import region as plain_region

    known = [name for cloud in clouds for name in regions_known(cloud)]
    for name in regions:
        if plain_region(name) not in known:
            raise click.UsageError(f"no designs are known for the region '{name}'{nearest(name, known)}")


def _renderer(
    format: str,
) -> Callable[[Sequence[Advice], Sequence[Assessment]], str]:
    if format == "text":
        from mlarchlint.report.advise_text import render_advice_text

        return render_advice_text
    from mlarchlint.report.advise_tables import render_advice_json, render_advice_markdown

    return render_advice_json if format == "json" else render_advice_markdown


def _write(
    folder: Path, numbered: Sequence[Assessment], number: int, requirements: Path, force: bool
) -> None:
    from mlarchlint.advise.commitments import usage_of
    from mlarchlint.advise.folder import CannotWrite, files_to_write, write_into
    from mlarchlint.report.inert import inert

    if number > len(numbered):
        raise click.UsageError(f"there is no design {number}: {len(numbered)} are shown")
    try:
        one = numbered[number - 1]
        written = write_into(folder, files_to_write(one.files, requirements, usage_of(one.candidate)), force)
    except CannotWrite as error:
        raise click.UsageError(inert(str(error))) from None
    click.echo(f"Design {number}: {len(written)} files written to {inert(str(folder))}", err=True)
