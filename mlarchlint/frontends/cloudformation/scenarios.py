"""Values that differ with an unknown condition, and functions over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import State, Value

LIMIT = 8
TOO_MANY = f"more than {LIMIT} combinations of conditions"
Named = tuple[str, Value]


def joined_names(first: str, second: str) -> str | None:
    """Both hold: `A is true and B is false`; None if they contradict each other."""
    if not first or not second:
        return first or second
    facts = dict(fact.split(" is ", 1) for fact in first.split(" and ") if " is " in fact)
    added = []
    for fact in second.split(" and "):
        subject, _, state = fact.partition(" is ")
        if subject not in facts:
            added.append(fact)
        elif facts[subject] != state:
            return None
    return " and ".join((first, *added))


def choice(cases: Iterable[Named], span: SourceSpan, why: str) -> Value:
    """The value that is one of the cases. Cases with scenarios of their own are unfolded."""
    flat: list[Named] = []
    refs: dict[str, None] = {}
    for name, value in cases:
        refs.update(dict.fromkeys((*value.refs, *value.all_refs())))
        for inner, one in value.scenarios or (("", value),):
            both = joined_names(name, inner)
            if both is not None:
                flat.append((both, one))
    if not flat:
        return Value.unknown(why, span, refs=tuple(refs))
    first = flat[0][1]
    if all(_same(first, value) for _, value in flat[1:]):
        return first
    sensitive = any(value.sensitive for _, value in flat)
    if len(flat) > LIMIT:
        why = f"{why}, in {TOO_MANY}"
        return Value(State.UNKNOWN, None, span, (), why, tuple(refs), sensitive)
    return Value(State.UNKNOWN, None, span, (), why, tuple(refs), sensitive, scenarios=tuple(flat))


def _same(one: Value, other: Value) -> bool:
    """Equal scalars, or both removed; containers count as different."""
    if one.state is State.ABSENT or other.state is State.ABSENT:
        return one.state is other.state
    scalar = one.raw is None or isinstance(one.raw, (str, int))
    return (
        scalar
        and one.state is State.KNOWN is other.state
        and type(one.raw) is type(other.raw)
        and one.raw == other.raw
        and one.sensitive == other.sensitive
    )


def combine(parts: Sequence[Value], make: Callable[[Sequence[Value]], Value], span: SourceSpan) -> Value:
    """`make` over the parts, once for each combination of the scenarios that they are in."""
    if not any(part.scenarios for part in parts):
        return make(parts)
    combinations: list[tuple[str, tuple[Value, ...]]] = [("", ())]
    for part in parts:
        widened = []
        for name, chosen in combinations:
            for inner, one in part.scenarios or (("", part),):
                both = joined_names(name, inner)
                if both is not None:
                    widened.append((both, (*chosen, one)))
        combinations = widened
        if len(combinations) > LIMIT:
            found = unknown_of(parts, span)
            return replace(found, why=f"{found.why}, in {TOO_MANY}")
    why = next(part.why for part in parts if part.scenarios)
    return choice(((name, make(chosen)) for name, chosen in combinations), span, why)


def unknown_of(parts: Iterable[Value], span: SourceSpan, why: str = "") -> Value:
    """What a function of partly unknown arguments is: unknown, with all that they refer to."""
    refs: dict[str, None] = {}
    sensitive = error = False
    for part in parts:
        refs.update(dict.fromkeys(part.all_refs()))
        for one in part.walk():
            sensitive |= one.sensitive
            error |= one.error
            why = why or one.why
    return Value(State.UNKNOWN, None, span, (), why or "not known", tuple(refs), sensitive, error=error)


def all_known(value: Value) -> bool:
    """Known, and so is everything in it."""
    return all(part.state is not State.UNKNOWN for part in value.walk())
