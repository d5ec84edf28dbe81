"""`mlarchlint graph`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlarchlint.cli.inputs import input_options
from mlarchlint.cli.outputs import STDOUT

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result


@click.command("graph")
@input_options
@click.option(
    "--format",
    "format",
    type=click.Choice(("json", "dot", "mermaid", "text")),
    default="json",
    show_default=True,
)
@click.option("--roles", is_flag=True, help="Show the role of each resource, with the evidence for it.")
@click.option(
    "-o", "--output", metavar="FILE", default=STDOUT, help="Write to FILE instead of standard output."
)
@click.pass_context
def command(
    ctx: click.Context, /, paths: tuple[Path, ...], format: str, roles: bool, output: str, **options: Any
) -> None:
    """Print the resource graph of the designs below PATH."""
    from mlarchlint.cli.scan import put, scanned
    from mlarchlint.model.diagnostic import Level
    from mlarchlint.report.diagnostics import diagnostic_lines

    result = scanned(paths, options)
    for diagnostic in result.diagnostics:
        if diagnostic.level is Level.ERROR:
            for line in diagnostic_lines(diagnostic):
                click.echo(line, err=True)
    put(output, _rendered(result, format, roles))
    ctx.exit(3 if any(d.level is Level.ERROR for d in result.diagnostics) else 0)


def _rendered(result: Result, format: str, with_roles: bool) -> str:
    from mlarchlint.report.graph_roles import Roles

    roles = Roles(result.graph, result.roles) if with_roles else None
    if format == "json":
        from mlarchlint.report.graph_json import render_graph_json

        return render_graph_json(result.graph, roles)
    if format == "text":
        from mlarchlint.report.graph_text import render_graph_text

        return render_graph_text(result.graph, roles)
    if format == "dot":
        from mlarchlint.report.graph_dot import render_dot

        return render_dot(result.graph, result.workloads, roles)
    from mlarchlint.report.graph_mermaid import render_mermaid

    return render_mermaid(result.graph, result.workloads, roles)
