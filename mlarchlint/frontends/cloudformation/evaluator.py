"""Template nodes to Values: one method per intrinsic that looks at the stack, the rest is in functions.py."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlarchlint.frontends.cloudformation import pseudo
from mlarchlint.frontends.cloudformation.calls import (
    TRANSFORM,
    Call,
    arguments_of,
    attribute_of,
    call_of,
    text_of,
)
from mlarchlint.frontends.cloudformation.conditions import assume, assume_named, judge, judge_named
from mlarchlint.frontends.cloudformation.facts import Facts
from mlarchlint.frontends.cloudformation.functions import FUNCTIONS
from mlarchlint.frontends.cloudformation.included import included, note_macro
from mlarchlint.frontends.cloudformation.loops import expanded
from mlarchlint.frontends.cloudformation.mappings import find_in_map
from mlarchlint.frontends.cloudformation.parameters import bound_parameter
from mlarchlint.frontends.cloudformation.sam import generated_reference
from mlarchlint.frontends.cloudformation.scenarios import TOO_MANY, choice, unknown_of
from mlarchlint.frontends.cloudformation.substitution import dynamic, sub
from mlarchlint.frontends.cloudformation.template import value_text
from mlarchlint.frontends.yaml_tree import List, Map, Node, Scalar
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import OTHERS, Origin, State, Value

if TYPE_CHECKING:
    from mlarchlint.frontends.cloudformation.stack import Stack

_ASSUMPTIONS = 7
_CONDITIONS = frozenset({"Fn::And", "Fn::Or", "Fn::Not", "Fn::Equals", "Condition"})


class Evaluator:
    """Evaluates in one stack, under one set of assumptions about unknown conditions."""

    __slots__ = ("facts", "stack")

    def __init__(self, stack: Stack, facts: Facts) -> None:
        self.stack = stack
        self.facts = facts

    def under(self, facts: Facts) -> Evaluator:
        return self if facts is self.facts else Evaluator(self.stack, facts)

    def refuse(self, why: str, span: SourceSpan) -> Value:
        """An error of the template: said once, judged as unknown."""
        self.stack.world.report(Diagnostic("template-expression", why, "", span, Level.WARNING))
        return Value.failed(why, span)

    def missing(self, why: str, span: SourceSpan) -> Value:
        """What the template does not declare: an error, unless something that was not read may."""
        return (
            Value.unknown(f"{why} in what was read", span) if self.stack.is_open else self.refuse(why, span)
        )

    def unprocessed(self, name: str, span: SourceSpan, level: Level = Level.WARNING) -> Value:
        """What another tool has to replace before CloudFormation sees it, such as `!Rain::Embed`."""
        why = f"{name} is to be replaced by a preprocessor"
        detail = "Scan the packaged template instead."
        self.stack.world.report(Diagnostic("template-macro", why, detail, span, level))
        return Value.unknown(why, span)

    # -- data ----------------------------------------------------------------------------

    def value(self, node: Node) -> Value:
        if not node.tag and isinstance(node, Scalar):
            if isinstance(node.value, str) and "{{resolve:" in node.value:
                return dynamic(Value.known(node.value, node.span))
            return Value.known(node.value, node.span)
        call = call_of(node)
        if call is not None:
            return self.call(call)
        if isinstance(node, List):
            return self.sequence(node)
        return self.mapping(node) if isinstance(node, Map) else Value.absent(node.span)

    def sequence(self, node: List) -> Value:
        """`AWS::NoValue` removes an element; if only some scenarios do, the list has scenarios itself."""
        items = tuple(self.value(item) for item in node.items)
        fickle = [place for place, item in enumerate(items) if _may_vanish(item)]
        if fickle:
            return self.branches(node, node.items[fickle[0]], items)
        return Value.known(tuple(item for item in items if item.state is not State.ABSENT), node.span)

    def branches(self, node: List, element: Node, items: tuple[Value, ...]) -> Value:
        """The list in both cases of the condition that keeps or removes one of its elements."""
        call = call_of(element)
        condition = arguments_of(call.argument)[0] if call and call.name == "Fn::If" else None
        deep = len(self.facts.named) > _ASSUMPTIONS or not self.stack.world.spend_branch()
        if condition is None or text_of(condition) is None or deep:
            if deep:
                self.stack.world.note_scenarios(node.span)
            return unknown_of(items, node.span, why="which elements the list has is not known")
        return self.either(condition, node, node, node.span)

    def mapping(self, node: Map) -> Value:
        return Value.known(self.members(node), node.span)

    def members(self, node: Map) -> dict[str, Value]:
        """The members of a mapping, without those that `AWS::NoValue` removes."""
        found: dict[str, Value] = {}
        for name, member in expanded(node, self).members.items():
            if name == TRANSFORM:
                added = self.call(Call(name, member, member.span))
                found.update({OTHERS: added} if added.is_unknown else added.mapping())
                continue
            value = self.value(member)
            if name in self.stack.open_keys and "*" in name:
                found[OTHERS] = unknown_of(self.stack.loop_names.values(), member.span)
            elif value.state is not State.ABSENT:
                found[name] = value
        return found

    # -- calls ---------------------------------------------------------------------------

    def call(self, call: Call) -> Value:
        value = self.called(call)
        if value.why.endswith(TOO_MANY):
            self.stack.world.note_scenarios(call.span)
        return value

    def called(self, call: Call) -> Value:
        method = _METHODS.get(call.name)
        if method is not None:
            return method(self, call)
        if call.name in _CONDITIONS:
            verdict = judge(Map({call.name: call.argument}, {}, call.span), self)
            if verdict.truth is Truth.MAYBE:
                return Value.unknown(verdict.why, call.span)
            return Value.known(verdict.truth is Truth.YES, call.span)
        function = FUNCTIONS.get(call.name)
        if function is None:
            if "::" in call.name.removeprefix("Fn::"):
                return self.unprocessed(call.name, call.span)
            return self.refuse(f"there is no function {call.name}", call.span)
        make, fewest, most = function
        nodes = (call.argument,) if most == 1 else arguments_of(call.argument)
        if call.name == "Fn::Length" and isinstance(call.argument, List):
            nodes = (call.argument,)
        if not fewest <= len(nodes) <= most:
            wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
            return self.refuse(f"{call.name} takes {wanted} arguments, not {len(nodes)}", call.span)
        parts = [self.value(node) for node in nodes]
        result = make(parts, call.span)
        if result.error and not any(part.error for one in parts for part in one.walk()):
            self.refuse(result.why, result.span)
        return result

    def ref(self, call: Call) -> Value:
        name = text_of(call.argument)
        if name is None:
            return self.refuse("Ref takes the name of a parameter or resource", call.span)
        return self.named(name, call.span)

    def named(self, name: str, span: SourceSpan) -> Value:
        """What `Ref` gives for a name."""
        if name in pseudo.NAMES:
            return pseudo.pseudo_parameter(name, self.stack.world.pseudo, span, bool(self.stack.prefix))
        if name in self.stack.template.parameters:
            return self.parameter(name, span)
        if name in self.stack.loop_names:
            return replace(self.stack.loop_names[name], span=span)
        ref = self.reference(name)
        if ref is None:
            return self.missing(f"there is no parameter or resource {name!r}", span)
        return Value.unknown(f"{self.stack.prefix}{name} is known after deployment", span, refs=(ref,))

    def reference(self, name: str) -> str | None:
        """The address that a logical id, with or without an attribute, stands for."""
        if name.partition(".")[0] in self.stack.resources:
            return self.stack.prefix + name
        if not self.stack.template.is_sam:
            return None
        return generated_reference(name, self.stack.resources, self.stack.prefix)

    def parameter(self, name: str, span: SourceSpan) -> Value:
        value = self.stack.parameter(name)
        parameter = self.stack.template.parameters[name]
        if value.is_unknown:
            bound = self.facts.bound.get(name)
            excluded = self.facts.excluded.get(name, ())
            if bound is not None:
                value = bound_parameter(parameter, bound)
            elif excluded and value.scenarios:
                cases = [case for case in value.scenarios if value_text(case[1]) not in excluded]
                value = choice(cases, value.span, value.why)
        if "{{resolve:" in (value.text() or ""):
            value = dynamic(value)
        origin = (*value.origin, Origin(f"Ref {name}", span))
        return replace(value, origin=origin, span=span if value.is_unknown else value.span)

    def get_att(self, call: Call) -> Value:
        found = attribute_of(call.argument)
        if found is None:
            parts = arguments_of(call.argument)
            name = text_of(parts[0]) if len(parts) == 2 else None
            if name is None or name not in self.stack.resources:
                return self.missing("Fn::GetAtt takes a resource and an attribute", call.span)
            why = f"an attribute of {name} is known after deployment"
            return Value.unknown(why, call.span, refs=(self.stack.prefix + name,))
        return self.attribute(*found, call.span)

    def attribute(self, name: str, attribute: str, span: SourceSpan) -> Value:
        child = self.stack.children.get(name)
        if child is not None and attribute.startswith("Outputs."):
            value = child.output(attribute.removeprefix("Outputs."), span)
            return replace(value, span=span) if value.is_unknown else value
        ref = self.reference(f"{name}.{attribute}")
        if ref is None:
            return self.missing(f"there is no resource {name!r}", span)
        return Value.unknown(
            f"{self.stack.prefix}{name}.{attribute} is known after deployment", span, refs=(ref,)
        )

    def if_(self, call: Call) -> Value:
        parts = arguments_of(call.argument)
        if len(parts) != 3:
            return self.refuse("Fn::If takes a condition and two values", call.span)
        name = text_of(parts[0])
        verdict = judge_named(name, parts[0], self) if name is not None else judge(parts[0], self)
        if verdict.truth is not Truth.MAYBE:
            chosen = self.value(parts[1] if verdict.truth is Truth.YES else parts[2])
            word = "true" if verdict.truth is Truth.YES else "false"
            return replace(
                chosen, origin=(*chosen.origin, Origin(f"{_label(parts[0])} is {word}", call.span))
            )
        return self.either(parts[0], parts[1], parts[2], call.span)

    def either(self, condition: Node, then: Node, otherwise: Node, span: SourceSpan) -> Value:
        """One node if an unknown condition holds, the other if not."""
        name = text_of(condition)
        label = _label(condition)
        cases = []
        for truth, word, branch in ((Truth.YES, "true", then), (Truth.NO, "false", otherwise)):
            facts = assume_named(name, truth, self) if name is not None else assume(condition, truth, self)
            if facts is not None:
                cases.append((f"{label} is {word}", self.under(facts).value(branch)))
        verdict = judge_named(name, condition, self) if name is not None else judge(condition, self)
        return choice(cases, span, f"{label} is not known: {verdict.why}")

    def zones(self, call: Call) -> Value:
        """`Fn::GetAZs`: unknown, but its elements can be told apart."""
        parts = arguments_of(call.argument)
        region = self.value(parts[0]) if len(parts) == 1 else Value.known("", call.span)
        if region.is_known and value_text(region) is None:
            return self.refuse("Fn::GetAZs takes a region", call.span)
        name = value_text(region)
        own = not name or name == self.stack.world.region
        ref = "data.AWS::AvailabilityZones" + ("" if own else f"[{name}]") + ".names"
        return Value.unknown("the availability zones are known at deployment", call.span, refs=(ref,))

    def import_value(self, call: Call) -> Value:
        return self.stack.world.exports.imported(call.argument, self, call.span)

    def transform(self, call: Call) -> Value:
        """A macro inside the template; `AWS::Include` of a file in the scanned code is read."""
        content = included(call.argument, self.stack)
        if content is not None:
            return self.value(content)
        return Value.unknown(note_macro(call.argument, self.stack.world, call.span), call.span)


def _label(condition: Node) -> str:
    return text_of(condition) or f"the condition at line {condition.span.line}"


def _may_vanish(item: Value) -> bool:
    return any(one.state is State.ABSENT for _, one in item.scenarios)


_METHODS = {
    "Ref": Evaluator.ref,
    "Fn::GetAtt": Evaluator.get_att,
    "Fn::Sub": sub,
    "Fn::If": Evaluator.if_,
    "Fn::FindInMap": find_in_map,
    "Fn::GetAZs": Evaluator.zones,
    "Fn::ImportValue": Evaluator.import_value,
    "Fn::Transform": Evaluator.transform,
}
