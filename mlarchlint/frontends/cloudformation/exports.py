"""What stacks of one scan import from each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mlarchlint.frontends.cloudformation.calls import arguments_of, call_of, text_of
from mlarchlint.frontends.cloudformation.scenarios import unknown_of
from mlarchlint.frontends.cloudformation.template import value_text
from mlarchlint.frontends.yaml_tree import List, Map, Node
from mlarchlint.model.record import record
from mlarchlint.model.regex import regex
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value

if TYPE_CHECKING:
    from mlarchlint.frontends.cloudformation.evaluator import Evaluator
    from mlarchlint.frontends.cloudformation.stack import Stack

_INPUTS = ("param.", "data.", "import.")
_VARIABLE = regex(r"\$\{[^}]*\}")


@record(frozen=True, slots=True, eq=False)
class Export:
    """pattern: its name with `*` for each part that is not known."""

    stack: Stack
    output: str
    name: str | None
    pattern: str


@dataclass(slots=True, eq=False)
class Exports:
    """stacks: those that are deployed. Read when the first import asks."""

    stacks: list[Stack] = field(default_factory=list)
    _found: list[Export] | None = None

    def imported(self, argument: Node, evaluator: Evaluator, span: SourceSpan) -> Value:
        """What `Fn::ImportValue` gives."""
        if self._found is None:
            self._found = []  # an import inside an export's name finds nothing
            self._found = list(self._exported())
        name = evaluator.value(argument)
        text = value_text(name)
        here = evaluator.stack
        export = next((one for one in self._found if text is not None and one.name == text), None)
        if export is not None:
            value = export.stack.output(export.output, span)
            value = value if export.stack.scope == here.scope else _abroad(value, export.stack.scope)
            return replace(value, span=span) if value.is_unknown else value
        alike = self._alike(text, pattern_of(argument), here)
        if alike is not None:
            value = _abroad(alike.stack.output(alike.output, span), alike.stack.scope)
            why = (
                f"taken for the export {alike.output} of {alike.stack.template.path}, whose name is not known"
            )
            return Value.unknown(why, span, refs=value.all_refs(), sensitive=value.sensitive)
        if text is None:
            return unknown_of((name,), span)
        return Value.unknown(f"the export {text} is not in the scanned code", span, refs=(f"import.{text}",))

    def _alike(self, text: str | None, pattern: str, here: Stack) -> Export | None:
        """The one export whose partly known name fits: `${NetworkStack}-VpcId`, `${AWS::StackName}-VpcId`."""
        fitting = [
            one
            for one in self._found or ()
            if one.name is None
            and one.stack.scope != here.scope
            and len(one.pattern.strip("*")) > 1
            and (one.pattern == pattern or (text is not None and _matches(one.pattern, text)))
        ]
        return fitting[0] if len(fitting) == 1 else None

    def _exported(self) -> Iterator[Export]:
        for stack in self.stacks:
            for output, node in stack.outputs.members.items() if stack.outputs else ():
                export = node.get("Export") if isinstance(node, Map) else None
                label = export.get("Name") if isinstance(export, Map) else None
                if label is not None and isinstance(node, Map) and stack.output_exists(node):
                    name = value_text(stack.evaluator.value(label))
                    yield Export(stack, output, name, pattern_of(label))


def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(".+".join(map(re.escape, pattern.split("*"))), text) is not None


def pattern_of(node: Node) -> str:
    """A name as far as it is written out: `*` stands for every call in it."""
    text = text_of(node)
    if text is not None:
        return text
    call = call_of(node)
    parts = arguments_of(call.argument) if call else ()
    if call and call.name == "Fn::Sub" and parts:
        template = text_of(parts[0])
        return _VARIABLE.sub("*", template) if template is not None else "*"
    if call and call.name == "Fn::Join" and len(parts) == 2 and isinstance(parts[1], List):
        return (text_of(parts[0]) or "").join(pattern_of(part) for part in parts[1].items)
    return "*"


def _abroad(value: Value, scope: str) -> Value:
    """A value of another template: its references name that template."""
    refs = tuple(ref if ref.startswith(_INPUTS) or ":" in ref else f"{scope}:{ref}" for ref in value.refs)
    scenarios = tuple((name, _abroad(one, scope)) for name, one in value.scenarios)
    raw = value.raw
    if isinstance(raw, tuple):
        raw = tuple(_abroad(item, scope) for item in raw)
    return replace(value, raw=raw, refs=refs, scenarios=scenarios)
