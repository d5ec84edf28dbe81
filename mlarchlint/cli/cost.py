"""`mlarchlint cost`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlarchlint.cli.inputs import input_options
from mlarchlint.cli.outputs import STDOUT

if TYPE_CHECKING:
    from mlarchlint.model.estimate import Estimate
    from mlarchlint.pipeline import Result

FORMATS = ("text", "json", "markdown", "csv")


class CostCommand(click.Command):
    """`cost diff ...` is a command of its own; a folder of that name is `./diff`."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        if args and args[0] == "diff":
            from mlarchlint.cli.cost_diff import command as diff

            return diff.make_context(f"{info_name} diff", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command("cost", cls=CostCommand)
@input_options
@click.option("--format", "format", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option(
    "-o", "--output", metavar="FILE", default=STDOUT, help="Write to FILE instead of standard output."
)
@click.option(
    "--max-price-age",
    type=click.IntRange(min=0),
    metavar="DAYS",
    help="Exit with 1 if a price is older than this.",
)
@click.pass_context
def command(
    ctx: click.Context,
    /,
    paths: tuple[Path, ...],
    format: str,
    output: str,
    max_price_age: int | None,
    **options: Any,
) -> None:
    """Estimate what the designs below PATH cost in a month. `cost diff BASE PATH` compares it with a base.

    \b
    Exit codes: 0 within the budget (or none is set), 1 over the budget or prices too old,
    2 wrong usage or configuration, 3 incomplete: something could not be read.
    """
    from mlarchlint.cli.scan import put, scanned
    from mlarchlint.model.diagnostic import Level
    from mlarchlint.report.cost_budgets import budgets_of, complaint
    from mlarchlint.report.diagnostics import diagnostic_lines
    from mlarchlint.report.inert import inert

    result = scanned(paths, options)
    errors = [diagnostic for diagnostic in result.diagnostics if diagnostic.level is Level.ERROR]
    for diagnostic in errors:
        for line in diagnostic_lines(diagnostic):
            click.echo(line, err=True)
    estimate = result.estimate
    put(output, renderer(format)(result, estimate))
    roles = {found.role for found in result.roles.values() if found.role}
    unused = result.config.usage.unused(result.graph, roles)
    if unused:
        click.echo(f"note: usage for {', '.join(map(inert, unused))} matches nothing here", err=True)
    complaints = [*filter(None, map(complaint, budgets_of(result))), *too_old(estimate, max_price_age)]
    for line in complaints:
        click.echo(line, err=True)
    ctx.exit(3 if errors else 1 if complaints else 0)


def renderer(format: str) -> Callable[[Result, Estimate], str]:
    if format == "json":
        from mlarchlint.report.cost_json import render_cost_json

        return render_cost_json
    if format == "text":
        from mlarchlint.report.cost_text import render_cost_text

        return render_cost_text
    from mlarchlint.report.cost_tables import render_cost_csv, render_cost_markdown

    return render_cost_csv if format == "csv" else render_cost_markdown


def too_old(estimate: Estimate, days: int | None) -> list[str]:
    from datetime import date

    if days is None or not estimate.as_of:
        return []
    age = (date.today() - date.fromisoformat(estimate.as_of)).days
    return [f"prices too old: the oldest is of {estimate.as_of}, {age} days ago"] if age > days else []
