"""YAML policies: files to the same Rule that Python rules are (docs/policies.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlarchlint.config_check import mistakes_in
from mlarchlint.config_file import MAX_BYTES, shown_path
from mlarchlint.config_text import ConfigError, Document, Mistake, read_yaml, read_yaml_documents
from mlarchlint.model.finding import Severity
from mlarchlint.model.record import record
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Resource
from mlarchlint.model.rule import Hit, Rule
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value
from mlarchlint.policy_assertions import (
    All,
    Assertion,
    Total,
    Verdict,
    figure,
    judge,
    judge_total,
    subjects,
)
from mlarchlint.policy_facts import fact, mistake_in_kind, mistake_in_name, vocabulary
from mlarchlint.policy_reading import Reader, kinds_of
from mlarchlint.rule_settings import mistakes_in_params, with_params

if TYPE_CHECKING:
    from mlarchlint.design import Design

API_VERSION = "mlarchlint/v1"
_PLACE = regex(r"\{([^{}]*)\}")
_OF_DESIGN = ("group", "value", "limit")


@record(frozen=True, slots=True)
class _Parts:
    """What the check of a policy is made of. select: beside kinds and roles, which the engine checks."""

    select: Assertion
    unless: Assertion | None
    demand: Assertion
    message: str
    fix: str
    kinds: tuple[str, ...]
    group_by: str
    span: SourceSpan


@record(frozen=True, slots=True)
class Policy:
    """A rule with the tests its file brings."""

    rule: Rule
    document: Document
    tests: tuple[Mapping[str, Any], ...] = ()
    parts: _Parts | None = None

    def applies(self, node: Resource, design: Design) -> bool:
        """Whether the policy is about this node at all, or may be."""
        return self.parts is None or _applies(self.parts, node, design) is not Truth.NO


def read_policies(places: Iterable[Path], rules: Mapping[str, Rule]) -> list[Policy]:
    """The policies of files and folders. rules: the built-in ones, for `use:`.

    Of a folder the YAML files directly in it that say `kind: Policy`. Raises ConfigError with every mistake.
    """
    found: list[Policy] = []
    mistakes: list[Mistake] = []
    for place, must in _files(places):
        try:
            found.extend(_policies_of(place, must, rules, mistakes))
        except ConfigError as error:
            mistakes.extend(error.mistakes)
    if mistakes:
        raise ConfigError(mistakes)
    return found


def _files(places: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    for place in places:
        if place.is_dir():
            names = sorted(p for p in place.iterdir() if p.suffix in (".yaml", ".yml") and p.is_file())
            yield from ((name, False) for name in names)
        else:
            yield place, True


def _policies_of(
    place: Path, must: bool, rules: Mapping[str, Rule], mistakes: list[Mistake]
) -> Iterator[Policy]:
    shown = shown_path(place)
    documents = read_yaml_documents(_text(place), shown)
    policies = [d for d in documents if isinstance(d.data, Mapping) and d.data.get("kind") == "Policy"]
    if must and not policies:
        mistakes.append(Mistake("holds no policy: it needs 'kind: Policy'", SourceSpan(shown)))
    for document in policies:
        wrong = mistakes_in(document, schema_name="policy")
        if wrong:
            mistakes.extend(wrong)
            continue
        reader = Reader(document, lambda name: _table(place.parent, name))
        policy = _used(document, rules, reader) if "use" in document.data else _made(document, reader)
        mistakes.extend(reader.mistakes)
        yield policy


def _text(place: Path) -> str:
    shown = shown_path(place)
    try:
        if place.stat().st_size > MAX_BYTES:
            raise ConfigError([Mistake("larger than a policy file may be (1 MiB)", SourceSpan(shown))])
        return place.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError([Mistake(f"cannot be read: {error.strerror}", SourceSpan(shown))]) from None
    except UnicodeDecodeError:
        raise ConfigError([Mistake("is not UTF-8 text", SourceSpan(shown))]) from None


def _table(folder: Path, name: str) -> Mapping[str, Any] | str:
    """A mapping of name to number, in a file beside the policy or below it."""
    place = (folder / name).resolve()
    if not place.is_relative_to(folder.resolve()):
        return f"'{name}' is not beside the policy"
    if not place.is_file():
        return f"there is no file '{name}' beside the policy"
    try:
        data = read_yaml(_text(place), shown_path(place)).data
    except ConfigError as error:
        return str(error.mistakes[0])
    if not isinstance(data, Mapping) or not all(_is_number(value) for value in data.values()):
        return f"'{name}' is no table: it needs names with numbers"
    return data


def _is_number(value: object) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


# -- a built-in rule with other settings -------------------------------------------------


def _used(document: Document, rules: Mapping[str, Rule], reader: Reader) -> Policy:
    data, meta = document.data, document.data["metadata"]
    wanted = data["use"]
    base = next((rule for rule in rules.values() if wanted in (rule.id, rule.name)), None)
    if base is None:
        from mlarchlint.rule_names import unknown_rule

        reader.wrong(unknown_rule(wanted, list(rules.values())), ("use",))
        base = next(iter(rules.values()))
    params = data.get("params", {})
    problems = mistakes_in_params(base, params)
    for problem in problems:
        reader.wrong(problem, ("params",))
    changed = base if problems else with_params(base, params)
    rule = replace(
        changed,
        id=meta["id"],
        name=meta["name"],
        severity=Severity(meta["severity"]) if "severity" in meta else base.severity,
        group=meta.get("pillar", base.pillar),
        ignorable=meta.get("ignorable", base.ignorable),
        source=f"{document.file}:{document.span(('metadata', 'id')).line}",
    )
    return Policy(rule, document)


# -- a policy of its own ------------------------------------------------------------------


def _made(document: Document, reader: Reader) -> Policy:
    data, meta = document.data, document.data["metadata"]
    parts, roles = _parts(data, reader)
    tests = tuple(data.get("tests", ()))
    outcomes = {test.get("expect") for test in tests}
    for outcome in ("pass", "fail"):
        if outcome not in outcomes:
            reader.wrong(f"'tests' need at least one node that is expected to {outcome}", ("tests",))
    of_design = bool(data["select"].get("graph"))
    rule = Rule(
        id=meta["id"],
        name=meta["name"],
        severity=Severity(meta.get("severity", "medium")),
        kinds=() if of_design else (parts.kinds or tuple(vocabulary()["kinds"])),
        roles=roles,
        since="0.1",
        doc=_doc(data, meta),
        check=_design_check(parts) if of_design else _node_check(parts),
        ignorable=meta.get("ignorable", True),
        source=f"{document.file}:{document.span(('metadata', 'id')).line}",
        group=meta.get("pillar", "custom"),
    )
    return Policy(rule, document, tests, parts)


def _parts(data: Mapping[str, Any], reader: Reader) -> tuple[_Parts, tuple[str, ...]]:
    select = dict(data["select"])
    of_design = select.pop("graph", False)
    kinds = kinds_of(select)
    for kind in kinds:
        problem = mistake_in_kind(kind)
        if problem:
            reader.wrong(problem, ("select", "kind"))
    select.pop("kind", None)
    where = select.pop("where", {})
    # A role that is simply named is left to the engine, which weighs how sure it is.
    named = select.get("role")
    roles: tuple[str, ...] = ()
    if not of_design and isinstance(named, (str, list)):
        reader.assertion({"role": named}, ("select",))
        roles = tuple([named] if isinstance(named, str) else named)
        select.pop("role")
    selected = [
        reader.assertion(part, path)
        for part, path in ((select, ("select",)), (where, ("select", "where")))
        if part
    ]
    demand = reader.assertion(data["assert"], ("assert",))
    if of_design and not isinstance(demand, Total):
        reader.wrong("of the whole design, a 'count' or a 'sum' is asserted", ("assert",))
    group_by = data.get("group_by", "")
    if group_by and (not of_design or mistake_in_name(group_by)):
        reader.wrong(mistake_in_name(group_by) or "'group_by' needs 'select: {graph: true}'", ("group_by",))
    for name in _PLACE.findall(data["message"]):
        if mistake_in_name(name) and name not in _OF_DESIGN:
            reader.wrong(f"the message names '{{{name}}}': {mistake_in_name(name)}", ("message",))
    unless = reader.assertion(data["unless"], ("unless",)) if data.get("unless") else None
    message = re.sub(r"^\{address\}:?\s*", "", data["message"])
    fix = _fix(data.get("fix"))
    span = reader.document.span(("assert",))
    return _Parts(All(tuple(selected)), unless, demand, message, fix, kinds, group_by, span), roles


def _fix(data: Any) -> str:
    if isinstance(data, str) or data is None:
        return data or ""
    changes = [f"{name} to {value}" for name, value in data.get("set", {}).items()]
    return f"set {', '.join(changes)}"


def _doc(data: Mapping[str, Any], meta: Mapping[str, Any]) -> str:
    lines = [meta.get("description") or data["message"]]
    fix = _fix(data.get("fix"))
    if fix:
        lines += ["", "## Use instead", fix[:1].upper() + fix[1:] + "."]
    if meta.get("references"):
        lines += ["", "## References", *(f"- {link}" for link in meta["references"])]
    return "\n".join(lines)


def _node_check(parts: _Parts) -> Any:
    def check(node: Resource, design: Design) -> Iterator[Hit]:
        verdict = outcome(parts, node, design)
        if verdict.truth is Truth.NO:
            return
        at = verdict.at if verdict.at is not None and verdict.at.span.file else Value.absent(node.span)
        certain = verdict.truth is Truth.YES
        yield Hit(at, _filled(parts.message, node, design), certain, verdict.missing, fix=parts.fix)

    return check


def _applies(parts: _Parts, node: Resource, design: Design) -> Truth:
    applies = judge(parts.select, node, design).truth
    return applies if parts.unless is None else applies & ~judge(parts.unless, node, design).truth


def outcome(parts: _Parts, node: Resource, design: Design) -> Verdict:
    """Whether the node is selected, not excepted, and fails what is asserted."""
    applies = _applies(parts, node, design)
    if applies is Truth.NO:
        return Verdict(Truth.NO)
    verdict = judge(parts.demand, node, design)
    return Verdict(applies & ~verdict.truth, verdict.at, verdict.missing)


def _design_check(parts: _Parts) -> Any:
    def check(_: object, design: Design) -> Iterator[Hit]:
        demand = parts.demand
        if not isinstance(demand, Total):
            return
        sure, unsure = _groups(parts, design)
        for group, nodes in sure.items():
            verdict, value = judge_total(demand, [*nodes, *unsure], design, group)
            if unsure and verdict.truth is not Truth.YES:
                alone, value = judge_total(demand, nodes, design, group)
                verdict = verdict if alone.truth is verdict.truth else Verdict(Truth.MAYBE)
            if verdict.truth is Truth.YES:
                continue
            limits = [figure(bound, group) for _, bound in demand.bounds]
            limit = next((one for one in limits if one is not None), None)
            known = {"group": group or "(none)", "value": _amount(value), "limit": _amount(limit)}
            text = parts.message
            for name, word in known.items():
                text = text.replace(f"{{{name}}}", word)
            at = Value.absent(parts.span)
            yield Hit(at, text, verdict.truth is Truth.NO, verdict.missing, attribute=group, fix=parts.fix)

    return check


def _groups(parts: _Parts, design: Design) -> tuple[dict[str, list[Resource]], list[Resource]]:
    """The selected resources by group, and those that may belong to any."""
    groups: dict[str, list[Resource]] = {} if parts.group_by else {"": []}
    unsure: list[Resource] = []
    for node in subjects(design, parts.kinds):
        applies = _applies(parts, node, design)
        if applies is Truth.NO:
            continue
        value = fact(parts.group_by, node, design) if parts.group_by else Value.absent()
        if applies is Truth.MAYBE or value.is_unknown:
            unsure.append(node)
        else:
            groups.setdefault("" if value.is_absent else str(value.raw), []).append(node)
    return dict(sorted(groups.items())), unsure


def _filled(message: str, node: Resource, design: Design) -> str:
    def told(found: Any) -> str:
        value = fact(found[1], node, design)
        if value.is_absent:
            return "(not set)"
        if value.is_unknown:
            return "(unknown)"
        return "(sensitive)" if value.sensitive else _shown(value)

    return _PLACE.sub(lambda m: m[0] if m[1] in _OF_DESIGN else told(m), message)


def _shown(value: Value) -> str:
    if isinstance(value.raw, bool):
        return "true" if value.raw else "false"
    parts: Sequence[Value] = value.items()
    return ", ".join(_shown(part) if part.is_known else "?" for part in parts) if parts else str(value.raw)


def _amount(amount: Decimal | None) -> str:
    if amount is None:
        return "(none)"
    return f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
