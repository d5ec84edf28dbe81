"""`mlarchlint cost diff`."""

from __future__ import annotations

import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlarchlint.cli.base import base_tree, moved
from mlarchlint.cli.inputs import BadConfiguration, configured, input_options
from mlarchlint.cli.outputs import STDOUT

if TYPE_CHECKING:
    from mlarchlint.config import Config
    from mlarchlint.pipeline import Result

FORMATS = ("text", "json", "markdown")


Limit = tuple[Decimal, bool]


def increase(ctx: click.Context, parameter: click.Parameter, given: str | None) -> Limit | None:
    """`100` dollars a month, or `10%` of what it was."""
    if given is None:
        return None
    try:
        number = Decimal(given.strip().removesuffix("%"))
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0:
        raise click.BadParameter(f"'{given}' is neither dollars (100) nor a share (10%)", ctx, parameter)
    return number, given.strip().endswith("%")


@click.command("diff")
@click.argument("base")
@input_options
@click.option("--format", "format", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option(
    "-o", "--output", metavar="FILE", default=STDOUT, help="Write to FILE instead of standard output."
)
@click.option(
    "--max-increase",
    callback=increase,
    metavar="USD|N%",
    help="Exit with 1 if the change costs more a month.",
)
@click.pass_context
def command(
    ctx: click.Context,
    /,
    base: str,
    paths: tuple[Path, ...],
    format: str,
    output: str,
    max_increase: Limit | None,
    **options: Any,
) -> None:
    """Compare what the design below PATH costs with BASE: a folder, or a git revision of the same repository.

    \b
    Nothing of BASE is run. Exit codes: 0, 1 a larger increase than allowed, 2 wrong usage or
    configuration, 3 incomplete: something could not be read.
    """
    from mlarchlint.analysis.cost_diff import difference
    from mlarchlint.cli.scan import put, scanned
    from mlarchlint.report import cost_diff as report
    from mlarchlint.report.cost_rows import dollars

    if len(paths) != 1:
        raise click.UsageError("cost diff compares one PATH with BASE.")
    after = scanned(paths, dict(options))
    with base_tree(base, paths[0], after.config.limits.file_bytes) as (path, root):
        before = scan_base(path, root, options, after.config)
        found = difference(
            before.estimate,
            after.estimate,
            places(before, path),
            places(after, Path(os.path.realpath(paths[0]))),
        )
        names = report.DiffNames(before, after)
    limit = allowed(max_increase, found.before.high, after.config)
    verdict = ""
    if limit is not None and found.judged > limit:
        which = "low" if found.new_gaps else "high"
        verdict = f"over the limit: the {which} figure rises by {dollars(found.judged)} USD a month, {dollars(limit)} are allowed"
    if format == "json":
        put(output, report.render_diff_json(found, names, base, limit))
    else:
        render = report.render_diff_text if format == "text" else report.render_diff_markdown
        put(output, render(found, names, verdict))
    if verdict and (format == "json" or output != STDOUT):
        click.echo(verdict, err=True)
    failed = errors(before, "in the base: ") | errors(after, "")
    ctx.exit(3 if failed else 1 if verdict else 0)


def errors(result: Result, where: str) -> bool:
    """Prints what could not be read."""
    from mlarchlint.model.diagnostic import Level
    from mlarchlint.report.diagnostics import diagnostic_lines

    found = [one for one in result.diagnostics if one.level is Level.ERROR]
    for one in found:
        for line in diagnostic_lines(one):
            click.echo(f"{where}{line}", err=True)
    return bool(found)


def allowed(given: Limit | None, before: Decimal, config: Config) -> Decimal | None:
    if given is None:
        return config.requirements.number("budget.max_increase_usd")
    number, is_share = given
    return before * number / 100 if is_share else number


def scan_base(path: Path, root: Path, options: dict[str, Any], head: Config) -> Result:
    """With the inputs of the base, and the requirements and usage of the head: only the design differs."""
    from mlarchlint import pipeline

    if not path.exists():
        path.mkdir(parents=True)
    named = options.get("config")
    changes = {
        "config": moved(named, root) if named else None,
        "var_files": tuple(moved(one, root) for one in options.get("var_files", ())),
    }
    try:
        config = configured((path,), {**options, **changes})
    except BadConfiguration as error:
        click.echo(f"the configuration of the base is not used: {error.message}", err=True)
        config = replace(head, base=path)
    config = replace(config, requirements=head.requirements, usage=head.usage, environment=head.environment)
    return pipeline.scan([path], config)


def places(result: Result, path: Path) -> dict[str, tuple[str, str]]:
    """Addresses with their root module or file, relative to the compared path."""
    start = str(path if path.is_dir() else path.parent)
    found: dict[str, tuple[str, str]] = {}
    taken: set[tuple[str, str]] = set()
    for key in result.estimate.resources:
        resource = result.graph[key]
        scope = resource.instance.scope
        shown = os.path.relpath(os.path.join(result.sources.base, scope), start) if scope else ""
        place = (shown.replace(os.sep, "/"), resource.address)
        found[key] = place if place not in taken else (place[0], resource.key)
        taken.add(found[key])
    return found
