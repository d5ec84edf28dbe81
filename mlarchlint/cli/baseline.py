"""`mlarchlint baseline write` and `mlarchlint baseline prune`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlarchlint.cli.inputs import BadConfiguration, configured, input_options

if TYPE_CHECKING:
    from mlarchlint.config import Config
    from mlarchlint.pipeline import Result

_OUTPUT = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file; else `baseline:` of the configuration, else .mlarchlint-baseline.json beside it.",
)


@click.group("baseline")
def command() -> None:
    """Accept the findings of today, so that only new ones fail a run."""


@command.command("write")
@input_options
@_OUTPUT
@click.pass_context
def write(ctx: click.Context, /, paths: tuple[Path, ...], output: Path | None, **options: Any) -> None:
    """Accept every finding of the designs below PATH. Nothing is written where something was not read."""
    from mlarchlint.baseline import baseline_of

    config, result = _scanned(ctx, paths, options)
    place = _place(config, output)
    made = baseline_of(result.findings, result.rules)
    _put(place, made)
    click.echo(f"{sum(entry.count for entry in made.entries.values())} findings accepted in {_shown(place)}.")
    if config.baseline is None:
        click.echo(
            f"Use it with --baseline {_shown(place)}, or with `baseline: {place.name}` in .mlarchlint.yaml."
        )


@command.command("prune")
@input_options
@_OUTPUT
@click.pass_context
def prune(ctx: click.Context, /, paths: tuple[Path, ...], output: Path | None, **options: Any) -> None:
    """Take out what is no longer found below PATH. Nothing is added."""
    from mlarchlint.baseline import baseline_of, pruned, read_baseline
    from mlarchlint.config_text import ConfigError

    place = _place(configured(paths, dict(options)), output)
    try:
        before = read_baseline(place)
    except ConfigError as error:
        raise BadConfiguration(error) from None
    _, result = _scanned(ctx, paths, options)
    after = pruned(before, baseline_of(result.findings, result.rules))
    gone = sum(e.count for e in before.entries.values()) - sum(e.count for e in after.entries.values())
    if gone:
        _put(place, after)
    click.echo(f"{gone} findings taken out of {_shown(place)}.")


def _scanned(ctx: click.Context, paths: tuple[Path, ...], options: dict[str, Any]) -> tuple[Config, Result]:
    """The findings without a baseline; ends the run with exit code 3 where something was not read."""
    from dataclasses import replace

    from mlarchlint import pipeline
    from mlarchlint.discover import NoSuchPath
    from mlarchlint.model.diagnostic import Level
    from mlarchlint.report.diagnostics import diagnostic_lines

    config = configured(paths, options)
    try:
        result = pipeline.scan(list(paths), replace(config, baseline=None))
    except NoSuchPath as error:
        raise click.UsageError(str(error)) from None
    failed = [one for one in result.diagnostics if one.level is Level.ERROR]
    if failed:
        for one in failed:
            for line in diagnostic_lines(one):
                click.echo(line, err=True)
        click.echo("error: the baseline was not written: not everything could be read.", err=True)
        ctx.exit(3)
    return config, result


def _place(config: Config, output: Path | None) -> Path:
    from mlarchlint.baseline import NAME

    return output or config.baseline or config.base / NAME


def _put(place: Path, baseline: Any) -> None:
    """The old file stays whole until the new one is."""
    from mlarchlint.baseline import baseline_text
    from mlarchlint.whole_file import write_whole

    try:
        write_whole(place, baseline_text(baseline).encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise click.UsageError(f"cannot write '{place}': {error.strerror}") from None


def _shown(place: Path) -> str:
    from mlarchlint.config_file import shown_path

    return shown_path(place)
