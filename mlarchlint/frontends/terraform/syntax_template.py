"""Quoted templates and heredocs: literal text, interpolations, directives, strip markers.

The literal text is taken from the source between the nodes. As in Terraform, the text of a
heredoc is one token per line: a strip marker eats white space of its neighbouring token only.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mlarchlint.frontends.terraform import nodes
from mlarchlint.frontends.terraform.syntax_problem import SyntaxProblem
from mlarchlint.model.regex import regex
from mlarchlint.model.span import NOWHERE, SourceSpan

SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_ESCAPE = regex(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.?)", re.DOTALL)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def quoted_text(raw: str, problem: Callable[[str], Exception]) -> str:
    """What a quoted literal means: escapes resolved."""
    if "\n" in raw:
        raise problem("A quoted string cannot go over several lines; use a heredoc")
    text = raw
    if "\\" in raw:

        def replaced(found: re.Match[str]) -> str:
            code = found[1]
            if code in _SIMPLE:
                return _SIMPLE[code]
            if code[:1] in ("u", "U") and len(code) > 1 and int(code[1:], 16) < 0x110000:
                return chr(int(code[1:], 16))
            raise problem(f"`\\{code}` is not an escape; write `\\\\` for a backslash")

        text = _ESCAPE.sub(replaced, raw)
    return heredoc_text(text)


def heredoc_text(raw: str) -> str:
    if "{" in raw:
        return raw.replace("$${", "${").replace("%%{", "%{")
    return raw


@dataclass(slots=True)
class _Token:
    """kind: text, value, if, else, endif, for, endfor. before, after: a strip marker on that side."""

    kind: str
    text: str = ""
    expression: nodes.Expression | None = None
    names: tuple[str, ...] = ()
    span: SourceSpan = NOWHERE
    before: bool = False
    after: bool = False


class TemplateReader(ABC):
    """The part of the reader that is about templates."""

    source: bytes
    bare: bool

    @abstractmethod
    def span(self, node: Any, last: Any = None) -> SourceSpan: ...

    @abstractmethod
    def text(self, node: Any) -> str: ...

    @abstractmethod
    def between(self, start: int, end: int) -> str: ...

    @abstractmethod
    def expression(self, node: Any) -> nodes.Expression: ...

    def problem_at(self, message: str, node: Any) -> Exception:
        return SyntaxProblem(message, self.span(node))

    def template(self, node: Any) -> nodes.Expression:
        span = self.span(node)
        heredoc = node.type == "heredoc_template"
        tokens: list[_Token] = []
        if heredoc:
            start, end, children = self._heredoc_range(node)
        else:
            children = node.children[1:-1]
            start, end = node.children[0].end_byte, node.children[-1].start_byte
        self._tokens(children, start, end, tokens, heredoc, node)
        if heredoc and self.text(node.children[0]) == "<<-" and not self.bare:
            _strip_markers(tokens)
            _unindent(tokens)
        else:
            _strip_markers(tokens)
        if not any(token.kind != "text" for token in tokens):
            return nodes.Literal("".join([token.text for token in tokens]), span)
        parts = _Assembly(tokens, span, lambda message: self.problem_at(message, node)).read()
        if (
            len(parts) == 1
            and len(tokens) > 1
            and not isinstance(parts[0], (nodes.TemplateIf, nodes.TemplateFor))
        ):
            parts = (*parts, nodes.Literal("", span))  # `${x}` beside stripped text is a string, not x itself
        return nodes.Template(parts, span)

    def _heredoc_range(self, node: Any) -> tuple[int, int, list[Any]]:
        names = [child for child in node.children if child.type == "heredoc_identifier"]
        start = self.source.index(b"\n", names[0].end_byte) + 1
        end = self.source.rindex(b"\n", 0, names[-1].end_byte) + 1
        if self.bare:
            end -= 1
        inner = [child for child in node.children if child.start_byte >= start and child.end_byte <= end]
        return start, max(start, end), inner

    def _tokens(
        self, children: list[Any], start: int, end: int, tokens: list[_Token], heredoc: bool, whole: Any
    ) -> None:
        at = start
        for child in self._pieces(children):
            if child.start_byte > at:
                self._literal_tokens(at, child.start_byte, tokens, heredoc, whole)
            tokens.append(self._piece(child))
            at = child.end_byte
        if end > at:
            self._literal_tokens(at, end, tokens, heredoc, whole)

    def _pieces(self, children: list[Any]) -> list[Any]:
        """Interpolations and the brackets of directives, in order, however deeply directives nest."""
        found: list[Any] = []
        for child in children:
            kind = child.type
            if kind in ("template_directive", "template_if", "template_for"):
                found.extend(self._pieces(child.children))
            elif kind != "template_literal" and kind.startswith("template_"):
                found.append(child)
        return found

    def _literal_tokens(self, start: int, end: int, tokens: list[_Token], heredoc: bool, whole: Any) -> None:
        raw = self.between(start, end)
        if not heredoc:
            tokens.append(_Token("text", quoted_text(raw, lambda message: self.problem_at(message, whole))))
            return
        tokens.extend([_Token("text", heredoc_text(line)) for line in re.findall(r"[^\n]*\n|[^\n]+", raw)])

    def _piece(self, node: Any) -> _Token:
        children = [child for child in node.children if child.type != "comment"]
        expression = next((self.expression(child) for child in children if child.type == "expression"), None)
        names = tuple([self.text(child) for child in children if child.type == "identifier"])
        kind = {
            "template_interpolation": "value",
            "template_if_intro": "if",
            "template_else_intro": "else",
            "template_if_end": "endif",
            "template_for_start": "for",
            "template_for_end": "endfor",
        }[node.type]
        before = len(children) > 2 and children[1].type == "strip_marker"
        after = len(children) > 2 and children[-2].type == "strip_marker"
        if before and after and len(children) == 3:
            after = False
        return _Token(kind, "", expression, names, self.span(node), before, after)


def _strip_markers(tokens: list[_Token]) -> None:
    for index, token in enumerate(tokens):
        if token.before and index and tokens[index - 1].kind == "text":
            tokens[index - 1].text = tokens[index - 1].text.rstrip(SPACES)
        if token.after and index + 1 < len(tokens) and tokens[index + 1].kind == "text":
            tokens[index + 1].text = tokens[index + 1].text.lstrip(SPACES)


def _unindent(tokens: list[_Token]) -> None:
    """`<<-`: takes the smallest indentation off every line."""
    smallest: int | None = None
    adjusted: list[_Token] = []
    at_start = True
    for token in tokens:
        if at_start:
            at_start = False
            spaces: int | None = 0
            if token.kind == "text":
                trimmed = token.text.lstrip(SPACES)
                if not trimmed and token.text.endswith("\n"):
                    spaces = None  # blank lines do not count
                else:
                    spaces = len(token.text) - len(trimmed)
                    adjusted.append(token)
            if spaces is not None and (smallest is None or spaces < smallest):
                smallest = spaces
        if token.kind == "text" and token.text.endswith("\n"):
            at_start = True
    for token in adjusted:
        token.text = token.text[smallest or 0 :]


class _Assembly:
    """Tokens -> parts, with directives closed."""

    def __init__(self, tokens: list[_Token], span: SourceSpan, problem: Callable[[str], Exception]) -> None:
        self.tokens = tokens
        self.span = span
        self.problem = problem
        self.at = 0

    def read(self) -> tuple[nodes.TemplatePart, ...]:
        parts, ending = self._until(())
        if ending:
            raise self.problem(f"Unexpected `{ending}` directive")
        return parts

    def _until(self, endings: tuple[str, ...]) -> tuple[tuple[nodes.TemplatePart, ...], str]:
        parts: list[nodes.TemplatePart] = []
        text = ""
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.kind == "text":
                text += token.text
                continue
            if text:
                parts.append(nodes.Literal(text, self.span))
                text = ""
            if token.kind == "value":
                assert token.expression is not None
                parts.append(token.expression)
            elif token.kind == "if":
                parts.append(self._if(token))
            elif token.kind == "for":
                parts.append(self._for(token))
            elif token.kind in endings:
                return tuple(parts), token.kind
            else:
                raise self.problem(f"Unexpected `{token.kind}` directive")
        if text:
            parts.append(nodes.Literal(text, self.span))
        if endings:
            raise self.problem(f"Expected a `%{{ {endings[-1]} }}` directive")
        return tuple(parts), ""

    def _if(self, token: _Token) -> nodes.TemplateIf:
        assert token.expression is not None
        otherwise: tuple[nodes.TemplatePart, ...] = ()
        then, ending = self._until(("else", "endif"))
        if ending == "else":
            otherwise, _ = self._until(("endif",))
        return nodes.TemplateIf(token.expression, then, otherwise, token.span)

    def _for(self, token: _Token) -> nodes.TemplateFor:
        assert token.expression is not None
        body, _ = self._until(("endfor",))
        key = token.names[0] if len(token.names) == 2 else None
        return nodes.TemplateFor(key, token.names[-1], token.expression, body, token.span)
