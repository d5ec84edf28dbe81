"""`mlarchlint graph`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mlarchlint.cli.inputs import input_options
from mlarchlint.cli.outputs import STDOUT


@click.command("graph")
@input_options
@click.option(
    "--format", "format", type=click.Choice(("json", "dot", "mermaid")), default="json", show_default=True
)
@click.option(
    "-o", "--output", metavar="FILE", default=STDOUT, help="Write to FILE instead of standard output."
)
@click.pass_context
def command(ctx: click.Context, /, paths: tuple[Path, ...], format: str, output: str, **options: Any) -> None:
    """Print the resource graph of the designs below PATH."""
    from mlarchlint.cli.scan import put, scanned
    from mlarchlint.model.diagnostic import Level
    from mlarchlint.report.diagnostics import diagnostic_lines

    result = scanned(paths, options)
    for diagnostic in result.diagnostics:
        if diagnostic.level is Level.ERROR:
            for line in diagnostic_lines(diagnostic):
                click.echo(line, err=True)
    if format == "json":
        from mlarchlint.report.graph_json import render_graph_json

        text = render_graph_json(result.graph)
    elif format == "dot":
        from mlarchlint.report.graph_dot import render_dot

        text = render_dot(result.graph, result.workloads)
    else:
        from mlarchlint.report.graph_mermaid import render_mermaid

        text = render_mermaid(result.graph, result.workloads)
    put(output, text)
    ctx.exit(3 if any(d.level is Level.ERROR for d in result.diagnostics) else 0)
