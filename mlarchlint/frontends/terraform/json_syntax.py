"""Terraform's JSON syntax (`.tf.json`, `.tfvars.json`) -> nodes, with positions.

A string is a template, keys included. Whether a member is an argument or a block depends on
the schema, so every member stands as an argument (see `blocks.py`).
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from mlarchlint.frontends.terraform import nodes
from mlarchlint.frontends.terraform import number as numbers
from mlarchlint.frontends.terraform.syntax import parse_template
from mlarchlint.frontends.terraform.syntax_problem import SyntaxProblem
from mlarchlint.model.diagnostic import Diagnostic
from mlarchlint.model.regex import regex
from mlarchlint.model.span import SourceSpan

MAX_DEPTH = 200
_SPACE = regex(r"[ \t\r\n]*")
_STRING = regex(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_NUMBER = regex(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def parse_json(
    text: bytes | str, path: str, *, templates: bool = True
) -> tuple[nodes.File, list[Diagnostic]]:
    """The file, and what could not be read of it. templates: False for values (`.tfvars.json`)."""
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            span = SourceSpan(path, line, 1, line, 1)
            detail = "JSON files are UTF-8; save this file in that encoding."
            return _empty(path), [Diagnostic("invalid-encoding", "The file is not valid UTF-8", detail, span)]
    reader = _Reader(text.removeprefix("\ufeff"), path, templates)
    try:
        return nodes.File(path, reader.file()), []
    except SyntaxProblem as problem:
        detail = "Correct the JSON; nothing of this file was read."
        return _empty(path), [Diagnostic("syntax-error", problem.summary, detail, problem.span)]


def _empty(path: str) -> nodes.File:
    return nodes.File(path, nodes.Body(span=SourceSpan(path), json=True))


class _Reader:
    def __init__(self, text: str, path: str, templates: bool) -> None:
        self.source = text
        self.path = path
        self.templates = templates
        self.at = 0
        self.depth = 0
        self.starts = [0, *[found.end() for found in re.finditer("\n", text)]]
        self.row = 0

    # -- positions -----------------------------------------------------------------------

    def _place(self, offset: int) -> tuple[int, int]:
        while self.row + 1 < len(self.starts) and self.starts[self.row + 1] <= offset:
            self.row += 1
        while self.starts[self.row] > offset:
            self.row -= 1
        return self.row + 1, offset - self.starts[self.row] + 1

    def _span(self, start: int, end: int) -> SourceSpan:
        line, column = self._place(start)
        end_line, end_column = self._place(end)
        return SourceSpan(self.path, line, column, end_line, end_column)

    def _fail(self, expected: str) -> SyntaxProblem:
        found = self.source[self.at : self.at + 20].split("\n")[0].strip()
        shown = (
            f"`{found}`"
            if found
            else ("the end of the file" if self.at >= len(self.source) else "a line end")
        )
        return SyntaxProblem(f"Expected {expected}, found {shown}", self._span(self.at, self.at + 1))

    # -- reading -------------------------------------------------------------------------

    def _peek(self) -> str:
        found = _SPACE.match(self.source, self.at)
        if found:
            self.at = found.end()
        return self.source[self.at : self.at + 1]

    def _expect(self, character: str) -> None:
        if self._peek() != character:
            raise self._fail(f"`{character}`")
        self.at += 1

    def file(self) -> nodes.Body:
        """The file's object; several objects in a list are one after the other, as Terraform reads them."""
        start = self.at
        first = self._peek()
        if first not in ("{", "["):
            raise self._fail("`{`")
        whole = self._value()
        if self._peek():
            raise self._fail("the end of the file")
        arguments: dict[str, nodes.Argument] = {}
        for part in whole.items if isinstance(whole, nodes.Tuple) else (whole,):
            if not isinstance(part, nodes.Object):
                raise SyntaxProblem("Expected an object", self._span(start, start + 1))
            for key, value in part.items:
                name = key.value if isinstance(key, nodes.Literal) else None
                if isinstance(name, str) and name != "//":
                    arguments[name] = _merged(arguments.get(name), name, key.span, value)
        return nodes.Body(arguments, (), self._span(start, len(self.source)), json=True)

    def _value(self) -> nodes.Expression:
        first = self._peek()
        start = self.at
        if first == "{":
            return self._nested(self._object, start)
        if first == "[":
            return self._nested(self._array, start)
        if first == '"':
            return self._string()
        found = _NUMBER.match(self.source, start)
        if found:
            self.at = found.end()
            return nodes.Literal(self._number(found[0]), self._span(start, self.at))
        for word, value in _WORDS.items():
            if self.source.startswith(word, start):
                self.at += len(word)
                return nodes.Literal(value, self._span(start, self.at))
        raise self._fail("a value")

    def _nested(self, read: Any, start: int) -> nodes.Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise SyntaxProblem(f"Nested more than {MAX_DEPTH} levels deep", self._span(start, start + 1))
        self.at += 1
        value: nodes.Expression = read(start)
        self.depth -= 1
        return value

    def _number(self, text: str) -> int | Decimal:
        number = numbers.parse(text)
        if number is None:
            raise self._fail("a number of sensible size")
        return numbers.as_decimal(number)

    def _object(self, start: int) -> nodes.Expression:
        items: list[tuple[nodes.Expression, nodes.Expression]] = []
        if self._peek() != "}":
            while True:
                if self._peek() != '"':
                    raise self._fail("a member name in double quotes")
                key = self._string()
                self._expect(":")
                items.append((key, self._value()))
                if self._peek() != ",":
                    break
                self.at += 1
        self._expect("}")
        return nodes.Object(tuple(items), self._span(start, self.at))

    def _array(self, start: int) -> nodes.Expression:
        items: list[nodes.Expression] = []
        if self._peek() != "]":
            while True:
                items.append(self._value())
                if self._peek() != ",":
                    break
                self.at += 1
        self._expect("]")
        return nodes.Tuple(tuple(items), self._span(start, self.at))

    def _string(self) -> nodes.Expression:
        start = self.at
        found = _STRING.match(self.source, start)
        if not found:
            raise self._fail("a closing quote on the same line")
        self.at = found.end()
        span = self._span(start, self.at)
        try:
            text = json.loads(found[0])
        except ValueError:
            raise SyntaxProblem("Invalid escape in the string", span) from None
        return parse_template(text, span) if self.templates else nodes.Literal(text, span)


def _merged(
    before: nodes.Argument | None, name: str, key: SourceSpan, value: nodes.Expression
) -> nodes.Argument:
    """A member name given twice: both stand, as in a list of blocks."""
    span = SourceSpan(key.file, key.line, key.column, value.span.end_line, value.span.end_column)
    if before is None:
        return nodes.Argument(name, value, span)
    first = before.expression
    earlier = first.items if isinstance(first, nodes.Tuple) else (first,)
    later = value.items if isinstance(value, nodes.Tuple) else (value,)
    return nodes.Argument(name, nodes.Tuple((*earlier, *later), first.span), before.span)
