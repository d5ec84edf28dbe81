"""`Fn::ForEach`: a mapping's member that stands for several."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlarchlint.frontends.cloudformation.calls import LOOP, substitute, text_of
from mlarchlint.frontends.cloudformation.template import value_text
from mlarchlint.frontends.yaml_tree import List, Map, Node
from mlarchlint.model.diagnostic import Diagnostic
from mlarchlint.model.span import SourceSpan

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
    texts = _collection(items[1], evaluator)
    if texts is None:
        summary = f"the collection of {name} is not known"
        detail = "What the loop makes was left out; give the parameters that it depends on."
        evaluator.stack.world.report(Diagnostic("template-loop", summary, detail, items[1].span))
        evaluator.stack.partial = True
        return
    limit = evaluator.stack.world.options.limits.copies
    if len(texts) > limit or not evaluator.stack.world.spend_copies(len(texts)):
        summary = f"{name} has more elements than the limit of {limit}"
        evaluator.stack.world.report(
            Diagnostic("template-loop", summary, "Split the template.", items[1].span)
        )
        return
    for text in texts:
        copy = substitute(body, identifier, text)
        if isinstance(copy, Map):
            copy = expanded(copy, evaluator)
            for key, member in copy.members.items():
                yield member, key, copy.keys[key]


def _collection(node: Node, evaluator: Evaluator) -> list[str] | None:
    value = evaluator.value(node)
    if not value.is_known or not isinstance(value.raw, tuple):
        return None
    texts = []
    for item in value.raw:
        if isinstance(item.raw, tuple):  # a list parameter inside a list is spliced in
            texts += [value_text(one) for one in item.raw]
        else:
            texts.append(value_text(item))
    return None if any(text is None for text in texts) else [str(text) for text in texts]
