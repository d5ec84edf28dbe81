"""Puts rendered documents back where they were written: the lines of their template.

A template is no YAML, so the lines are matched by their keys, in order; what has no line of its
own there (a loop's second turn, an included block) stands where the block around it stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from mlarchlint.frontends.yaml_nodes import Comment, Document, List, Map, Node, Scalar
from mlarchlint.model.regex import regex
from mlarchlint.model.span import SourceSpan

_KEY = regex(r"""(?:-\s+)*(["']?[\w./-]+["']?)\s*:(?=\s|$)""")
_MOST = 1_000_000  # comparisons; a longer document keeps the first line of its template


def at_source(document: Document, rendered: Sequence[str], path: str, template: Sequence[str]) -> Document:
    """The document with the spans of its template. rendered: the lines that its own spans count."""
    place = _Places(document, rendered, path, template)
    root = place.moved(document.root, place.first)
    comments = tuple(
        Comment(c.text, place.span(place.lines.get(c.span.line, place.first))) for c in document.comments
    )
    return Document(root, path, comments)


class _Places:
    def __init__(
        self, document: Document, rendered: Sequence[str], path: str, template: Sequence[str]
    ) -> None:
        self.path, self.template = path, template
        span = document.root.span
        start = min((span.line, *(comment.span.line for comment in document.comments)))
        own = rendered[start - 1 : span.end_line]
        begin, end = _likeliest(own, template)
        found = _matching(own, template[begin:end], start)
        self.lines = {line: begin + at for line, at in found.items()}
        self.first = min(self.lines.values(), default=1)

    def span(self, line: int, last: int = 0) -> SourceSpan:
        """The text of a line, or of lines, of the template."""
        last = max(line, last)
        begin, end = self._text(line), self._text(last)
        column = len(begin) - len(begin.lstrip()) + 1
        return SourceSpan(self.path, line, column, last, max(len(end.rstrip()), column) + (line == last))

    def _text(self, line: int) -> str:
        return self.template[line - 1] if 0 < line <= len(self.template) else ""

    def moved(self, node: Node, around: int) -> Node:
        """The node at its template's lines. around: the line of what it stands in."""
        if isinstance(node, Scalar):
            return Scalar(node.value, node.text, self.span(self.lines.get(node.span.line, around)), node.tag)
        here = self.lines.get(node.span.line, around)
        if isinstance(node, List):
            items = tuple(self.moved(item, here) for item in node.items)
            return List(items, self.span(here, _last(here, items)), node.tag)
        members, keys = {}, {}
        for name, member in node.members.items():
            line = self.lines.get(node.keys[name].line, here)
            keys[name] = self.span(line)
            members[name] = self.moved(member, line)
        return Map(members, keys, self.span(here, _last(here, members.values())), node.tag)


def _last(line: int, parts: Iterable[Node]) -> int:
    ends = [part.span.end_line for part in parts]
    return max((line, *ends))


def _likeliest(rendered: Sequence[str], template: Sequence[str]) -> tuple[int, int]:
    """The document of the template that this one is made from: the one with most lines in common."""
    cuts = [0, *(number for number, line in enumerate(template) if line.startswith("---")), len(template)]
    texts, keys = Counter(map(str.strip, rendered)), Counter(map(_token, rendered))

    def likeness(part: tuple[int, int]) -> int:
        lines = template[part[0] : part[1]]
        same = Counter(map(str.strip, lines)) & texts
        alike = Counter(map(_token, lines)) & keys
        return 2 * sum(n for text, n in same.items() if text) + sum(n for text, n in alike.items() if text)

    return max(pairwise(cuts), key=likeness)


def _matching(rendered: Sequence[str], template: Sequence[str], start: int) -> dict[int, int]:
    """Line of the rendered text (which begins with line `start`) -> line of the template."""
    if len(rendered) * len(template) > _MOST:
        return {}
    left, right = [_token(line) for line in rendered], [_token(line) for line in template]
    found = {}
    for block in SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks():
        for step in range(block.size):
            if left[block.a + step]:
                found[start + block.a + step] = block.b + step + 1
    return found


def _token(line: str) -> str:
    """The key of a line; without one, the line itself."""
    text = line.strip()
    key = _KEY.match(text)
    return f"{key[1].strip(chr(34) + chr(39))}:" if key else text
