"""Rules x subjects -> findings. The global guards live here, once, and no rule repeats them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from posixpath import dirname

from mlarchlint.analysis.ignored_changes import ignored_change
from mlarchlint.config import Config, RuleSetting, address_matches
from mlarchlint.design import Design
from mlarchlint.judged import Judged, one_per_cause
from mlarchlint.model.diagnostic import Diagnostic
from mlarchlint.model.estimate import Money, Saving
from mlarchlint.model.finding import Finding, Related, Subject
from mlarchlint.model.graph import Relation
from mlarchlint.model.resource import Format, Mode, Resource
from mlarchlint.model.rule import Hit, Rule
from mlarchlint.model.span import NOWHERE
from mlarchlint.model.truth import Truth
from mlarchlint.model.workload import RoleOf

FULL_CONFIDENCE, LEAST_CONFIDENCE = 0.8, 0.6
_SINGLETON = "mlarchlint.dev/singleton"
# What an environment takes off: the pillars that do not apply, and the steps of severity.
_ENVIRONMENTS = {"dev": (("high-availability", "scalability"), 1), "staging": ((), 1)}


def run_rules(
    rules: Iterable[Rule], design: Design, config: Config
) -> tuple[tuple[Finding, ...], tuple[Diagnostic, ...]]:
    """All findings in the order of file, line and rule; a rule that crashes is a Diagnostic."""
    judged: list[Judged] = []
    diagnostics: list[Diagnostic] = []
    guards = Guards(design)
    for rule in rules:
        setting = config.setting(rule.id, rule.name)
        for node in guards.subjects(rule):
            try:
                for hit in rule.check(node, design):  # type: ignore[arg-type]
                    judged.append(_judged(rule, node, hit, guards, setting))
            except Exception as error:
                diagnostics.append(_crash(rule, node, error))
                break
    findings = [_finding(group, design) for group in _folded(one_per_cause(judged), design, config)]
    findings.sort(
        key=lambda f: (f.span.file, f.span.line, f.span.column, f.rule, f.subject.address, f.message)
    )
    return tuple(findings), tuple(diagnostics)


class Guards:
    """Which rules do not speak of a node, and by how much they lower their voice: asked of a node once for all rules."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self._declared: dict[tuple[str, ...], list[Resource]] = {}
        self._off: dict[str, frozenset[str]] = {}

    def subjects(self, rule: Rule) -> Iterator[Resource | None]:
        if not rule.kinds:
            if rule.pillar not in self._effect(None)[0]:
                yield None
            return
        wanted, roles, off = rule.roles, self.design.roles, self._silenced(rule.pillar)
        for node in self._nodes(rule.kinds):
            if wanted:
                role = roles.get(node.key)
                if role is None or role.role not in wanted or role.confidence < LEAST_CONFIDENCE:
                    continue
            if not off or node.key not in off:
                yield node

    def steps(self, rule: Rule, node: Resource | None) -> tuple[int, str]:
        """How many steps of severity are taken off, and what is said of it."""
        lowered = self._effect(node)[1]
        role = self.design.role_of(node) if node is not None and rule.roles else None
        if role is None or role.confidence >= FULL_CONFIDENCE:
            return lowered, ""
        return lowered + 1, f" (assumed role: {role.role}, {role.confidence:.2f})"

    def _nodes(self, kinds: tuple[str, ...]) -> list[Resource]:
        """What the code declares itself, and is no part of another."""
        if kinds not in self._declared:
            nodes = self.design.graph.of_kind(*kinds)
            self._declared[kinds] = [
                node for node in nodes if node.part_of is None and node.instance.mode is not Mode.DATA
            ]
        return self._declared[kinds]

    def _silenced(self, pillar: str) -> frozenset[str]:
        """The nodes that a pillar does not speak of: by their environment, or because there is to be one of them."""
        if pillar not in self._off:
            single = pillar == "high-availability"
            self._off[pillar] = (
                frozenset(
                    node.key
                    for node in self.design.graph
                    if pillar in self._effect(node)[0] or (single and _SINGLETON in node.tags)
                )
                if single or any(pillar in off for off, _ in _ENVIRONMENTS.values())
                else frozenset()
            )
        return self._off[pillar]

    def _effect(self, node: Resource | None) -> tuple[tuple[str, ...], int]:
        """The pillars that its environment takes off, and the steps of severity."""
        return _ENVIRONMENTS.get(self.design.environment(node), ((), 0))


