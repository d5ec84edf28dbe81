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
@click.option(
    "--all-environments",
    is_flag=True,
    help="Each environment of the configuration with its own inputs, and their sum.",
)
@click.pass_context
def command(
    ctx: click.Context,
    /,
    paths: tuple[Path, ...],
    format: str,
    output: str,
    max_price_age: int | None,
    all_environments: bool,
    **options: Any,
) -> None:
    """Estimate what the designs below PATH cost in a month. `cost diff BASE PATH` compares it with a base.

    \b
    Exit codes: 0 within the budget (or none is set), 1 over the budget or prices too old,
    2 wrong usage or configuration, 3 incomplete: something could not be read.
    """
    from mlarchlint.cli.scan import put

    results = _results(paths, options, all_environments)
    failed = sum(_errors_of(result) for _, result in results) > 0
    if all_environments:
        from mlarchlint.report.cost_environments import render_environments

        put(output, render_environments(results, format))
    else:
        put(output, renderer(format)(results[0][1], results[0][1].estimate))
    complaints = [line for name, result in results for line in _complaints(name, result, max_price_age)]
    for line in complaints:
        click.echo(line, err=True)
    ctx.exit(3 if failed else 1 if complaints else 0)


def _results(
    paths: tuple[Path, ...], options: dict[str, Any], all_environments: bool
) -> list[tuple[str, Result]]:
    """(environment, result): of the one that is asked for, or of all that the configuration has."""
    from mlarchlint.cli.scan import scanned

    if not all_environments:
        return [("", scanned(paths, options))]
    if options.get("environment"):
        raise click.UsageError("--environment and --all-environments exclude each other")
    from mlarchlint.cli.inputs import BadConfiguration
    from mlarchlint.config_layers import environments_in
    from mlarchlint.config_text import ConfigError

    try:
        names = environments_in(paths, options.get("config"))
    except ConfigError as error:
        raise BadConfiguration(error) from None
    if not names:
        raise click.UsageError("the configuration has no environments")
    return [(name, scanned(paths, {**options, "environment": name})) for name in names]


def _errors_of(result: Result) -> bool:
    """Prints what could not be read; whether there was any."""
    from mlarchlint.model.diagnostic import Level
    from mlarchlint.report.diagnostics import diagnostic_lines
    from mlarchlint.report.inert import inert

    errors = [diagnostic for diagnostic in result.diagnostics if diagnostic.level is Level.ERROR]
    for diagnostic in errors:
        for line in diagnostic_lines(diagnostic):
            click.echo(line, err=True)
    roles = {found.role for found in result.roles.values() if found.role}
    unused = result.config.usage.unused(result.graph, roles)
    if unused:
        click.echo(f"note: usage for {', '.join(map(inert, unused))} matches nothing here", err=True)
    return bool(errors)


def _complaints(name: str, result: Result, max_price_age: int | None) -> list[str]:
    from mlarchlint.report.cost_budgets import budgets_of, complaint
    from mlarchlint.report.inert import inert

    found = [*filter(None, map(complaint, budgets_of(result))), *too_old(result.estimate, max_price_age)]
    return [f"{inert(name)}: {line}" if name else line for line in found]


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
