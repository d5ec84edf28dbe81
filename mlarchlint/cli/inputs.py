"""The options that say what is read and how; shared by the commands that scan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from mlarchlint.config import Config

Command = TypeVar("Command", bound=Callable[..., Any])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def assignments(_: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """NAME=VALUE, repeated; of one name given twice, the last counts."""
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"'{text}' is not of the form NAME=VALUE", param=parameter)
        found.pop(name.strip(), None)
        found[name.strip()] = value
    return found


def input_options(command: Command) -> Command:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path)),
    click.option("--var", "vars", callback=assignments, metavar="NAME=VALUE", multiple=True, help="A Terraform variable. Repeatable."),
    click.option("--var-file", "var_files", type=_FILE, multiple=True, help="A Terraform variable file. Repeatable."),
    click.option("--workspace", metavar="NAME", help="The Terraform workspace."),
    click.option("--parameter", "parameters", callback=assignments, metavar="NAME=VALUE", multiple=True, help="A CloudFormation parameter. Repeatable."),
    click.option("--parameter-file", "parameter_files", type=_FILE, multiple=True, help="A CloudFormation parameter file, in either of AWS's shapes. Repeatable."),
    click.option("--tf-var-env", is_flag=True, help="Take Terraform variables from TF_VAR_name in the environment."),
    click.option("--environment", metavar="NAME", help="An environment of the configuration, with its inputs and requirements."),
    click.option("--requirements", type=_FILE, help="A requirements file; replaces those of the configuration."),
    click.option("--usage-file", "usage_file", type=_FILE, help="What is used in a month, in the form of infracost-usage.yml; over `usage:` of the configuration."),
    click.option("--config", type=_FILE, help="The configuration, instead of the one found above the first PATH."),
    click.option("--exclude", metavar="GLOB", multiple=True, help="Leave out files and folders, as in .gitignore. Repeatable."),
)  # fmt: skip


def configured(paths: tuple[Path, ...], options: dict[str, Any]) -> Config:
    """The configuration of these options; ends the run with exit code 2 on mistakes."""
    from mlarchlint.config_layers import Flags, load_config
    from mlarchlint.config_text import ConfigError

    for name in ("var_files", "parameter_files", "policies"):
        options[name] = tuple(path.absolute() for path in options.get(name, ()))
    try:
        return load_config(paths, Flags(**options))
    except ConfigError as error:
        raise BadConfiguration(error) from None


class BadConfiguration(click.ClickException):
    """Every mistake on a line of its own; exit code 2."""

    exit_code = 2

    def __init__(self, error: Exception) -> None:
        from mlarchlint.report.inert import inert

        mistakes: tuple[object, ...] = getattr(error, "mistakes", (error,))
        super().__init__("\n".join(inert(str(mistake)) for mistake in mistakes))

    def show(self, file: Any = None) -> None:
        for line in self.message.splitlines():
            click.echo(f"error: {line}", err=True)
