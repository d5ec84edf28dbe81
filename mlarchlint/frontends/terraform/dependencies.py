"""Which locals an expression names, without evaluating it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from mlarchlint.frontends.terraform import nodes
from mlarchlint.model.span import SourceSpan


def dependencies(name: str, named: Mapping[str, nodes.Argument]) -> list[str]:
    """The locals that this one rests on, each after those that it rests on itself."""
    order: list[str] = []
    seen = {name}
    waiting = [(name, iter(locals_in(named[name].expression)))]
    while waiting:
        current, names = waiting[-1]
        for earlier in names:
            if earlier in named and earlier not in seen:
                seen.add(earlier)
                waiting.append((earlier, iter(locals_in(named[earlier].expression))))
                break
        else:
            waiting.pop()
            if current != name:
                order.append(current)
    return order


def locals_in(expression: nodes.Expression) -> list[str]:
    return [
        node.name
        for node in walk(expression)
        if isinstance(node, nodes.Attribute)
        and isinstance(node.of, nodes.Variable)
        and node.of.name == "local"
    ]


def walk(node: Any) -> Iterator[Any]:
    """A node and all nodes in it."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, tuple):
            waiting.extend(current)
        elif hasattr(current, "__dataclass_fields__") and not isinstance(current, SourceSpan):
            yield current
            waiting.extend(getattr(current, field.name) for field in fields(current))
