"""Conditions in three-valued logic, and what follows from assuming one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mlarchlint.frontends.cloudformation.calls import TRANSFORM, Call, arguments_of, call_of, text_of
from mlarchlint.frontends.cloudformation.facts import Facts, Verdict
from mlarchlint.frontends.cloudformation.scenarios import all_known
from mlarchlint.frontends.cloudformation.template import value_text
from mlarchlint.frontends.yaml_tree import List, Map, Node, Scalar
from mlarchlint.model.diagnostic import Diagnostic
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

if TYPE_CHECKING:
    from mlarchlint.frontends.cloudformation.evaluator import Evaluator

DEPTH = 40
CIRCULAR = "refers to itself"
_SIZES = {"Fn::And": (2, 10), "Fn::Or": (2, 10), "Fn::Not": (1, 1), "Fn::Equals": (2, 2)}


def judge(node: Node, evaluator: Evaluator) -> Verdict:
    """Whether a condition holds, under the evaluator's facts."""
    call = _condition_call(node)
    if call is None:
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return Verdict(Truth.of(node.value))
        return _refused(evaluator, "a condition must be a condition function", node)
    if call.name == "Condition":
        return judge_named(text_of(call.argument), call.argument, evaluator)
    if call.name not in _SIZES:
        return _refused(evaluator, f"{call.name} is no condition function", node)
    parts = arguments_of(call.argument)
    if not _is_well_formed(call.name, parts):
        low, high = _SIZES[call.name]
        return _refused(
            evaluator, f"{call.name} takes {low if low == high else f'{low} to {high}'} arguments", node
        )
    if call.name == "Fn::Equals":
        return _equals(parts[0], parts[1], evaluator)
    verdicts = [judge(part, evaluator) for part in parts]
    if call.name == "Fn::Not":
        return Verdict(~verdicts[0].truth, verdicts[0].why)
    join: Callable[..., Truth] = Truth.all if call.name == "Fn::And" else Truth.any
    why = next((verdict.why for verdict in verdicts if verdict.truth is Truth.MAYBE), "")
    return Verdict(join(verdict.truth for verdict in verdicts), why)


def judge_named(name: str | None, at: Node, evaluator: Evaluator) -> Verdict:
    """A condition of the Conditions section."""
    facts = evaluator.facts
    if name is not None and name in facts.named:
        return Verdict(facts.named[name])
    section = evaluator.stack.template.conditions
    definition = section.get(name) if section and name is not None else None
    unread = evaluator.stack.is_open or (section is not None and TRANSFORM in section.members)
    if definition is None and name is not None and unread:
        return Verdict(Truth.MAYBE, f"condition {name} is not in what was read")
    if name is None or definition is None:
        return _refused(evaluator, f"there is no condition {name!r}", at)
    if len(facts.open) > DEPTH:
        why = f"conditions refer to each other more than {DEPTH} deep"
        place = section.span if section else at.span
        evaluator.stack.world.report(Diagnostic("template-too-deep", why, "Use fewer steps.", place))
        return Verdict(Truth.MAYBE, why)
    if name not in facts.memo:
        facts.open.append(name)
        facts.memo[name] = Verdict(Truth.MAYBE, f"condition {name} {CIRCULAR}")
        verdict = judge(definition, evaluator)
        facts.open.pop()
        if verdict.why == f"condition {name} {CIRCULAR}":
            evaluator.refuse(verdict.why, at.span)
        facts.memo[name] = verdict
    return facts.memo[name]


def assume(node: Node, truth: Truth, evaluator: Evaluator) -> Facts | None:
    """The facts once a condition is taken for true or false; None if it cannot be."""
    verdict = judge(node, evaluator)
    if verdict.truth is not Truth.MAYBE:
        return evaluator.facts if verdict.truth is truth else None
    call = _condition_call(node)
    if call is None:
        return evaluator.facts
    if call.name == "Condition":
        return assume_named(text_of(call.argument) or "", truth, evaluator)
    parts = arguments_of(call.argument)
    if not _is_well_formed(call.name, parts):
        return evaluator.facts
    if call.name == "Fn::Not":
        return assume(parts[0], ~truth, evaluator)
    if call.name == "Fn::Equals":
        return _assume_equal(parts[0], parts[1], truth, evaluator)
    decided = Truth.YES if call.name == "Fn::And" else Truth.NO
    if truth is not decided:
        # One of them decides: which one is only clear if the others are known.
        parts = tuple(part for part in parts if judge(part, evaluator).truth is Truth.MAYBE)
        if len(parts) != 1:
            return evaluator.facts
    facts: Facts | None = evaluator.facts
    for part in parts:
        facts = assume(part, truth, evaluator.under(facts)) if facts is not None else None
    return facts


