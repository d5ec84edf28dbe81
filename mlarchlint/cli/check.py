"""`mlarchlint check`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlarchlint.cli.inputs import input_options
from mlarchlint.cli.outputs import STDOUT

if TYPE_CHECKING:
    from mlarchlint.judgement import Judgement
    from mlarchlint.notes import Note
    from mlarchlint.pipeline import Result

FORMATS = ("text", "json", "markdown")


@click.command("check")
@input_options
@click.option("--format", "format", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option(
    "-o", "--output", metavar="FILE", default=STDOUT, help="Write to FILE instead of standard output."
)
@click.pass_context
def command(ctx: click.Context, /, paths: tuple[Path, ...], format: str, output: str, **options: Any) -> None:
    """Compare what is required of the designs below PATH with what they can do.

    \b
    Exit codes: 0 nothing is unmet (what cannot be told is said), 1 a requirement is not
    met, 2 wrong usage or configuration, 3 incomplete: something could not be read.
    """
    from mlarchlint.cli.scan import put, scanned
    from mlarchlint.judgements import design_of, judged
    from mlarchlint.model.diagnostic import Level
    from mlarchlint.model.truth import Truth
    from mlarchlint.notes import notes
    from mlarchlint.report.diagnostics import diagnostic_lines

    result = scanned(paths, options)
    # The verdicts come from the analyses: a rule that crashes makes them no less complete.
    errors = [
        diagnostic
        for diagnostic in result.diagnostics
        if diagnostic.level is Level.ERROR and diagnostic.code != "rule-crashed"
    ]
    for diagnostic in errors:
        for line in diagnostic_lines(diagnostic):
            click.echo(line, err=True)
    found = judged(result)
    put(output, renderer(format)(result, found, notes(design_of(result))))
    unmet = any(one.met is Truth.NO and one.binding for one in found)
    ctx.exit(3 if errors else 1 if unmet else 0)


def renderer(format: str) -> Callable[[Result, tuple[Judgement, ...], tuple[Note, ...]], str]:
    if format == "text":
        from mlarchlint.report.check_text import render_check_text

        return render_check_text
    from mlarchlint.report.check_tables import render_check_json, render_check_markdown

    return render_check_json if format == "json" else render_check_markdown
