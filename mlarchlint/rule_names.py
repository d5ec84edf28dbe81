"""Names of rules in the configuration and on the command line: a typo is an error, not silence."""

from __future__ import annotations

import re
from collections.abc import Collection

from mlarchlint.config import Config, names_rule
from mlarchlint.config_check import nearest
from mlarchlint.config_text import ConfigError, Mistake
from mlarchlint.model.regex import regex
from mlarchlint.model.rule import Rule
from mlarchlint.model.span import NOWHERE
from mlarchlint.rule_settings import mistakes_in_params

# Checks of other engines, by the form of their ids; what they are is only known when they have run.
_OTHERS = regex(r"(?:CKV|[EWI]\d|correctness)", re.IGNORECASE)


def mistaken_rules(config: Config, rules: Collection[Rule]) -> None:
    """Raises ConfigError that lists every selector no rule answers to, and every parameter no rule has."""
    mistakes = []
    for key, selectors in (("select", config.select), ("ignore", config.ignore)):
        for selector in selectors:
            if not _known(selector, rules) and not (config.engines and _OTHERS.match(selector)):
                where = config.origins.get(key, key)
                mistakes.append(Mistake(f"{where}: {unknown_rule(selector, rules)}", NOWHERE))
    for name, setting in config.rules.items():
        meant = next((rule for rule in rules if name in (rule.id, rule.name)), None)
        if meant is None:
            mistakes.append(Mistake(unknown_rule(name, rules), setting.span))
            continue
        mistakes += [Mistake(text, setting.span) for text in mistakes_in_params(meant, setting.params)]
    for entry in config.suppressions:
        if not _known(entry.rule, rules) and not _OTHERS.match(entry.rule):
            mistakes.append(Mistake(unknown_rule(entry.rule, rules), entry.span))
    if mistakes:
        raise ConfigError(mistakes)


def unknown_rule(name: str, rules: Collection[Rule]) -> str:
    known = [word for rule in rules for word in (rule.id, rule.name, rule.pillar)]
    return f"there is no rule '{name}'{nearest(name, list(dict.fromkeys(known)))}"


def _known(selector: str, rules: Collection[Rule]) -> bool:
    return any(names_rule(selector, rule.id, rule.name, rule.pillar) for rule in rules)