def _judged(rule: Rule, node: Resource | None, hit: Hit, guards: Guards, setting: RuleSetting) -> Judged:
    steps, note = guards.steps(rule, node)
    severity = setting.severity or hit.severity or rule.severity
    for _ in range(steps if setting.severity is None else 0):
        severity = severity.lowered()
    certain, message = hit.certain, hit.message
    if hit.missing and node is not None and certain:
        unread = guards.design.may_hold(node, hit.missing)
        if unread:
            certain, message = False, f"{message}; {unread} could hold one"
    left = ignored_change(node.instance, hit.at.span) if node is not None and certain else ""
    if left:
        certain, message = (
            False,
            f"{message}; Terraform ignores changes of `{left}`, so that others may set it",
        )
    if node is not None and node.instance.exists is Truth.MAYBE:
        message += " (where it is created)"
    return Judged(rule, node, _anchored(hit, node), severity, certain, message + note)


def _anchored(hit: Hit, node: Resource | None) -> Hit:
    """A finding inside a module stands where its caller decided the value: that is the line to change.

    What the module itself decides, its defaults included, is one finding for all its callers.
    """
    if node is None or not node.instance.calls or not hit.at.origin:
        return hit
    decided = hit.at.origin[-1].span
    if not decided.file or dirname(decided.file) == dirname(hit.at.span.file):
        return hit
    here = Related(f"decides for {node.address} here", hit.at.span)
    return replace(hit, at=replace(hit.at, span=decided), related=(*hit.related, here))


def _crash(rule: Rule, node: Resource | None, error: Exception) -> Diagnostic:
    where = f" on {node.address}" if node is not None else ""
    return Diagnostic(
        "rule-crashed",
        f"{rule.id} {rule.name} failed{where}: {type(error).__name__}: {error}",
        f"This is a fault of the rule, not of your code. Leave it out with --ignore {rule.id} and report it.",
        node.span if node is not None else NOWHERE,
    )


def _folded(judged: list[Judged], design: Design, config: Config) -> Iterator[list[Judged]]:
    """One group per problem: instances of one declaration with one deciding value, or all that one value decides.

    Instances that different suppressions are written for stay apart: one may be accepted, the other not.
    """
    groups: dict[tuple[object, ...], list[Judged]] = {}
    for one in judged:
        instance = one.node.instance if one.node is not None else None
        declaration = (instance.declaration or instance.address) if instance else ""
        local = ".".join(declaration.rsplit(".", 2)[-2:])
        key: tuple[object, ...] = (one.rule.id, one.hit.at.span, one.hit.attribute, local, one.certain)
        if one.node is not None and one.hit.at.span == one.node.span:
            # Nothing was written, so the block itself stands for it: keep declarations apart.
            key = (*key, declaration)
        if one.hit.shared.file:
            key = (one.rule.id, one.hit.shared, one.hit.attribute, one.certain)
        if instance is not None:
            key = (*key, instance.ignores, _accepted(instance.address, config))
        groups.setdefault(key, []).append(one)
    yield from _without_borrowed(groups.values(), design)


def _accepted(address: str, config: Config) -> tuple[int, ...]:
    """Which suppressions of the configuration name this address."""
    globs = enumerate(entry.address for entry in config.suppressions)
    return tuple(place for place, glob in globs if glob and address_matches(address, glob))


