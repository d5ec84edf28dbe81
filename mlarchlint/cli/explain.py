"""`mlarchlint explain`."""

from __future__ import annotations

import click


@click.command("explain")
@click.argument("rule")
def command(rule: str) -> None:
    """Print the documentation of RULE (an id or a name)."""
    from mlarchlint.registry import built_in_rules
    from mlarchlint.rule_names import unknown_rule

    rules = list(built_in_rules().values())
    found = next((r for r in rules if rule.lower() in (r.id.lower(), r.name)), None)
    if found is None:
        raise click.UsageError(unknown_rule(rule, rules))
    click.echo(f"{found.id} {found.name} ({found.severity.value}, {found.pillar})")
    roles = ", ".join(found.roles) or "any"
    click.echo(f"Roles: {roles}. Kinds: {', '.join(found.kinds) or 'the whole design'}. Since {found.since}.")
    click.echo()
    click.echo(found.doc.strip())
