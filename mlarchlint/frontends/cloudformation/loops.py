"""`Fn::ForEach`: a mapping's member that stands for several.

Where an element of the collection is not known, one copy stands for all that there may be: its key
has `*` for the identifier, and inside it the identifier is an unknown name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlarchlint.frontends.cloudformation.calls import LOOP, text_of
from mlarchlint.frontends.cloudformation.copies import substitute, substitute_unknown
from mlarchlint.frontends.cloudformation.scenarios import unknown_of
from mlarchlint.frontends.cloudformation.template import value_text
from mlarchlint.frontends.yaml_tree import List, Map, Node
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value

if TYPE_CHECKING:
    from mlarchlint.frontends.cloudformation.evaluator import Evaluator


def expanded(node: Map, evaluator: Evaluator) -> Map:
    """The mapping with every loop replaced by its copies."""
    if not any(name.startswith(LOOP) for name in node.members):
        return node
    members: dict[str, Node] = {}
    keys: dict[str, SourceSpan] = {}
    for name, member in node.members.items():
        if name.startswith(LOOP):
            for copy, key, span in _copies(name, member, evaluator):
                members[key], keys[key] = copy, span
        else:
            members[name], keys[name] = member, node.keys[name]
    return Map(members, keys, node.span, node.tag)


def _copies(name: str, node: Node, evaluator: Evaluator) -> Iterator[tuple[Node, str, SourceSpan]]:
    items = node.items if isinstance(node, List) else ()
    identifier = text_of(items[0]) if len(items) == 3 else None
    body = items[2] if len(items) == 3 else None
    if identifier is None or not isinstance(body, Map):
        evaluator.refuse(f"{name} takes an identifier, a collection and a mapping", node.span)
        return
    elements = _elements(evaluator.value(items[1]))
    world = evaluator.stack.world
    limit = world.options.limits.copies
    if len(elements) > limit or not world.spend_copies(len(elements)):
        summary = f"{name} has more elements than the limit of {limit}"
        world.report(Diagnostic("template-loop", summary, "Split the template.", items[1].span))
        return
    for element in elements:
        text = value_text(element)
        if text is not None:
            copy = substitute(body, identifier, text)
        else:
            _note_open(name, element, evaluator, items[1].span)
            copy = substitute_unknown(body, identifier)
            evaluator.stack.loop_names[identifier] = element
        copy = expanded(copy, evaluator)
        for key, member in copy.members.items():
            if text is None:
                evaluator.stack.open_keys.add(key)
            yield member, key, copy.keys[key]


def _note_open(name: str, element: Value, evaluator: Evaluator, span: SourceSpan) -> None:
    summary = f"the collection of {name} is not known: {element.why}"
    detail = "What the loop makes is judged once, as something that may exist. Give the parameters it needs."
    evaluator.stack.world.report(Diagnostic("template-loop", summary, detail, span, Level.WARNING))


def _elements(value: Value) -> list[Value]:
    """The elements; an unknown one where it is not known which, or how many, there are."""
    if not isinstance(value.raw, tuple):
        return [_unknown(value)]
    found: list[Value] = []
    for item in value.raw:
        # A list parameter inside a list is spliced in.
        found += item.raw if isinstance(item.raw, tuple) else [item]
    return [item if value_text(item) is not None else _unknown(item) for item in found]


def _unknown(value: Value) -> Value:
    if value.is_unknown:
        return unknown_of((value,), value.span)
    return Value.failed("the elements of a loop must be texts", value.span)
