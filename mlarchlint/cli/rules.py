"""`mlarchlint rules`."""

from __future__ import annotations

import json

import click


@click.command("rules")
@click.argument("selectors", metavar="[RULE]...", nargs=-1)
@click.option("--format", "format", type=click.Choice(("text", "json")), default="text", show_default=True)
def command(selectors: tuple[str, ...], format: str) -> None:
    """List the rules; RULE is an id, an id prefix, a name or a pillar."""
    from mlarchlint.config import names_rule
    from mlarchlint.registry import built_in_rules
    from mlarchlint.rule_names import unknown_rule

    rules = list(built_in_rules().values())
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
                "statement": rule.statement,
            }
            for rule in shown
        ]
        click.echo(json.dumps(fields, indent=2))
        return
    for rule in shown:
        click.echo(f"{rule.id:<10}  {rule.severity.value:<8}  {rule.pillar:<17}  {rule.name}")
        click.echo(f"            {rule.statement}")
