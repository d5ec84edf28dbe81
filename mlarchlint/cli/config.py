"""`mlarchlint config show`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from mlarchlint.cli.inputs import configured, input_options


@click.group("config")
def command() -> None:
    """Look at the configuration."""


@command.command("show")
@input_options
@click.option("--profile", type=click.Choice(("default", "strict", "relaxed")), help="As of scan.")
@click.option("--format", "format", type=click.Choice(("text", "json")), default="text", show_default=True)
def show(paths: tuple[Path, ...], format: str, **options: Any) -> None:
    """Print every value that a scan of PATH would use, and where it was set."""
    from mlarchlint.config_shown import shown_values
    from mlarchlint.report.inert import inert

    values = shown_values(configured(paths, options))
    if format == "json":
        rows = [{"key": v.key, "value": v.value, "origin": v.origin} for v in values]
        click.echo(json.dumps(rows, indent=2))
        return
    rows_of_text = [(v.key, inert(json.dumps(v.value, ensure_ascii=False)), inert(v.origin)) for v in values]
    widest = max(len(key) for key, _, _ in rows_of_text)
    for key, value, origin in rows_of_text:
        click.echo(f"{key:<{widest}}  {value}  ({origin})")
