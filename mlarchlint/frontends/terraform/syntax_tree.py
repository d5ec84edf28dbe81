"""Tree-sitter's concrete tree -> nodes, in one pass.

Two things the grammar gets wrong are put right here: `a ? b : c ? d : e` binds to the right,
and white space around interpolations belongs to the template (the text between two parts is
taken from the source).
"""

from __future__ import annotations

from typing import Any

from mlarchlint.frontends.terraform import nodes
from mlarchlint.frontends.terraform import number as numbers
from mlarchlint.frontends.terraform.syntax_operators import BINARY, Operators
from mlarchlint.frontends.terraform.syntax_problem import SyntaxProblem
from mlarchlint.frontends.terraform.syntax_template import TemplateReader, quoted_text
from mlarchlint.model.span import SourceSpan

MAX_DEPTH = 100  # levels of nesting of one expression or body
_STEPS = frozenset({"get_attr", "index", "splat"})
_TERMS = frozenset({"variable_expr", "function_call"})  # what steps mostly follow


class Reader(TemplateReader):
    """Reads one source text. line, column: what stands before it in its file; fixed: the span of every node."""

    def __init__(
        self,
        text: str,
        path: str,
        line: int = 0,
        column: int = 0,
        *,
        fragment: bool = False,
        fixed: SourceSpan | None = None,
    ) -> None:
        if not text.endswith("\n"):
            text += "\n"
        self.source = text.encode("utf-8", "surrogatepass")
        self.path = path
        self.line = line
        self.column = column  # applies to the first line only
        self.fixed = fixed
        self.ascii = text if text.isascii() else None  # then a character is a byte
        self.lines = self.source.split(b"\n") if self.ascii is None else None
        self.plain = (
            fixed is None and column == 0 and self.ascii is not None
        )  # then positions are the parser's
        self.depth = 0
        self.bare = False
        self.numbers: set[int] = set()  # where a number stands under a name's guise

    # -- positions -----------------------------------------------------------------------

    def span(self, node: Any, last: Any = None) -> SourceSpan:
        if self.plain:
            row, column = node.start_point
            end_row, end_column = node.end_point if last is None else last.end_point
            line = self.line + 1
            return SourceSpan(self.path, row + line, column + 1, end_row + line, end_column + 1)
        if self.fixed is not None:
            return self.fixed
        row, column = node.start_point
        end_row, end_column = (last or node).end_point
        if self.lines is not None:
            column = self._characters(row, column)
            end_column = self._characters(end_row, end_column)
        if self.column:
            column = max(column + self.column, 0) if row == 0 else column
            end_column = max(end_column + self.column, 0) if end_row == 0 else end_column
        line = self.line + 1
        return SourceSpan(self.path, row + line, column + 1, end_row + line, end_column + 1)

    def _characters(self, row: int, column: int) -> int:
        assert self.lines is not None
        if row >= len(self.lines):
            return column
        return len(self.lines[row][:column].decode("utf-8", "replace"))

    def text(self, node: Any) -> str:
        if self.ascii is not None:
            return self.ascii[node.start_byte : node.end_byte]
        return self.between(node.start_byte, node.end_byte)

    def between(self, start: int, end: int) -> str:
        if self.ascii is not None:
            return self.ascii[start:end]
        return self.source[start:end].decode("utf-8", "surrogatepass")

    # -- structure -----------------------------------------------------------------------

    def file(self, root: Any, *, bare_template: bool = False) -> nodes.File:
        self.bare = bare_template
        if root.has_error:
            raise self.problem(root)
        comments: list[nodes.Comment] = []
        if b"mlarchlint" in self.source:
            self._comments(root, comments)
        for child in root.children:
            if child.type == "body":
                try:
                    body = self.body(child, child)
                except RecursionError:
                    raise SyntaxProblem("Nested too deeply", self.span(child)) from None
                return nodes.File(self.path, body, tuple(comments))
        return nodes.File(self.path, nodes.Body(span=self.span(root)), tuple(comments))

    def problem(self, root: Any) -> SyntaxProblem:
        """The first place where the tree is broken."""
        node = root
        while True:
            if node.is_missing:
                return SyntaxProblem(f"Expected `{node.type}`", self.span(node))
            bad = next((child for child in node.children if child.has_error or child.is_missing), None)
            if bad is None:
                break
            node = bad
        word = self.text(node).split("\n", 1)[0].strip()[:40]
        return SyntaxProblem(
            f"Unexpected `{word}`" if word else "Unexpected end of the block", self.span(node)
        )

    def _comments(self, node: Any, found: list[nodes.Comment]) -> None:
        pending = [node]
        while pending:
            node = pending.pop()
            if node.type == "comment":
                text = self.text(node)
                if "mlarchlint" in text:
                    found.append(nodes.Comment(text, self.span(node)))
            else:
                pending.extend(reversed(node.children))

    def body(self, node: Any | None, whole: Any) -> nodes.Body:
        arguments: dict[str, nodes.Argument] = {}
        blocks: list[nodes.Block] = []
        last = -1
        for child in node.children if node is not None else ():
            kind = child.type
            if kind == "comment":
                continue
            if child.start_point[0] == last:
                raise SyntaxProblem(f"Expected a new line before `{self.text(child)[:20]}`", self.span(child))
            last = child.end_point[0]
            if kind == "attribute":
                argument = self.argument(child)
                if argument.name in arguments:
                    raise SyntaxProblem(f"The argument `{argument.name}` is set twice", argument.span)
                arguments[argument.name] = argument
            elif kind == "block":
                blocks.append(self.block(child))
        return nodes.Body(arguments, tuple(blocks), self.span(whole))

    def argument(self, node: Any) -> nodes.Argument:
        children = node.children
        expression = children[-1]
        if expression.type != "expression":  # a comment may follow
            expression = next(child for child in children if child.type == "expression")
        return nodes.Argument(self.text(children[0]), self.expression(expression), self.span(node))

    def block(self, node: Any) -> nodes.Block:
        self._enter(node)
        labels: list[str] = []
        body = None
        start = last = name = node.children[0]
        for child in node.children[1:]:
            kind = child.type
            if kind == "identifier":
                labels.append(self.text(child))
                last = child
            elif kind == "string_lit":
                labels.append(self.string(child))
                last = child
            elif kind == "body":
                body = child
        read = self.body(body, node)
        self.depth -= 1
        return nodes.Block(self.text(name), tuple(labels), read, self.span(node), self.span(start, last))

    def _enter(self, node: Any) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise SyntaxProblem(f"Nested more than {MAX_DEPTH} levels deep", self.span(node))

    # -- expressions ---------------------------------------------------------------------

    def expression(self, node: Any) -> nodes.Expression:
        """The `expression` node: its operators and operands, put together by precedence."""
        children = node.children
        first = children[0].type
        if first == "literal_value" and len(children) == 1:
            return self._literal(children[0].children[0])
        self._enter(node)
        if len(children) == 1 and first != "operation" and first != "conditional":
            result = self._term(children[0])
        elif first in _TERMS and all(child.type in _STEPS for child in children[1:]):
            result = self.operand(children)
        else:
            items: list[Any] = []
            self._flatten(children, items)
            result = Operators(self, items).read()
        self.depth -= 1
        return result

    def _flatten(self, children: Any, items: list[Any]) -> None:
        """Operands (a term with what follows it) and operator tokens in source order.

        An `expression` that is a child of a conditional stands without parentheses: it is opened.
        """
        operand: list[Any] = []
        index, count = 0, len(children)
        while index < count:
            child = children[index]
            kind = child.type
            if kind == "comment":
                pass
            elif kind in ("operation", "conditional", "binary_operation", "unary_operation"):
                inner: list[Any] = []
                self._flatten(child.children, inner)
                items.extend(inner)
            elif kind == "(":
                while children[index].type != "expression":
                    index += 1
                close = index + 1
                while children[close].type != ")":
                    close += 1
                operand = [("(", child, children[index], children[close])]
                items.append(operand)
                index = close
            elif kind == "expression":
                self._flatten(child.children, items)
            elif kind in BINARY or kind in ("!", "?", ":"):
                items.append(child)
            elif kind in _STEPS:
                if not (items and isinstance(items[-1], list)):
                    raise SyntaxProblem("Unexpected step", self.span(child))
                items[-1].append(child)
            else:
                items.append([child])
            index += 1

    def operand(self, parts: list[Any]) -> nodes.Expression:
        """A term and the steps after it."""
        first = parts[0]
        if isinstance(first, tuple):
            _, opening, inner, closing = first
            start = opening
            base: nodes.Expression = nodes.Paren(self.expression(inner), self.span(opening, closing))
        else:
            start = first
            base = self._term(first)
        return self.steps(base, parts[1:], start)

    def steps(self, base: nodes.Expression, steps: list[Any], start: Any) -> nodes.Expression:
        """`.name`, `.0`, `[key]` and splats; a full splat takes all that follows it into its own."""
        for position, step in enumerate(steps):
            kind = step.type
            span = self.span(start, step)
            if kind == "get_attr":
                base = nodes.Attribute(base, self.text(step.named_children[-1]), span)
            elif kind == "index":
                base = self._index(base, step, span)
            else:
                return self._splat(base, step, steps[position + 1 :], start)
        return base

    def _index(self, base: nodes.Expression, step: Any, span: SourceSpan) -> nodes.Expression:
        inner = step.children[0]
        if inner.type == "legacy_index":
            return nodes.Attribute(base, self.text(inner)[1:].strip(), span)
        key = next(child for child in inner.children if child.type == "expression")
        return nodes.Index(base, self.expression(key), span)

    def _splat(self, base: nodes.Expression, step: Any, rest: list[Any], start: Any) -> nodes.Expression:
        inner = step.children[0]
        own = [child for child in inner.children if child.type in _STEPS]
        full = inner.type == "full_splat"
        item: nodes.Expression = nodes.SplatItem(self.span(step))
        if full:
            last = rest[-1] if rest else step
            each = self.steps(item, [*own, *rest], step)
            return nodes.Splat(base, each, True, self.span(start, last))
        taken = 0  # `a.*.b[0]` is `(a.*.b)[0]`
        while taken < len(own) and (
            own[taken].type == "get_attr" or own[taken].children[0].type == "legacy_index"
        ):
            taken += 1
        each = self.steps(item, own[:taken], step)
        splat = nodes.Splat(base, each, False, self.span(start, own[taken - 1] if taken else step))
        return self.steps(splat, [*own[taken:], *rest], start)

    def _term(self, node: Any) -> nodes.Expression:
        kind = node.type
        if kind == "literal_value":
            return self._literal(node.children[0])
        if kind == "variable_expr":
            if node.start_byte in self.numbers:
                return self._number(node)
            return nodes.Variable(self.text(node), self.span(node))
        if kind == "template_expr":
            return self.template(node.children[0])
        if kind == "function_call":
            return self._call(node)
        if kind == "collection_value":
            inner = node.children[0]
            return self._tuple(inner) if inner.type == "tuple" else self._object(inner)
        if kind == "for_expr":
            return self._for(node.children[0])
        if kind == "expression":
            return self.expression(node)
        raise SyntaxProblem(f"Unexpected `{self.text(node)[:40]}`", self.span(node))

    def _literal(self, node: Any) -> nodes.Literal:
        kind = node.type
        if kind == "string_lit":
            return nodes.Literal(self.string(node), self.span(node))
        if kind == "numeric_lit":
            return self._number(node)
        if kind == "bool_lit":
            return nodes.Literal(self.text(node) == "true", self.span(node))
        return nodes.Literal(None, self.span(node))

    def _number(self, node: Any) -> nodes.Literal:
        text = self.text(node)
        value = int(text) if text.isdigit() and len(text) < 150 else numbers.parse(text)
        if value is None:
            raise SyntaxProblem(f"`{text[:40]}` is not a number", self.span(node))
        held = value if isinstance(value, int) else numbers.as_decimal(value)
        return nodes.Literal(held, self.span(node))

    def string(self, node: Any) -> str:
        raw = self.between(node.start_byte + 1, node.end_byte - 1)  # without the quotes
        if "\\" not in raw and "\n" not in raw and "{" not in raw:
            return raw
        return quoted_text(raw, lambda message: SyntaxProblem(message, self.span(node)))

    def _call(self, node: Any) -> nodes.Call:
        arguments: tuple[nodes.Expression, ...] = ()
        expand = False
        for child in node.children:
            if child.type == "function_arguments":
                arguments = tuple([self.expression(c) for c in child.children if c.type == "expression"])
                expand = any(c.type == "ellipsis" for c in child.children)
        name = "".join(self.text(node.children[0]).split())
        return nodes.Call(name, arguments, expand, self.span(node))

    def _tuple(self, node: Any) -> nodes.Tuple:
        items = tuple([self.expression(child) for child in node.children if child.type == "expression"])
        return nodes.Tuple(items, self.span(node))

    def _object(self, node: Any) -> nodes.Object:
        items = []
        last = -1
        for element in node.children:
            if element.type == ",":
                last = -1
            elif element.type == "object_elem":
                if element.start_point.row == last:
                    raise SyntaxProblem(
                        f"Expected a comma before `{self.text(element)[:20]}`", self.span(element)
                    )
                last = element.end_point.row
                key, value = [child for child in element.children if child.type == "expression"]
                items.append((self._key(key), self.expression(value)))
        return nodes.Object(tuple(items), self.span(node))

    def _key(self, node: Any) -> nodes.Expression:
        """A bare name is the name itself; anything else is an expression."""
        expression = self.expression(node)
        if isinstance(expression, nodes.Variable):
            return nodes.Literal(expression.name, expression.span)
        if isinstance(expression, nodes.Literal) and not isinstance(expression.value, str):
            return nodes.Literal(self.text(node), expression.span)
        return expression

    def _for(self, node: Any) -> nodes.For:
        names: list[str] = []
        expressions: list[nodes.Expression] = []
        condition = collection = None
        grouped = False
        for child in node.children:
            kind = child.type
            if kind == "for_intro":
                names = [self.text(part) for part in child.children if part.type == "identifier"]
                collection = self.expression(next(p for p in child.children if p.type == "expression"))
            elif kind == "expression":
                expressions.append(self.expression(child))
            elif kind == "ellipsis":
                grouped = True
            elif kind == "for_cond":
                condition = self.expression(next(p for p in child.children if p.type == "expression"))
        assert collection is not None
        key = names[0] if len(names) == 2 else None
        result_key = expressions[0] if len(expressions) == 2 else None
        return nodes.For(
            key, names[-1], collection, result_key, expressions[-1], condition, grouped, self.span(node)
        )