def _without_borrowed(groups: Iterable[list[Judged]], design: Design) -> Iterator[list[Judged]]:
    """A value that a template lends to its users is one problem, told once: of the template, if it is judged."""
    held = [(group, _borrowed(group[0], design)) for group in groups]
    seen = {_place(group[0]) for group, borrowed in held if not borrowed}
    for group, borrowed in held:
        place = _place(group[0])
        if not borrowed or place not in seen:
            yield group
        seen.add(place)


def _place(one: Judged) -> tuple[object, ...]:
    return (one.rule.id, one.hit.at.span, one.hit.attribute, one.certain)


def _borrowed(one: Judged, design: Design) -> bool:
    """The deciding value stands in the block of a template that the subject uses."""
    span = one.hit.at.span
    templates = design.targets(one.node, Relation.USES) if one.node is not None else ()
    return any(
        span.file == template.span.file
        and template.span.line <= span.line <= max(template.span.end_line, template.span.line)
        for template in templates
    )


def _construct(node: Resource) -> str:
    """The path of the CDK construct that wrote a template's resource."""
    return node.name if node.instance.format is Format.CLOUDFORMATION and "/" in node.name else ""


def _finding(group: list[Judged], design: Design) -> Finding:
    one = max(group, key=lambda judged: judged.severity.rank)
    node, hit = one.node, one.hit
    workload = design.workload(node) if node is not None else None
    role = design.role_of(node) if node is not None and one.rule.roles else None
    return Finding(
        rule=one.rule.id,
        name=one.rule.name,
        pillar=one.rule.pillar,
        severity=one.severity,
        certain=one.certain,
        message=one.message + _and_others(one, group),
        subject=Subject(node.address, node.kind, node.type, _construct(node))
        if node is not None
        else Subject("", "design", ""),
        span=hit.at.span if hit.at.span.file else (node.span if node is not None else NOWHERE),
        fingerprint=_fingerprint(one),
        workload=(workload.name, workload.role) if workload else None,
        instances=len({judged.node.key for judged in group if judged.node is not None}) or 1,
        related=hit.related,
        origin=hit.at.origin,
        calls=tuple(call.span for call in node.instance.calls) if node is not None else (),
        evidence=_strongest(role),
        fix=hit.fix,
        keys=tuple(dict.fromkeys(judged.node.key for judged in group if judged.node is not None)),
        edits=hit.edits,
        saving=_saving(group),
        attribute=one.hit.attribute,
    )


def _saving(group: list[Judged]) -> Saving | None:
    """Of all instances together; nothing where the verdict is open."""
    by_node = {
        one.node.key if one.node is not None else "": one.hit.saving
        for one in group
        if one.certain and one.hit.saving is not None
    }
    if not by_node:
        return None
    money, keys = Money(), dict[str, None]()
    for key, found in by_node.items():
        money = money + found.money
        keys.update(dict.fromkeys(found.keys or (key,)))
    return replace(next(iter(by_node.values())), money=money, keys=tuple(keys))


def _and_others(one: Judged, group: list[Judged]) -> str:
    """Of a value that decides for several declarations: for which others."""
    if not one.hit.shared.file or one.node is None:
        return ""
    first = one.node.instance.declaration or one.node.address
    names = [j.node.instance.declaration or j.node.address for j in group if j.node is not None]
    others = [name for name in dict.fromkeys(names) if name != first]
    if not others:
        return ""
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    return f"; so for {', '.join(others[:3])}{more}"


def _strongest(role: RoleOf | None) -> str:
    """The role with its weightiest reason, in words."""
    if role is None or not role.evidence:
        return ""
    return f"{role.role}: {max(role.evidence, key=lambda evidence: evidence.weight).reason}"


def _fingerprint(one: Judged) -> str:
    """Of rule, address and attribute; no line number, so that it survives edits elsewhere."""
    address = ""
    if one.node is not None:
        instance = one.node.instance
        address = instance.declaration or instance.address
        if one.node.key != instance.address:
            address = f"{instance.scope or instance.span.file}:{address}"
    text = "\0".join((one.rule.id, address, one.hit.attribute))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