def assume_named(name: str, truth: Truth, evaluator: Evaluator) -> Facts | None:
    """The same for a condition of the Conditions section; made once for the same facts."""
    facts = evaluator.facts
    if name in facts.named:
        return facts if facts.named[name] is truth else None
    if len(facts.named) > DEPTH:
        return facts
    key = (name, truth)
    if key not in facts.following:
        facts.following[key] = _assumed(name, truth, evaluator)
    return facts.following[key]


def _assumed(name: str, truth: Truth, evaluator: Evaluator) -> Facts | None:
    section = evaluator.stack.template.conditions
    definition = section.get(name) if section else None
    under = evaluator.under(evaluator.facts.with_named(name, truth))
    if definition is None:
        return under.facts
    verdict = judge(definition, evaluator)
    if verdict.truth is not Truth.MAYBE:
        return under.facts if verdict.truth is truth else None
    return assume(definition, truth, under)


def _condition_call(node: Node) -> Call | None:
    call = call_of(node)
    if call is None and isinstance(node, Map) and list(node.members) == ["Condition"]:
        return Call("Condition", node.members["Condition"], node.span)
    return call


def _is_well_formed(name: str, parts: tuple[Node, ...]) -> bool:
    low, high = _SIZES.get(name, (1, 0))
    return low <= len(parts) <= high


def _refused(evaluator: Evaluator, why: str, node: Node) -> Verdict:
    evaluator.refuse(why, node.span)
    return Verdict(Truth.MAYBE, why)


# -- comparison --------------------------------------------------------------------------


def _equals(left: Node, right: Node, evaluator: Evaluator) -> Verdict:
    one, other = evaluator.value(left), evaluator.value(right)
    verdict = compare(one, other)
    if verdict is not Truth.MAYBE:
        return Verdict(verdict)
    parameter = _parameter_and_text(left, other, evaluator) or _parameter_and_text(right, one, evaluator)
    if parameter and parameter[1] in evaluator.facts.excluded.get(parameter[0], ()):
        return Verdict(Truth.NO)
    assumed = evaluator.facts.atoms.get(_canonical(left, right))
    if assumed is not None:
        return Verdict(assumed)
    return Verdict(Truth.MAYBE, one.why or other.why or _first_why(one) or _first_why(other))


def _first_why(value: Value) -> str:
    return next((part.why for part in value.walk() if part.why), "not known")


def compare(one: Value, other: Value) -> Truth:
    """Equality as CloudFormation has it: everything is text, case matters."""
    if one.scenarios or other.scenarios:
        found = {compare(a, b) for a in _cases(one) for b in _cases(other)}
        return found.pop() if len(found) == 1 else Truth.MAYBE
    if not all_known(one) or not all_known(other):
        return Truth.MAYBE
    first, second = value_text(one), value_text(other)
    if first is not None and second is not None:
        return Truth.of(first == second)
    return Truth.of(one.plain() == other.plain())


def _cases(value: Value) -> list[Value]:
    return [one for _, one in value.scenarios] or [value]


def _parameter_and_text(node: Node, other: Value, evaluator: Evaluator) -> tuple[str, str] | None:
    call = call_of(node)
    name = text_of(call.argument) if call and call.name == "Ref" else None
    text = value_text(other)
    if name in evaluator.stack.template.parameters and name is not None and text is not None:
        return name, text
    return None


def _assume_equal(left: Node, right: Node, truth: Truth, evaluator: Evaluator) -> Facts | None:
    one, other = evaluator.value(left), evaluator.value(right)
    parameter = _parameter_and_text(left, other, evaluator) or _parameter_and_text(right, one, evaluator)
    if parameter:
        return evaluator.facts.with_parameter(*parameter, truth)
    return evaluator.facts.with_atom(_canonical(left, right), truth)


def _canonical(left: Node, right: Node) -> str:
    return " = ".join(sorted((_render(left), _render(right))))


def _render(node: Node) -> str:
    call = call_of(node)
    if call:
        return f"{call.name}({_render(call.argument)})"
    if isinstance(node, Scalar):
        return repr(node.text)
    if isinstance(node, List):
        return f"[{', '.join(map(_render, node.items))}]"
    return f"{{{', '.join(f'{key}: {_render(member)}' for key, member in node.members.items())}}}"
