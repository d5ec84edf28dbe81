"""`count` and `for_each`: which instances a block stands for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Union

from mlarchlint.frontends.terraform import cty
from mlarchlint.frontends.terraform.nodes import Argument, Body
from mlarchlint.frontends.terraform.scope import EvaluationError
from mlarchlint.model.record import record
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.truth import Truth

Key = Union[int, str, None]  # None: the one instance of a block without `count` and `for_each`


@record(frozen=True, slots=True)
class Element:
    """One instance. key: None if there is only one, or if it is symbolic.

    names: what `count` and `each` are in it. symbolic: stands for all that are not listed.
    """

    key: Key
    names: dict[str, cty.Value]
    exists: Truth = Truth.YES
    symbolic: bool = False


@record(frozen=True, slots=True)
class Expansion:
    """kind: `single`, `count` or `for_each`. certain: the elements are all there are."""

    kind: str
    elements: tuple[Element, ...]
    certain: bool = True
    why: str = ""
    refs: tuple[str, ...] = ()


SINGLE = Expansion("single", (Element(None, {}),))


@record(frozen=True, slots=True)
class Problem:
    """What the expansion of a block says to its author."""

    summary: str
    span: SourceSpan
    limit: bool = False


Evaluate = Callable[[Argument], cty.Value]
Report = Callable[[Problem], None]


def expand(body: Body, evaluate: Evaluate, cap: int, report: Report) -> Expansion:
    """evaluate: an argument in the module's scope; raises EvaluationError."""
    for name, unfold in (("for_each", _for_each), ("count", _count)):
        argument = body.arguments.get(name)
        if argument is None:
            continue
        try:
            return unfold(evaluate(argument), argument, cap, report)
        except EvaluationError as error:
            report(Problem(error.message, error.span or argument.expression.span))
            return _unknown(name, error.message, ())
    return SINGLE


def _count(value: cty.Value, argument: Argument, cap: int, report: Report) -> Expansion:
    if value.is_unknown:
        return _unknown("count", value.v.why, value.refs)
    number = _whole_number(value)
    if number is None or number < 0:
        raise EvaluationError("Invalid count argument", argument.expression.span, "it must be a whole number")
    elements = [Element(n, {"count": _count_object(cty.number(n))}) for n in range(min(number, cap))]
    if number <= cap:
        return Expansion("count", tuple(elements))
    return _capped("count", elements, number, cap, argument, report)


def _whole_number(value: cty.Value) -> int | None:
    held = value.v
    if isinstance(held, bool) or held is None:
        return None
    try:
        whole = int(held)
    except (TypeError, ValueError, ArithmeticError):
        return None
    return whole if isinstance(held, str) or whole == held else None


def _for_each(value: cty.Value, argument: Argument, cap: int, report: Report) -> Expansion:
    if value.is_unknown:
        return _unknown("for_each", value.v.why, value.refs)
    held, span = value.v, argument.expression.span
    if isinstance(held, dict):
        pairs = list(held.items())
        elements = [Element(key, _each(cty.string(key, span), part)) for key, part in pairs[:cap]]
        total = len(pairs)
    elif held == ():
        return Expansion("for_each", ())  # Terraform would refuse an empty list; it makes nothing either way
    elif isinstance(held, tuple) and value.type.kind == "set":
        texts = [part for part in held if isinstance(part.v, str)]
        elements = [Element(part.v, _each(part, part)) for part in texts[:cap]]
        total = len(texts)
        if len(texts) < len(held):
            why = cty.why_unknown(held)
            return Expansion("for_each", (*elements, _rest("for_each", why)), False, why)
    else:
        kind = "null" if held is None else cty.friendly(value.type)
        raise EvaluationError(
            "Invalid for_each argument", span, f"it must be a map or a set of strings, not {kind}"
        )
    if total <= cap:
        return Expansion("for_each", tuple(elements))
    return _capped("for_each", elements, total, cap, argument, report)


def _capped(
    kind: str, elements: list[Element], total: int, cap: int, argument: Argument, report: Report
) -> Expansion:
    summary = f"{kind} makes {total} instances; the first {cap} are looked at, one more stands for the rest"
    report(Problem(summary, argument.span, limit=True))
    why = f"{kind} makes more than {cap} instances"
    return Expansion(kind, (*elements, _rest(kind, why, Truth.YES)), False, why)


def _unknown(kind: str, why: str, refs: tuple[str, ...]) -> Expansion:
    return Expansion(kind, (_rest(kind, why),), False, why, refs)


def _rest(kind: str, why: str, exists: Truth = Truth.MAYBE) -> Element:
    if kind == "count":
        names = {"count": _count_object(cty.unknown(why, cty.NUMBER, not_null=True))}
    else:
        names = _each(cty.unknown(why, cty.STRING, not_null=True), cty.unknown(why))
    return Element(None, names, exists, symbolic=True)


def _each(key: cty.Value, value: cty.Value) -> dict[str, cty.Value]:
    return {"each": cty.object_of({"key": key, "value": value})}


def _count_object(index: cty.Value) -> cty.Value:
    return cty.object_of({"index": index})


def suffix(element: Element) -> str:
    """What follows the address: `[0]`, `["a"]`, `[*]` for the symbolic one."""
    if element.symbolic:
        return "[*]"
    return key_suffix(element.key)


def key_suffix(key: Key) -> str:
    if key is None:
        return ""
    if isinstance(key, int):
        return f"[{key}]"
    escaped = key.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    escaped = escaped.replace("\t", "\\t").replace("${", "$${").replace("%{", "%%{")
    return f'["{escaped}"]'
