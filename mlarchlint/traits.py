"""Reads traits off an evaluated body, by the paths and operators of a kind entry."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from mlarchlint import measures
from mlarchlint.kinds import Kind, Path, Step, Trait, parse_path
from mlarchlint.model.resource import Instance
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import OTHERS, Raw, State, Value, from_plain
from mlarchlint.removal import lay_removal

_NOWHERE: frozenset[str] = frozenset()
_Plan = tuple[tuple[Trait, "frozenset[str] | None", Any], ...]
_KNOWN, _UNKNOWN = State.KNOWN, State.UNKNOWN
_NOTHING, _ASKED = object(), object()  # what is not written is absent; or is worked out


def read_traits(kind: Kind, form: str, instance: Instance) -> dict[str, Value]:
    """Every trait of the entry that has a value, a constant or a default on this instance."""
    span = instance.span
    body = Value.known(instance.body, span)
    written = instance.body.keys()
    is_open = OTHERS in written
    traits = {}
    for trait, heads, lacking in _plan(kind, form):
        # Most traits of a kind are not written on most instances: then no path needs to be walked.
        if is_open or heads is None or not written.isdisjoint(heads):
            value = read_trait(trait, form, body)
        elif lacking is _NOTHING:
            continue
        elif lacking is _ASKED:
            value = _judged(trait, form, body, instance.absent)
        else:
            traits[trait.name] = Value(_KNOWN, lacking, span, default=True)
            continue
        if not value.is_absent:
            traits[trait.name] = value
    lay_removal(traits, instance)
    return traits


def _plan(kind: Kind, form: str) -> _Plan:
    """Of each trait: the members that its paths begin with (None: always read), and what it is without any of them."""
    found: _Plan | None = kind.plans.get(form)
    if found is None:
        found = kind.plans[form] = tuple(
            (trait, None if trait.const is not None else trait.heads.get(form, _NOWHERE), _lacking(trait))
            for trait in kind.traits
        )
    return found


def _lacking(trait: Trait) -> Any:
    if trait.op == "exists" or trait.default_when:
        return _ASKED
    if trait.default is None:
        return _NOTHING
    return trait.default if isinstance(trait.default, (str, int)) else _ASKED


def read_trait(trait: Trait, form: str, body: Value) -> Value:
    if trait.const is not None:
        return _constant(trait.const, body.span)
    read = _joined_paths if trait.join else read_paths
    return _judged(trait, form, body, read(trait.paths.get(form, ()), body))


def _judged(trait: Trait, form: str, body: Value, found: Value) -> Value:
    if found.scenarios:
        return replace(
            found, scenarios=tuple((name, _judged(trait, form, body, one)) for name, one in found.scenarios)
        )
    if trait.op == "exists":
        if form not in trait.paths:
            return _default(trait, form, body, found)
        return _negated(trait, _converted(trait, _exists(found)))
    found = _referenced(trait, found)
    if found.is_absent:
        return _default(trait, form, body, found)
    return _negated(trait, _converted(trait, _OPS[trait.op](_matched(trait, found))))


def _referenced(trait: Trait, value: Value) -> Value:
    """`referenced` stands for what is unknown but surely names another resource."""
    if trait.referenced is None:
        return value
    if isinstance(value.raw, tuple):
        return replace(value, raw=tuple(_referenced(trait, item) for item in value.raw))
    if value.is_unknown and value.is_set() is Truth.YES:
        return replace(from_plain(trait.referenced, value.span), refs=value.refs)
    return value


def read_paths(paths: Iterable[Path], body: Value) -> Value:
    """The first path that is not absent; else absent, with the span of what lacks it."""
    absent = None
    written = body.raw if isinstance(body.raw, dict) else None
    for path in paths:
        if written is not None and path[0].name not in written and OTHERS not in written:
            value = Value.absent(body.span) if absent is None else absent
        else:
            value = read_path(path, body)
            if not value.is_absent:
                return value
        absent = value if absent is None else absent
    return Value.absent(body.span) if absent is None else absent


def _joined_paths(paths: Iterable[Path], body: Value) -> Value:
    """What all paths give, as one list."""
    parts: list[Value] = []
    for path in paths:
        value = read_path(path, body)
        if isinstance(value.raw, tuple):
            parts.extend(value.raw)
        elif not value.is_absent:
            parts.append(value)
    return Value.known(tuple(parts), body.span) if parts else Value.absent(body.span)


def read_path(path: Path, value: Value) -> Value:
    for place, step in enumerate(path):
        if value.scenarios:
            rest = path[place:]
            return replace(
                value, scenarios=tuple((name, read_path(rest, one)) for name, one in value.scenarios)
            )
        if value.state is _UNKNOWN:
            return value
        if not step.name:
            return _each(_elements(value, step), path[place + 1 :], value)
        if isinstance(value.raw, tuple):
            value = value.raw[0] if value.raw else Value.absent(value.span)
            if value.state is _UNKNOWN:
                return value
        member = value.get(step.name)
        if step.mode == "member":
            value = member
        elif step.mode == "json":
            value = _decoded(member)
        elif step.mode == "where":
            value = _where(step, member)
        else:
            return _each(_elements(member, step), path[place + 1 :], member)
    return value


def _elements(value: Value, step: Step) -> tuple[Value, ...] | None:
    """What `[]` or `{}` ranges over; None where the value is unknown or absent."""
    if value.is_unknown or value.is_absent:
        return None
    if step.mode == "values":
        return tuple(value.mapping().values()) or value.items()
    # JSON syntax and some manifests write one block as an object.
    return value.items() if isinstance(value.raw, tuple) else (value,)


def _each(elements: tuple[Value, ...] | None, rest: Path, whole: Value) -> Value:
    if elements is None:
        return whole
    if not rest:
        return whole.with_raw(elements)
    results: list[Value] = []
    nested = any(step.mode in ("each", "values") for step in rest)
    for element in elements:
        found = read_path(rest, element)
        if nested and found.state is _KNOWN and isinstance(found.raw, tuple):
            results.extend(found.raw)
        elif not (nested and found.is_absent):  # an element without the inner list adds nothing
            results.append(found)
    if nested and elements and not results:
        return Value.absent()
    return whole.with_raw(tuple(results))


def _where(step: Step, value: Value) -> Value:
    if value.is_unknown or value.is_absent:
        return value
    candidates = value.items() if isinstance(value.raw, tuple) else (value,)
    members = [(item, read_path(parse_path(step.key), item)) for item in candidates]
    verdicts = [(item, member, member.equals(step.equals)) for item, member in members]
    for item, _, verdict in verdicts:
        if verdict is Truth.YES:
            return item
    for item, member, verdict in verdicts:
        if verdict is Truth.MAYBE:
            return Value.unknown(member.why or item.why, item.span, refs=item.all_refs())
    return Value.absent(value.span)


def _decoded(value: Value) -> Value:
    text = value.text()
    if text is None:
        return value if value.inside is None else value.inside
    try:
        decoded = from_plain(json.loads(text), value.span)
    except (ValueError, RecursionError):
        return Value.unknown("the JSON text in it cannot be read", value.span)
    return replace(decoded, origin=value.origin, refs=value.refs)


def _exists(value: Value) -> Value:
    truth = value.is_set()
    if truth is Truth.MAYBE:
        return value
    if isinstance(value.raw, tuple) and not value.raw:
        truth = Truth.NO
    return Value.known(truth is Truth.YES, value.span, origin=value.origin)


def _negated(trait: Trait, value: Value) -> Value:
    if trait.negate and value.state is _KNOWN and isinstance(value.raw, bool):
        return value.with_raw(not value.raw)
    return value


def _default(trait: Trait, form: str, body: Value, absent: Value) -> Value:
    span = absent.span if absent.span.file else body.span
    for condition in trait.default_when:
        if form not in condition.paths:
            continue
        found = read_paths(condition.paths.get(form, ()), body)
        if found.is_unknown and condition.equals == "null" and found.is_set() is Truth.YES:
            continue
        if found.is_unknown:
            return Value.unknown(found.why, found.span, refs=found.refs)
        raw = "null" if found.is_absent else str(found.raw).lower()
        if raw == condition.equals:
            return _constant(condition.value, span)
    if trait.default is None:
        return absent if span is absent.span else Value.absent(span)
    return _constant(trait.default, span)


def _constant(data: Any, span: SourceSpan) -> Value:
    """What the entry says, not the code."""
    raw = from_plain(data, span).raw if isinstance(data, (dict, list, float)) else data
    return Value(_KNOWN, raw, span, default=True)


# -- operators ---------------------------------------------------------------------------


def _list(value: Value) -> Value:
    if value.is_unknown or isinstance(value.raw, tuple):
        return value
    return value.with_raw((value,))


def _count(value: Value) -> Value:
    if value.is_unknown:
        return value
    size = len(value.raw) if isinstance(value.raw, (tuple, Mapping)) else 1
    return value.with_raw(size)


def _first(value: Value) -> Value:
    items = value.items()
    if isinstance(value.raw, tuple):
        return items[0] if items else Value.absent(value.span)
    return value


def _keys(value: Value) -> Value:
    """The member names of a map, of several maps joined."""
    if value.is_unknown:
        return value
    names = {
        name: Value.known(name, member.span)
        for item in _list(value).items()
        for name, member in item.mapping().items()
        if not member.is_absent
    }
    return replace(value, raw=tuple(names.values()))


def _parts(value: Value) -> Value:
    if value.is_unknown:
        return value
    seen: dict[object, Value] = {}
    for item in _list(value).items():
        key = item.raw if isinstance(item.raw, (str, int, bool)) else item.all_refs() or id(item)
        if not item.is_absent:
            seen.setdefault(key, item)
    return replace(value, raw=tuple(seen.values()))


def _over_bools(join: Callable[[Iterable[Truth]], Truth], decisive: Truth) -> Callable[[Value], Value]:
    def operate(value: Value) -> Value:
        if value.is_unknown:
            return value
        items = _list(value).items()
        truths = [item.is_true() for item in items]
        truth = join(truths)
        if truth is Truth.MAYBE:
            return next(item for item, one in zip(items, truths, strict=True) if one is Truth.MAYBE)
        deciding = next((item for item, one in zip(items, truths, strict=True) if one is decisive), value)
        return Value.known(truth is Truth.YES, _span(deciding, value), origin=deciding.origin)

    return operate


def _over_numbers(join: Callable[[list[Decimal]], Decimal]) -> Callable[[Value], Value]:
    """Stands where the element stands that has the result: the least, the only one."""

    def operate(value: Value) -> Value:
        if value.is_unknown:
            return value
        numbers = []
        for item in _list(value).items():
            number = item.number()
            if item.is_unknown:
                return item
            if number is not None:
                numbers.append((number, item))
        if not numbers:
            return Value.absent(value.span)
        joined = join([number for number, _ in numbers])
        deciding = next((item for number, item in numbers if number == joined), value)
        place = _span(deciding, value)
        return replace(value, raw=_plain_number(joined), span=place, origin=deciding.origin or value.origin)

    return operate


def _span(value: Value, other: Value) -> SourceSpan:
    return value.span if value.span.file else other.span


_OPS: dict[str, Callable[[Value], Value]] = {
    "value": lambda value: value,
    "list": _list,
    "count": _count,
    "first": _first,
    "parts": _parts,
    "keys": _keys,
    "any": _over_bools(Truth.any, Truth.YES),
    "all": _over_bools(Truth.all, Truth.NO),
    "min": _over_numbers(min),
    "max": _over_numbers(max),
    "sum": _over_numbers(lambda numbers: sum(numbers, Decimal(0))),
}


# -- conversion --------------------------------------------------------------------------

_MEASURES: dict[str, Callable[[str], Decimal | str | None]] = {
    "seconds": measures.seconds,
    "quantity": measures.quantity,
    "region": measures.region,
}


# What is to be replaced before anything is applied: `location = "<westeurope>"`.
_PLACEHOLDER = re.compile(r"\s*<[^<>]*>\s*")


def _converted(trait: Trait, value: Value) -> Value:
    if value.state is not _KNOWN or value.raw is None:
        return value
    if isinstance(value.raw, tuple) and trait.op not in ("count",):
        converted = tuple(_converted(trait, item) for item in value.raw)
        # A name that `values` maps to null is none of the list.
        return value.with_raw(tuple(one for one in converted if trait.op != "keys" or not one.is_absent))
    if trait.type == "region" and _PLACEHOLDER.fullmatch(str(value.raw)):
        return replace(Value.unknown(f"`{value.raw}` is a placeholder", value.span), origin=value.origin)
    raw = _mapped(trait, value.raw)
    if isinstance(raw, (dict, list)) and raw is not value.raw:
        return replace(from_plain(raw, value.span), origin=value.origin, refs=value.refs)
    raw = _scaled(trait, _typed(trait.type, raw))
    return value if raw is value.raw else value.with_raw(raw)


def _matched(trait: Trait, value: Value) -> Value:
    """`match` is asked of each element before the operator joins them."""
    if trait.match is None or not value.is_known:
        return value
    if isinstance(value.raw, tuple):
        return replace(value, raw=tuple(_matched(trait, item) for item in value.raw))
    return replace(value, raw=trait.match.search(str(value.raw)) is not None)


def _mapped(trait: Trait, raw: Raw) -> Raw:
    if trait.values:
        key = str(raw).lower()
        if key in trait.values:
            return trait.values[key]  # type: ignore[no-any-return]
        if "*" in trait.values:
            return trait.values["*"]  # type: ignore[no-any-return]
    return raw


def _typed(type_name: str, raw: Raw) -> Raw:
    if type_name == "bool" and isinstance(raw, str) and raw.lower() in ("true", "false"):
        return raw.lower() == "true"
    if type_name in ("int", "number") and isinstance(raw, str):
        try:
            return _plain_number(Decimal(raw))
        except ArithmeticError:
            return raw
    if type_name in _MEASURES and isinstance(raw, str):
        measured = _MEASURES[type_name](raw)
        if measured is not None:
            return _plain_number(measured) if isinstance(measured, Decimal) else measured
    if type_name == "string" and not isinstance(raw, (str, Mapping, tuple)):
        return str(raw)
    return raw


def _scaled(trait: Trait, raw: Raw) -> Raw:
    if trait.scale and isinstance(raw, (int, Decimal)) and not isinstance(raw, bool):
        top, _, bottom = trait.scale.partition("/")
        return _plain_number(Decimal(raw) * Decimal(top) / Decimal(bottom or 1))
    return raw


def _plain_number(number: Decimal) -> int | Decimal:
    if not number.is_finite():
        return number
    return int(number) if number == number.to_integral_value() else number
