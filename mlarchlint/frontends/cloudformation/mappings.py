"""`Fn::FindInMap`, also with a key that is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mlarchlint.frontends.cloudformation.calls import TRANSFORM, Call, arguments_of, call_of, text_of
from mlarchlint.frontends.cloudformation.included import section_with_included
from mlarchlint.frontends.cloudformation.scenarios import TOO_MANY, choice, combine, unknown_of
from mlarchlint.frontends.cloudformation.template import value_text
from mlarchlint.frontends.yaml_tree import Map, Node
from mlarchlint.model.value import Value

if TYPE_CHECKING:
    from mlarchlint.frontends.cloudformation.evaluator import Evaluator


def find_in_map(evaluator: Evaluator, call: Call) -> Value:
    nodes = arguments_of(call.argument)
    default = nodes[3] if len(nodes) == 4 else None
    fallback = default.get("DefaultValue") if isinstance(default, Map) else None
    if len(nodes) not in (3, 4) or (default is not None and fallback is None):
        return evaluator.refuse("Fn::FindInMap takes a mapping and two keys", call.span)
    labels = [_label(node, evaluator) for node in nodes[1:3]]

    def make(keys: Sequence[Value]) -> Value:
        return _look_up(evaluator, call, keys, labels, fallback)

    return combine([evaluator.value(node) for node in nodes[:3]], make, call.span)


def _look_up(
    evaluator: Evaluator, call: Call, keys: Sequence[Value], labels: list[str], fallback: Node | None
) -> Value:
    name = value_text(keys[0])
    if name is None:
        return unknown_of(keys, call.span)
    mappings = evaluator.stack.template.mappings
    mapping = mappings.get(name) if mappings else None
    if isinstance(mapping, Map):
        mapping = section_with_included(mapping, evaluator.stack)
    partial = any(isinstance(one, Map) and TRANSFORM in one.members for one in (mappings, mapping))
    if not isinstance(mapping, Map):
        if partial:
            return Value.unknown(f"mapping {name} may be in a file that was not read", call.span)
        if fallback:
            return evaluator.value(fallback)
        return evaluator.missing(f"there is no mapping {name!r}", call.span)
    why = next((key.why for key in keys if key.is_unknown), "")
    cases = []
    for first, inner in _candidates(mapping, keys[1], labels[0]):
        for second, node in _candidates(inner, keys[2], labels[1]):
            cases.append((" and ".join(filter(None, (first, second))), evaluator.value(node)))
    if fallback is not None and (not cases or any(key.is_unknown for key in keys)):
        cases.append(("no key matches" if cases else "", evaluator.value(fallback)))
    if not cases and partial:
        return Value.unknown(f"what mapping {name} has was not read", call.span)
    if not cases:
        missing = f"mapping {name} has no {' / '.join(value_text(key) or '…' for key in keys[1:])}"
        return evaluator.refuse(missing, call.span)
    if not any(key.is_unknown for key in keys):
        return cases[0][1]
    found = choice(cases, call.span, why)
    if not found.scenarios:  # a map with many rows is no matter of conditions
        found = replace(found, why=found.why.removesuffix(f", in {TOO_MANY}"))
    return found if found.is_known else _with_refs(found, keys)


def _with_refs(found: Value, keys: Sequence[Value]) -> Value:
    refs = dict.fromkeys((*found.refs, *(ref for key in keys for ref in key.all_refs())))
    return replace(found, refs=tuple(refs))


def _candidates(mapping: Node, key: Value, label: str) -> list[tuple[str, Node]]:
    """The members that a key may mean: all of them, if it is unknown."""
    if not isinstance(mapping, Map):
        return []
    text = value_text(key)
    if text is not None:
        member = mapping.get(text)
        return [("", member)] if member is not None else []
    if not key.is_unknown:
        return []
    return [(f"{label} is {name}", one) for name, one in mapping.members.items() if name != TRANSFORM]


def _label(node: Node, evaluator: Evaluator) -> str:
    call = call_of(node)
    name = text_of(call.argument) if call and call.name == "Ref" else None
    if name is None:
        return f"the key at line {node.span.line}"
    return f"parameter {name}" if name in evaluator.stack.template.parameters else name
