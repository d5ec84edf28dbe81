"""`mlarchlint policy test`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlarchlint.cli.inputs import BadConfiguration

if TYPE_CHECKING:
    from mlarchlint.policy import Policy


@click.group("policy")
def command() -> None:
    """Work with policies of your own."""


@command.command("test")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--policy",
    "policies",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    help="The policies; else those directly in FOLDER. Repeatable.",
)
@click.pass_context
def test(ctx: click.Context, folder: Path, policies: tuple[Path, ...]) -> None:
    """Run the tests that the policies bring, and the cases below FOLDER.

    A case is a folder with code, scanned by itself with these policies only. What is found has to be what
    `# expect: ID` says at the end of its line (`ID?` for an uncertain finding), and nothing else.

    \b
    Exit codes: 0 all agree, 1 something differs, 2 a policy is wrong, 3 a case could not be read.
    """
    from mlarchlint.config_text import ConfigError
    from mlarchlint.policy import read_policies
    from mlarchlint.policy_tests import run_tests
    from mlarchlint.registry import RuleError, built_in_rules, collect
    from mlarchlint.report.inert import inert

    failed = 0
    try:
        found = read_policies(policies or (folder,), built_in_rules())
        collect([*built_in_rules().values(), *(policy.rule for policy in found)])
        results = [run_tests(policy) for policy in found]
    except (ConfigError, RuleError) as error:
        raise BadConfiguration(error) from None
    mistakes = [mistake for _, wrong in results for mistake in wrong]
    if mistakes:
        raise BadConfiguration(ConfigError(mistakes))
    if not found:
        raise click.UsageError(f"there is no policy in '{folder}'.")
    for outcome in (one for outcomes, _ in results for one in outcomes):
        label = inert(f"{outcome.policy} {outcome.name}")
        if outcome.agrees:
            click.echo(f"ok    {label}")
        else:
            failed += 1
            click.echo(f"FAIL  {label}: expected {outcome.expected}, found {outcome.found} ({outcome.span})")
    unread = False
    for case in sorted(_cases(folder)):
        differences, errors = _case(case, policies or (folder,), found)
        shown = inert(case.as_posix())
        for error_line in errors:
            click.echo(error_line, err=True)
        unread = unread or bool(errors)
        if not differences and not errors:
            click.echo(f"ok    {shown}")
        for line in differences:
            failed += 1
            click.echo(f"FAIL  {inert(line)}")
    ctx.exit(3 if unread else 1 if failed else 0)


def _cases(folder: Path) -> Iterator[Path]:
    """The topmost folders below it that directly hold code."""
    for inner in sorted(folder.iterdir()):
        if inner.is_dir() and not inner.is_symlink() and not inner.name.startswith("."):
            names = os.listdir(inner)
            if any(
                name.endswith((".tf", ".tf.json", ".yaml", ".yml", ".json", ".template")) for name in names
            ):
                yield inner
            else:
                yield from _cases(inner)


def _case(case: Path, policies: tuple[Path, ...], found: list[Policy]) -> tuple[list[str], list[str]]:
    """(what differs, what could not be read)."""
    from dataclasses import replace

    from mlarchlint import pipeline
    from mlarchlint.config_layers import load_config
    from mlarchlint.config_text import ConfigError
    from mlarchlint.expectations import expected_in, found_in
    from mlarchlint.model.diagnostic import Level
    from mlarchlint.report.diagnostics import diagnostic_lines

    ids = tuple(policy.rule.id for policy in found)
    try:
        config = replace(
            load_config([case]), policies=tuple(p.absolute() for p in policies), select=ids, ignore=()
        )
    except ConfigError as error:
        raise BadConfiguration(error) from None
    result = pipeline.scan([case], config)
    errors = [line for d in result.diagnostics if d.level is Level.ERROR for line in diagnostic_lines(d)]
    start = os.path.relpath(os.path.realpath(case), result.sources.base).replace(os.sep, "/") + "/"
    wanted = {one for one in expected_in(case) if one[2].removesuffix("?") in ids}
    actual = found_in(result.findings, start)
    name = case.as_posix()
    differences = [
        f"{name}/{file}:{line}: expected {one}, not found" for file, line, one in sorted(wanted - actual)
    ]
    differences += [
        f"{name}/{file}:{line}: found {one}, not expected" for file, line, one in sorted(actual - wanted)
    ]
    return differences, errors
