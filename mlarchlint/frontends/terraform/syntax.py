"""Terraform's native syntax -> nodes. Tree-sitter parses; python-hcl2 words the errors."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from mlarchlint.frontends.terraform import nodes
from mlarchlint.frontends.terraform.syntax_errors import describe_error
from mlarchlint.frontends.terraform.syntax_problem import SyntaxProblem
from mlarchlint.frontends.terraform.syntax_tree import Reader
from mlarchlint.model.diagnostic import Diagnostic
from mlarchlint.model.regex import regex
from mlarchlint.model.span import SourceSpan

_START = regex(r'[A-Za-z_][\w-]*(?:(?:[ \t]+(?:"[^"\n]*"|[A-Za-z_][\w-]*))*[ \t]*\{|[ \t]*=)')
_EXPONENT = regex(rb"(?<![\w.])\d+[eE][+-]?\d+(?![\w.])")
_HEREDOC = regex(r"<<-?([A-Za-z_][\w-]*)[ \t]*\r?$")


def parse(text: bytes | str, path: str) -> tuple[nodes.File, list[Diagnostic]]:
    """The file, and what could not be read of it."""
    source, diagnostics = _decoded(text, path)
    if source is None:
        return nodes.File(path, nodes.Body(span=SourceSpan(path))), diagnostics
    try:
        return _read(source, path), []
    except SyntaxProblem as problem:
        return _recovered(source, path), [describe_error(source, path, problem)]


def parses(text: str) -> bool:
    """Whether the text is a whole configuration file, without an error."""
    return parse(text, "")[1] == []


def parse_expression(text: str, path: str = "", line: int = 1, column: int = 1) -> nodes.Expression:
    """One expression on its own; raises SyntaxProblem."""
    prefix = "x = ("
    reader = Reader(prefix + text + "\n)\n", path, line - 1, column - 1 - len(prefix), fragment=True)
    body = _parsed(reader).body
    argument = body.arguments.get("x")
    if argument is None or len(body.arguments) != 1 or body.blocks:
        raise SyntaxProblem("Invalid expression", SourceSpan(path, line, column, line, column))
    whole = argument.expression
    if not isinstance(whole, nodes.Paren) or whole.span.end_line < line + text.count("\n") + 1:
        raise SyntaxProblem("Invalid expression", SourceSpan(path, line, column, line, column))
    return whole.inner


def parse_template(text: str, span: SourceSpan, *, exact: bool = False) -> nodes.Expression:
    """Text as a template: a string of JSON syntax, a template file; raises SyntaxProblem.

    exact: the text stands in the file as it is, line by line from the start of the span (a
    template file); else every node carries the span of the whole.
    """
    if "${" not in text and "%{" not in text:
        return nodes.Literal(text, span)
    end = "MLARCHLINT"
    while end in text:
        end += "_"
    source = f"x = <<{end}\n{text}\n{end}\n"
    reader = Reader(source, span.file, span.line - 2, 0, fragment=True, fixed=None if exact else span)
    body = _parsed(reader, bare_template=True).body
    argument = body.arguments.get("x")
    if argument is None or len(body.arguments) != 1 or body.blocks:
        raise SyntaxProblem("Invalid template", span)
    return argument.expression


def _read(source: str, path: str) -> nodes.File:
    return _parsed(Reader(source, path))


def _parsed(reader: Reader, *, bare_template: bool = False) -> nodes.File:
    """Tree-sitter refuses `1e3`: a name of the same length is put in its place, and read as the number."""
    root = _tree(reader.source)
    if root.has_error and _EXPONENT.search(reader.source):
        root = _tree(_EXPONENT.sub(lambda found: b"_" * len(found[0]), reader.source))
        reader.numbers = {found.start() for found in _EXPONENT.finditer(reader.source)}
    return reader.file(root, bare_template=bare_template)


def _decoded(text: bytes | str, path: str) -> tuple[str | None, list[Diagnostic]]:
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            span = SourceSpan(path, line, 1, line, 1)
            detail = "Terraform files are UTF-8; save this file in that encoding."
            return None, [Diagnostic("invalid-encoding", "The file is not valid UTF-8", detail, span)]
    return text.removeprefix("\ufeff"), []


def _recovered(source: str, path: str) -> nodes.File:
    """The top-level blocks that are whole; a broken one is left out entirely, so that nothing half-read is judged."""
    arguments: dict[str, nodes.Argument] = {}
    blocks: list[nodes.Block] = []
    comments: list[nodes.Comment] = []
    for line, chunk in _chunks(source):
        try:
            reader = Reader(chunk, path, line)
            part = _parsed(reader)
        except SyntaxProblem:
            continue
        blocks.extend(part.body.blocks)
        arguments.update(part.body.arguments)
        comments.extend(part.comments)
    return nodes.File(path, nodes.Body(arguments, tuple(blocks), SourceSpan(path)), tuple(comments))


def _chunks(source: str) -> list[tuple[int, str]]:
    """(lines before it, text) of each block or argument at the margin, with the comments above it."""
    lines = source.split("\n")
    starts: list[int] = []
    marker = ""
    for number, line in enumerate(lines):
        if marker:  # inside a heredoc nothing begins
            marker = "" if line.strip() == marker else marker
            continue
        if _START.match(line):
            above = number
            while above and lines[above - 1].startswith(("#", "//")):
                above -= 1
            starts.append(above)
        opened = _HEREDOC.search(line)
        marker = opened[1] if opened else ""
    ends = [*starts[1:], len(lines)][: len(starts)]
    return [(start, "\n".join(lines[start:end]) + "\n") for start, end in zip(starts, ends, strict=True)]


@lru_cache(maxsize=1)
def _parser() -> Any:
    import tree_sitter
    import tree_sitter_hcl

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


def _tree(source: bytes) -> Any:
    return _parser().parse(source).root_node


__all__ = ["SyntaxProblem", "parse", "parse_expression", "parse_template"]
