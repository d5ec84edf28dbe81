"""`mlarchlint describe`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlarchlint.cli.inputs import input_options
from mlarchlint.cli.outputs import STDOUT

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result


@click.command("describe")
@input_options
@click.option(
    "--format",
    "format",
    type=click.Choice(("text", "json", "markdown")),
    default="text",
    show_default=True,
)
@click.option(
    "-o", "--output", metavar="FILE", default=STDOUT, help="Write to FILE instead of standard output."
)
@click.pass_context
def command(ctx: click.Context, /, paths: tuple[Path, ...], format: str, output: str, **options: Any) -> None:
    """Say what ML system the designs below PATH are: its stages, its patterns, and how sure that is."""
    from mlarchlint.cli.scan import put, scanned
    from mlarchlint.model.diagnostic import Level
    from mlarchlint.report.diagnostics import diagnostic_lines

    result = scanned(paths, options)
    errors = [diagnostic for diagnostic in result.diagnostics if diagnostic.level is Level.ERROR]
    for diagnostic in errors:
        for line in diagnostic_lines(diagnostic):
            click.echo(line, err=True)
    put(output, _renderer(format)(result))
    ctx.exit(3 if errors else 0)


def _renderer(format: str) -> Callable[[Result], str]:
    if format == "json":
        from mlarchlint.report.describe_json import render_describe_json

        return render_describe_json
    if format == "markdown":
        from mlarchlint.report.describe_markdown import render_describe_markdown

        return render_describe_markdown
    from mlarchlint.report.describe_text import render_describe_text

    return render_describe_text
