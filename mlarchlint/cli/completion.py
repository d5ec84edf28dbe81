"""`mlarchlint completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def command(ctx: click.Context, /, shell: str) -> None:
    """Print the completion script of SHELL.

    \b
    bash:  mlarchlint completion bash > ~/.local/share/bash-completion/completions/mlarchlint
    zsh:   mlarchlint completion zsh > "${fpath[1]}/_mlarchlint"
    fish:  mlarchlint completion fish > ~/.config/fish/completions/mlarchlint.fish
    """
    from mlarchlint.cli import cli

    found = get_completion_class(shell)
    assert found is not None  # click has these three
    click.echo(found(cli, {}, "mlarchlint", "_MLARCHLINT_COMPLETE").source())
