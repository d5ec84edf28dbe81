"""Which findings the user has accepted: comments, annotations, metadata and the configuration.

A suppression needs a reason. One that has expired, or that suppresses nothing, is reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase

from mlarchlint.config import Config, ConfigSuppression, address_matches, names_rule
from mlarchlint.directives import Directive, directives_of
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.finding import Finding, Suppression
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.rule import Rule
from mlarchlint.model.span import SourceSpan

# By address and by declaration: the scope of the resource, and what is written on it.
InCode = dict[str, list[tuple[str, Directive]]]


def apply_suppressions(
    findings: Iterable[Finding],
    graph: ResourceGraph,
    config: Config,
    today: date,
    rules: Sequence[Rule] = (),
) -> tuple[tuple[Finding, ...], tuple[Diagnostic, ...]]:
    """The findings, those accepted marked; what is wrong with the suppressions.

    rules: those that ran; a suppression of a rule that did not run is not called stale.
    """
    ledger = _Ledger(today, rules)
    in_code = _in_code(graph, ledger)
    in_config = [entry for entry in config.suppressions if ledger.usable(_as_directive(entry))]
    marked = tuple(_marked(finding, in_code, in_config, ledger) for finding in findings)
    for directives in in_code.values():
        for _, directive in directives:
            ledger.check_used(directive)
    for entry in in_config:
        ledger.check_used(_as_directive(entry))
    return marked, ledger.report()


def _marked(
    finding: Finding,
    in_code: InCode,
    in_config: list[ConfigSuppression],
    ledger: _Ledger,
) -> Finding:
    found: Suppression | None = None
    for scope, directive in in_code.get(finding.subject.address, ()):
        if (
            _in_scope(finding, scope, directive)
            and _names(directive.rules, finding)
            and ledger.may_ignore(finding.rule, directive)
        ):
            ledger.used.add(directive)
            found = found or _suppression(directive)
    for entry in in_config:
        directive = _as_directive(entry)
        if _matches(entry, finding) and ledger.may_ignore(finding.rule, directive):
            ledger.used.add(directive)
            found = found or _suppression(directive)
    return replace(finding, suppressed=found) if found else finding


def _in_scope(finding: Finding, scope: str, directive: Directive) -> bool:
    """Two stacks may use one address: the finding must stand in the stack, or beside the comment."""
    file = finding.span.file
    return scope in ("", ".", file) or file.startswith(f"{scope}/") or file == directive.span.file


def _suppression(directive: Directive) -> Suppression:
    return Suppression(directive.how, directive.reason, directive.span, directive.until)


def _names(selectors: Iterable[str], finding: Finding) -> bool:
    return any(names_rule(s, finding.rule, finding.name, finding.pillar) for s in selectors)


def _matches(entry: ConfigSuppression, finding: Finding) -> bool:
    if not _names((entry.rule,), finding):
        return False
    if entry.address and not address_matches(finding.subject.address, entry.address):
        return False
    return not entry.path or fnmatchcase(finding.span.file, entry.path)


def _as_directive(entry: ConfigSuppression) -> Directive:
    return Directive("config", (entry.rule,), entry.reason, entry.until, entry.span)


def _in_code(graph: ResourceGraph, ledger: _Ledger) -> InCode:
    """The usable directives by address and by declaration; those on a part count for its owner."""
    found: InCode = {}
    scopes: dict[str, set[str]] = {}
    for resource in graph:
        scopes.setdefault(resource.address, set()).add(resource.instance.scope)
    for resource in graph:
        directives, malformed = directives_of(resource.instance)
        ledger.malformed(malformed)
        owner = graph.get(resource.part_of) if resource.part_of else None
        names = {resource.address, resource.instance.declaration}
        scope = resource.instance.scope if len(scopes[resource.address]) > 1 else ""
        names |= {owner.address, owner.instance.declaration} if owner else set()
        for directive in directives:
            if ledger.usable(directive):
                for name in names - {""}:
                    found.setdefault(name, []).append((scope, directive))
    return found


class _Ledger:
    """What was used, and what is to be said about the rest; each directive once."""

    def __init__(self, today: date, rules: Sequence[Rule]) -> None:
        self.today = today
        self.rules = rules
        self.fixed = {rule.id for rule in rules if not rule.ignorable}
        self.used: set[Directive] = set()
        self._notes: dict[tuple[str, SourceSpan, str], Diagnostic] = {}

    def note(self, code: str, summary: str, detail: str, span: SourceSpan) -> None:
        self._notes.setdefault((code, span, summary), Diagnostic(code, summary, detail, span, Level.WARNING))

    def malformed(self, problems: Iterable[tuple[SourceSpan, str]]) -> None:
        for span, problem in problems:
            detail = "Write: mlarchlint: ignore[MLA-HA009] until=2027-01-31 why this is accepted"
            self.note("malformed-suppression", f"suppression not applied: {problem}", detail, span)

    def usable(self, directive: Directive) -> bool:
        names = ", ".join(directive.rules)
        if not directive.reason.strip():
            detail = f"Say after {names} why it is accepted."
            self.note(
                "suppression-without-reason",
                f"suppression of {names} has no reason and was not applied",
                detail,
                directive.span,
            )
            return False
        if not directive.until:
            return True
        try:
            until = date.fromisoformat(directive.until)
        except ValueError:
            self.malformed([(directive.span, f"'{directive.until}' is not a date (YYYY-MM-DD)")])
            return False
        if until < self.today:
            detail = "Mend the problem, or set a new date with its reason."
            self.note(
                "expired-suppression",
                f"suppression of {names} expired on {directive.until}",
                detail,
                directive.span,
            )
            return False
        return True

    def may_ignore(self, rule: str, directive: Directive) -> bool:
        if rule not in self.fixed:
            return True
        self.used.add(directive)
        self.note(
            "not-suppressible", f"{rule} cannot be suppressed", "Remove the suppression.", directive.span
        )
        return False

    def check_used(self, directive: Directive) -> None:
        """Stale only if every rule it names has run and found nothing there."""
        if directive in self.used:
            return
        ran = [s for s in directive.rules if any(names_rule(s, r.id, r.name, r.pillar) for r in self.rules)]
        if len(ran) == len(directive.rules):
            names = ", ".join(directive.rules)
            self.note(
                "stale-suppression",
                f"suppression of {names} suppresses nothing",
                "Remove it.",
                directive.span,
            )

    def report(self) -> tuple[Diagnostic, ...]:
        return tuple(sorted(self._notes.values(), key=lambda d: (d.span, d.code, d.summary)))
