"""What a release renders to whatever its unknown values are: two renderings laid side by side.

One with stand-ins for the unknown values, one with nothing in their place. What both agree on is known;
where a stand-in comes out, or where they differ, the value is not; an object in one only may not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mlarchlint.frontends.kubernetes.release_values import Given, masked
from mlarchlint.model.resource import Instance
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

# what compares a value with others: two renderings cannot show all that it might choose
_CHOOSES = re.compile(r"\b(?:eq|ne|has|contains|hasPrefix|hasSuffix|regexMatch|mustRegexMatch|hasKey|get|index|"
                      r"semverCompare|dig|pluck|kindIs|typeIs|deepEqual)\b")  # fmt: skip
_ACTION = re.compile(r"\{\{-?(.*?)-?\}\}", re.DOTALL)


def undecided(given: Given, templates: Iterable[str]) -> Value | None:
    """An unknown value that the templates compare with others, if there is one."""
    choices = [action for text in templates for action in _ACTION.findall(text) if _CHOOSES.search(action)]
    for path, value in given.holes:
        leaf = path.rpartition(".")[2]
        named = re.compile(rf"(?:\.Values\.{re.escape(path)}|[\s(]\.{re.escape(leaf)})(?![\w.-])")
        if any(named.search(action) for action in choices):
            return value
    return None


def laid_together(full: Sequence[Instance], bare: Sequence[Instance], given: Given) -> list[Instance]:
    """full: rendered with stand-ins; bare: with nothing in their place."""
    left = list(bare)
    found = []
    for instance in full:
        known = _found_again(instance, given)
        other = _counterpart(instance, left)
        if other is not None:
            left.remove(other)
            names = dict.fromkeys([*known.body, *other.body])
            body = {
                name: _agreed(known.get(name), instance.get(name), other.get(name), given) for name in names
            }
            found.append(replace(known, body=body))
        else:
            found.append(replace(known, exists=known.exists & Truth.MAYBE))
    found += [replace(instance, exists=instance.exists & Truth.MAYBE) for instance in left]
    return found


def _counterpart(instance: Instance, others: list[Instance]) -> Instance | None:
    """The same object of the other rendering: of the same type and name, or at the same line."""
    alike = [other for other in others if other.type == instance.type]
    for other in alike:
        if other.address == instance.address:
            return other
    return next((other for other in alike if other.span == instance.span), None)


def _found_again(instance: Instance, given: Given) -> Instance:
    address = masked(instance.address)
    body = {name: _with_unknowns(value, given) for name, value in instance.body.items()}
    return replace(instance, address=address, declaration=address, name=masked(instance.name), body=body)


def _with_unknowns(value: Value, given: Given) -> Value:
    """With an unknown value where a stand-in came out."""
    if isinstance(value.raw, tuple):
        return value.with_raw(tuple(_with_unknowns(item, given) for item in value.items()))
    if value.mapping():
        members = value.mapping()
        for name in members:
            if (cause := given.behind(name)) is not None:
                return _because(cause, value)
        return value.with_raw({name: _with_unknowns(part, given) for name, part in members.items()})
    if value.raw is None or isinstance(value.raw, bool):
        return value
    text = str(value.raw)
    cause = given.behind(text)
    if cause is None:
        return value
    shown = masked(text)
    return replace(_because(cause, value), pattern=shown if shown.strip("*") else "")


def _because(cause: Value, value: Value) -> Value:
    """Unknown for the reason of another value, at its own place."""
    return replace(cause, span=value.span, raw=None, sensitive=value.sensitive or cause.sensitive)


def _agreed(known: Value, full: Value, bare: Value, given: Given) -> Value:
    """What is certain of a value, given it in both renderings."""
    if known.is_unknown or full.plain() == bare.plain():
        return known
    if isinstance(bare.raw, tuple) and 0 < len(known.items()) == len(bare.items()):
        parts = zip(known.items(), full.items(), bare.items(), strict=True)
        return known.with_raw(tuple(_agreed(a, b, c, given) for a, b, c in parts))
    if known.mapping() and bare.mapping():
        names = dict.fromkeys([*known.mapping(), *bare.mapping()])
        return known.with_raw(
            {
                name: _agreed(known.get(name), full.get(name), bare.get(name), given)
                if name in known.mapping()
                else _differs(bare.get(name), given)
                for name in names
            }
        )
    return _differs(known if not known.is_absent else bare, given)


def _differs(value: Value, given: Given) -> Value:
    why = given.holes[0][1].why if given.holes else "its values are not known"
    refs = (
        tuple(dict.fromkeys(ref for _, hole in given.holes for ref in hole.refs))
        if len(given.holes) == 1
        else ()
    )
    return Value.unknown(f"it depends on a value of the release: {why}", value.span, refs=refs)
