"""`mlarchlint explain`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("explain")
@click.argument("rule")
@click.option(
    "--policy",
    "policies",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    help="Also the policies of a file or folder. Repeatable.",
)
def command(rule: str, policies: tuple[Path, ...]) -> None:
    """Print the documentation of RULE (an id or a name)."""
    from mlarchlint.cli.rules import every_rule
    from mlarchlint.rule_names import unknown_rule

    rules = every_rule(policies)
    found = next((r for r in rules if rule.lower() in (r.id.lower(), r.name)), None)
    if found is None:
        raise click.UsageError(unknown_rule(rule, rules))
    click.echo(f"{found.id} {found.name} ({found.severity.value}, {found.pillar})")
    roles = ", ".join(found.roles) or "any"
    click.echo(f"Roles: {roles}. Kinds: {', '.join(found.kinds) or 'the whole design'}. Since {found.since}.")
    if found.params:
        told = ", ".join(f"{name} ({default})" for name, default in found.params.items())
        click.echo(f"Parameters, with their defaults: {told}.")
    click.echo()
    click.echo(found.doc.strip())
