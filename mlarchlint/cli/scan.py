"""`mlarchlint scan`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlarchlint.cli.inputs import BadConfiguration, configured, input_options
from mlarchlint.cli.outputs import FORMATS, STDOUT, OrderedCommand, Output, in_order, planned
from mlarchlint.cli.progress import Progress

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

LEVELS = ("info", "low", "medium", "high", "critical", "never")


@click.command("scan", cls=OrderedCommand)
@input_options
@click.option(
    "--format",
    "format",
    type=click.Choice(FORMATS),
    multiple=True,
    help="What the report is written as. Repeatable, each with its own -o.",
)
@click.option(
    "-o",
    "--output",
    "output",
    metavar="FILE",
    multiple=True,
    help="Write the report to FILE, in the --format given before it or by its extension (.json, .sarif, .xml for junit, .md, .html, .txt). Repeatable.",
)
@click.option(
    "--fail-on",
    type=click.Choice(LEVELS),
    help="Exit with 1 for findings of this severity or worse.  [default: low]",
)
@click.option(
    "--select",
    metavar="RULE",
    multiple=True,
    help="Run only these rules: id, id prefix, name or pillar. Repeatable, or separated by commas.",
)
@click.option(
    "--ignore",
    metavar="RULE",
    multiple=True,
    help="Do not run these rules. Repeatable, or separated by commas.",
)
@click.option(
    "--policy",
    "policies",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    help="A policy file, or a folder of policies. Repeatable.",
)
@click.option(
    "--with",
    "engines",
    type=click.Choice(("checkov", "cfn-lint")),
    multiple=True,
    help="Also run another engine, and report what it finds. Repeatable.",
)
@click.option(
    "--checkov",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The checkov executable for --with checkov; else the one on PATH, or one run by uvx or pipx.",
)
@click.option(
    "--profile",
    type=click.Choice(("default", "strict", "relaxed")),
    help="How strict the run is, where neither a flag nor the configuration says otherwise.",
)
@click.option(
    "--baseline",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file of accepted findings that `mlarchlint baseline write` made.",
)
@click.option(
    "--changed-since",
    metavar="REV",
    help="Report only what is new against a git revision; both are evaluated in full.",
)
@click.option("--fix", is_flag=True, help="Make the safe edits that mend findings, and report what is left.")
@click.option(
    "--unsafe-fixes", is_flag=True, help="With --fix or --diff: also edits that cost or replace something."
)
@click.option("--diff", is_flag=True, help="Print the edits as a diff instead of making them.")
@click.option("--uncertain", is_flag=True, help="Also show findings whose verdict rests on unknown values.")
@click.option(
    "--color",
    type=click.Choice(("auto", "always", "never")),
    default="auto",
    help="Color in the text report; auto: on a terminal, and not with NO_COLOR set.",
)
@click.option("--no-color", "color", flag_value="never", help="The same as --color never.")
@click.pass_context
def command(ctx: click.Context, /, paths: tuple[Path, ...], **options: Any) -> None:
    """Find what is wrong with the architecture of the designs below PATH.

    PATH may be `-`: rendered manifests, a template or the JSON of a plan on standard input.

    \b
    Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or
    configuration, 3 incomplete: something could not be read, or a rule failed.
    """
    outputs = planned(in_order(ctx, format=options.pop("format"), output=options.pop("output")))
    color, revision = options.pop("color"), options.pop("changed_since")
    fix, diff, unsafe = options.pop("fix"), options.pop("diff"), options.pop("unsafe_fixes")
    if fix and diff:
        raise click.UsageError("--fix makes the edits and --diff only shows them: give one of the two.")
    for name in ("select", "ignore"):
        options[name] = tuple(
            part.strip() for given in options[name] for part in given.split(",") if part.strip()
        )
    given = dict(options)
    result = scanned(paths, options)
    if diff or fix:
        from mlarchlint.cli.fix import mended, shown_edits

        if diff:
            shown_edits(result, unsafe)
        else:
            result = mended(result, unsafe, lambda: scanned(paths, dict(given)))
    if revision is not None:
        result = compared(result, revision, paths, given)
    for output in outputs:
        if not (diff and output.place == STDOUT):
            put(output.place, rendered(output, result, color))
    if all(output.place != STDOUT for output in outputs):
        _say(result, outputs)
    from mlarchlint.report.summary import summarise

    ctx.exit(summarise(result).exit_code)


def scanned(paths: tuple[Path, ...], options: dict[str, Any]) -> Result:
    """The result of a scan; ends the run with exit code 2 where the usage is wrong."""
    config = configured(paths, options)
    from mlarchlint import pipeline
    from mlarchlint.config_text import ConfigError
    from mlarchlint.discover import NoSuchPath
    from mlarchlint.registry import RuleError, rules_for
    from mlarchlint.rule_names import mistaken_rules

    try:
        mistaken_rules(config, rules_for(config).values())
        with Progress() as progress:
            return pipeline.scan(list(paths), config, progress=progress)
    except NoSuchPath as error:
        raise click.UsageError(str(error)) from None
    except (RuleError, ConfigError) as error:
        raise BadConfiguration(error) from None


def compared(result: Result, revision: str, paths: tuple[Path, ...], options: dict[str, Any]) -> Result:
    """With everything marked that was there before the change."""
    from dataclasses import replace

    from mlarchlint.cli.base import scan_revision
    from mlarchlint.comparison import compare, marked
    from mlarchlint.model.diagnostic import Level

    base = scan_revision(revision, paths, options, result.config)
    unread = [d.span.file for d in base.diagnostics if d.level is Level.ERROR] if base else []
    found = compare(revision, base.findings if base else (), result.findings, unread)
    return replace(result, findings=marked(result.findings, found), comparison=found)


def put(place: str, text: str) -> None:
    """UTF-8 and plain newlines, whatever the locale, so that the bytes are the same everywhere."""
    data = text.encode("utf-8", "backslashreplace")
    if place == STDOUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        Path(place).write_bytes(data)
    except OSError as error:
        raise click.UsageError(f"cannot write '{place}': {error.strerror}") from None


def rendered(output: Output, result: Result, color: str) -> str:
    """color: `auto`, `always` or `never`."""
    from mlarchlint.report.formats import render
    from mlarchlint.report.repository import folder_in_repository

    folder = folder_in_repository(Path.cwd(), os.environ)
    return render(output.format, result, color=_colored(output, color), folder=folder)


def _colored(output: Output, color: str) -> bool:
    if color != "auto":
        return color == "always"
    on_terminal = output.place == STDOUT and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return on_terminal and not os.environ.get("NO_COLOR")


def _say(result: Result, outputs: tuple[Output, ...]) -> None:
    """Where nothing went to standard output, one line says what happened."""
    from mlarchlint.report.summary import summarise
    from mlarchlint.report.summary_text import verdict

    written = ", ".join(output.place for output in outputs)
    click.echo(f"{verdict(result, summarise(result))} Written: {written}", err=True)
