"""Operators and operands, put together by precedence."""

from __future__ import annotations

from typing import Any, Protocol

from mlarchlint.frontends.terraform import nodes
from mlarchlint.frontends.terraform.syntax_problem import SyntaxProblem
from mlarchlint.model.span import SourceSpan

BINARY = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, ">": 4, "<=": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip


class OperandReader(Protocol):
    def span(self, node: Any, last: Any = None) -> SourceSpan: ...
    def operand(self, parts: list[Any]) -> nodes.Expression: ...


class Operators:
    """Precedence climbing over operands and operator tokens."""

    def __init__(self, reader: OperandReader, items: list[Any]) -> None:
        self.reader = reader
        self.items = items
        self.at = 0

    def _next(self) -> str:
        if self.at < len(self.items) and not isinstance(self.items[self.at], list):
            return str(self.items[self.at].type)
        return ""

    def read(self) -> nodes.Expression:
        """A conditional, right-associative, or what binds tighter."""
        condition = self._binary(1)
        if self._next() != "?":
            return condition
        self.at += 1
        then = self.read()
        if self._next() != ":":
            raise SyntaxProblem("Expected `:` of the conditional", condition.span)
        self.at += 1
        otherwise = self.read()
        return nodes.Conditional(condition, then, otherwise, _between(condition.span, otherwise.span))

    def _binary(self, level: int) -> nodes.Expression:
        left = self._unary()
        while (binding := BINARY.get(self._next(), 0)) >= level:
            operator = self._next()
            self.at += 1
            right = self._binary(binding + 1)
            left = nodes.Binary(operator, left, right, _between(left.span, right.span))
        return left

    def _unary(self) -> nodes.Expression:
        operator = self._next()
        if operator in ("-", "!"):
            token = self.items[self.at]
            self.at += 1
            operand = self._unary()
            return nodes.Unary(operator, operand, _between(self.reader.span(token), operand.span))
        if self.at >= len(self.items) or operator:
            raise SyntaxProblem("Expected an expression", self.reader.span(self.items[-1][0]))
        self.at += 1
        return self.reader.operand(self.items[self.at - 1])


def _between(start: SourceSpan, end: SourceSpan) -> SourceSpan:
    return SourceSpan(start.file, start.line, start.column, end.end_line, end.end_column)
