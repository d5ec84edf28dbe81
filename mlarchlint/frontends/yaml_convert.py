"""PyYAML's composed nodes to ours: scalars resolved, aliases shared, merge keys applied."""

from __future__ import annotations

from typing import Any

import yaml

from mlarchlint.frontends.yaml_scalars import resolve_plain, resolve_tagged
from mlarchlint.frontends.yaml_tree import List, Map, Node, Scalar, between
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.span import SourceSpan

MAX_NODES = 1_000_000  # after the expansion of aliases
PLAIN, QUOTED = "?", "!"
_CORE = "tag:yaml.org,2002:"


class Unreadable(Exception):
    """What PyYAML accepts and we do not. args: code, summary, detail, line and column from 0."""


class Converter:
    """PyYAML's nodes to ours. An aliased node is converted once and shared, but counted each time."""

    def __init__(self, path: str, offset: int, source: str) -> None:
        self.path = path
        self.offset = offset
        self.source = source
        self.last_line = source.count("\n") + 1
        self.diagnostics: list[Diagnostic] = []
        self.made: dict[int, tuple[Node, int] | None] = {}
        self.total = 0
        self.kept: list[Any] = []  # ids are only unique while the nodes live

    def document(self, node: Any) -> Node:
        self.made.clear()
        self.kept.append(node)
        return self.node(node)[0]

    def span(self, node: Any) -> SourceSpan:
        start, end = node.start_mark, node.end_mark
        if start.line >= self.last_line:  # an empty scalar at the very end stands on a line of its own
            line = self.last_line + self.offset
            return SourceSpan(self.path, line, 1, line, 1)
        first = start.line + 1 + self.offset
        if end.column == 0 and end.line > start.line:  # a block scalar ends where the next token starts
            body = self.source[start.index : end.index].rstrip()
            last = first + body.count("\n")
            column = len(body) - body.rfind("\n") if "\n" in body else start.column + 1 + len(body)
            return SourceSpan(self.path, first, start.column + 1, last, column)
        return SourceSpan(self.path, first, start.column + 1, end.line + 1 + self.offset, end.column + 1)

    def node(self, node: Any) -> tuple[Node, int]:
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node), 1
        known = self.made.get(id(node), _NOT_MADE)
        if known is None:
            mark = node.start_mark
            raise Unreadable(
                "syntax-error", "an anchor contains an alias of itself", "", mark.line, mark.column
            )
        if not isinstance(known, str):
            self.count(node, known[1])
            return known
        self.made[id(node)] = None
        made = self.sequence(node) if isinstance(node, yaml.SequenceNode) else self.mapping(node)
        self.made[id(node)] = made
        return made

    def count(self, node: Any, size: int) -> None:
        self.total += size
        if self.total > MAX_NODES:
            mark = node.start_mark
            raise Unreadable("yaml-too-large", f"more than {MAX_NODES:,} nodes once its aliases are expanded",
                              "Split the file, or use fewer aliases.", mark.line, mark.column)  # fmt: skip

    def scalar(self, node: Any) -> Scalar:
        tag, text = node.tag, node.value
        if tag == PLAIN:
            return Scalar(resolve_plain(text), text, self.span(node))
        if tag == QUOTED:
            return Scalar(text, text, self.span(node))
        if tag.startswith(_CORE):
            return Scalar(resolve_tagged(tag[len(_CORE) :], text), text, self.span(node))
        return Scalar(text, text, self.span(node), tag)

    def sequence(self, node: Any) -> tuple[Node, int]:
        items, size = [], 1
        for child in node.value:
            item, its_size = self.node(child)
            items.append(item)
            size += its_size
        self.count(node, 1 + sum(isinstance(child, yaml.ScalarNode) for child in node.value))
        return List(
            tuple(items), self.container_span(node, items[-1].span if items else None), _tag(node)
        ), size

    def mapping(self, node: Any) -> tuple[Node, int]:
        members: dict[str, Node] = {}
        keys: dict[str, SourceSpan] = {}
        merges: list[Any] = []
        last: SourceSpan | None = None
        size = 1
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.refuse_key(key)
                continue
            name: str = key.value
            if name == "<<" and key.tag == PLAIN:
                merges.append(child)
                continue
            where = self.span(key)
            if name in members:
                self.duplicate(name, where, keys[name])
            member, its_size = self.node(child)
            members[name], keys[name] = member, where
            last = member.span if child.start_mark.index > key.start_mark.index else where
            size += its_size
        for merge in merges:
            for base in merge.value if isinstance(merge, yaml.SequenceNode) else (merge,):
                size += self.merge(base, members, keys)
        self.count(node, 1 + len(members))
        return Map(members, keys, self.container_span(node, last), _tag(node)), size

    def merge(self, node: Any, members: dict[str, Node], keys: dict[str, SourceSpan]) -> int:
        base, size = self.node(node)
        if isinstance(base, Map):
            for name, member in base.members.items():
                if name not in members:
                    members[name], keys[name] = member, base.keys[name]
        else:
            detail = "`<<` merges a mapping, or a list of mappings."
            self.diagnostics.append(
                Diagnostic("syntax-error", "a merge key without a mapping", detail, base.span)
            )
        return size

    def container_span(self, node: Any, last: SourceSpan | None) -> SourceSpan:
        """A block ends with its last member; YAML itself would add the comments that follow."""
        whole = self.span(node)
        if node.flow_style or last is None:
            return whole
        return between(SourceSpan(self.path, whole.line, whole.column, whole.line, whole.column), last)

    def refuse_key(self, key: Any) -> None:
        mark = key.start_mark
        if self.source[mark.index - 1 : mark.index + 1] == "{{":
            raise Unreadable("yaml-template", "", "", mark.line, mark.column)
        self.diagnostics.append(
            Diagnostic("syntax-error", "a key must be text", "This member was left out.", self.span(key))
        )

    def duplicate(self, name: str, where: SourceSpan, first: SourceSpan) -> None:
        summary = f"the key {name!r} is given twice; the first is at line {first.line}"
        detail = "The last one is taken; remove the other."
        self.diagnostics.append(Diagnostic("duplicate-key", summary, detail, where, Level.WARNING))


_NOT_MADE = ""


def _tag(node: Any) -> str:
    tag: str = node.tag
    return "" if tag in (PLAIN, QUOTED) or tag.startswith(_CORE) else tag
