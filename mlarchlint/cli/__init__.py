"""The command line. Sub-commands are imported when they are called, so that starting costs little."""

from __future__ import annotations

import gc
import os
from importlib import import_module

import click

from mlarchlint import __version__

COMMANDS = {
    "scan": "Find what is wrong with the architecture of the designs below PATH.",
    "graph": "Print the resource graph of the designs below PATH.",
    "describe": "Say what ML system the designs below PATH are.",
    "cost": "Estimate what the designs below PATH cost in a month.",
    "check": "Compare what is required of the designs below PATH with what they can do.",
    "advise": "Find the cheapest designs that meet requirements, and write one as Terraform.",
    "rules": "List the rules.",
    "explain": "Print the documentation of a rule.",
    "policy": "Work with policies of your own.",
    "init": "Write a commented configuration from what is found.",
    "baseline": "Accept the findings of today, so that only new ones fail a run.",
    "config": "Look at the configuration.",
    "completion": "Print the completion script of a shell.",
}
ALIASES = {"check-requirements": "check"}


class Commands(click.Group):
    """Sub-command NAME is the object `command` of `mlarchlint.cli.NAME`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        cmd_name = ALIASES.get(cmd_name, cmd_name)
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"mlarchlint.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from mlarchlint.config_check import nearest

            ctx.fail(f"{error.message.rstrip('.')}{nearest(args[0], list(COMMANDS))}")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mlarchlint", message="%(prog)s %(version)s")
def cli() -> None:
    """Lint the architecture of machine-learning systems in Terraform, CloudFormation and Kubernetes.

    \b
    Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or
    configuration, 3 incomplete: something could not be read, or a rule failed.
    """


def main() -> None:
    """The console script. A fault of ours ends in one line and exit code 3, never in a traceback."""
    # A scan builds trees and keeps them to its end. Without cycles they need no collector, which would
    # walk them over and over while they grow: a quarter of the time of a large scan.
    gc.disable()
    try:
        cli(prog_name="mlarchlint")
    except Exception as error:
        if os.environ.get("MLARCHLINT_TRACEBACK"):
            raise
        from mlarchlint.report.inert import inert

        click.echo(f"error: mlarchlint failed: {type(error).__name__}: {inert(str(error))}", err=True)
        click.echo("  Please report it, with the output under MLARCHLINT_TRACEBACK=1.", err=True)
        raise SystemExit(3) from None
    finally:
        gc.freeze()  # nor does the interpreter walk them once more as it ends
        gc.enable()
