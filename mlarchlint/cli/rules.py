"""`mlarchlint rules`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlarchlint.cli.inputs import BadConfiguration

if TYPE_CHECKING:
    from mlarchlint.model.rule import Rule


@click.command("rules")
@click.argument("selectors", metavar="[RULE]...", nargs=-1)
@click.option(
    "--policy",
    "policies",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    help="Also the policies of a file or folder. Repeatable.",
)
@click.option("--format", "format", type=click.Choice(("text", "json")), default="text", show_default=True)
def command(selectors: tuple[str, ...], policies: tuple[Path, ...], format: str) -> None:
    """List the rules; RULE is an id, an id prefix, a name or a pillar."""
    from mlarchlint.config import names_rule
    from mlarchlint.rule_names import unknown_rule

    rules = every_rule(policies)
    for selector in selectors:
        if not any(names_rule(selector, rule.id, rule.name, rule.pillar) for rule in rules):
            raise click.UsageError(unknown_rule(selector, rules))
    shown = [
        rule
        for rule in rules
        if not selectors or any(names_rule(s, rule.id, rule.name, rule.pillar) for s in selectors)
    ]
    if format == "json":
        fields = [
            {
                "id": rule.id,
                "name": rule.name,
                "pillar": rule.pillar,
                "severity": rule.severity.value,
                "roles": list(rule.roles),
                "kinds": list(rule.kinds),
                "since": rule.since,
                "params": dict(rule.params),
                "statement": rule.statement,
            }
            for rule in shown
        ]
        click.echo(json.dumps(fields, indent=2))
        return
    for rule in shown:
        click.echo(f"{rule.id:<10}  {rule.severity.value:<8}  {rule.pillar:<17}  {rule.name}")
        click.echo(f"            {rule.statement}")


def every_rule(policies: tuple[Path, ...]) -> list[Rule]:
    """Built-in rules, those of installed packages, and policies; ends the run with exit code 2 on mistakes."""
    from mlarchlint.config import Config
    from mlarchlint.config_text import ConfigError
    from mlarchlint.registry import RuleError, rules_for

    try:
        return list(rules_for(Config(policies=policies)).values())
    except (ConfigError, RuleError) as error:
        raise BadConfiguration(error) from None
