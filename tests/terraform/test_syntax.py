"""Reading the native syntax: structure, positions, templates, comments, errors."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mlarchlint.frontends.terraform import nodes
from mlarchlint.frontends.terraform.syntax import SyntaxProblem, parse, parse_expression, parse_template
from mlarchlint.model.span import SourceSpan


def _shown(node: Any) -> str:
    """A short form: operators with brackets, so that precedence shows."""
    match node:
        case nodes.Literal():
            return repr(node.value)
        case nodes.Variable():
            return node.name
        case nodes.Attribute():
            return f"{_shown(node.of)}.{node.name}"
        case nodes.Index():
            return f"{_shown(node.of)}[{_shown(node.key)}]"
        case nodes.Splat():
            return f"splat{'*' if node.full else ''}({_shown(node.of)} | {_shown(node.each)})"
        case nodes.SplatItem():
            return "it"
        case nodes.Unary():
            return f"({node.operator}{_shown(node.operand)})"
        case nodes.Binary():
            return f"({_shown(node.left)} {node.operator} {_shown(node.right)})"
        case nodes.Conditional():
            return f"({_shown(node.condition)} ? {_shown(node.then)} : {_shown(node.otherwise)})"
        case nodes.Paren():
            return f"<{_shown(node.inner)}>"
        case nodes.Tuple():
            return f"[{', '.join(map(_shown, node.items))}]"
        case nodes.Object():
            return "{" + ", ".join(f"{_shown(key)}: {_shown(value)}" for key, value in node.items) + "}"
        case nodes.Call():
            return f"{node.name}({', '.join(map(_shown, node.arguments))}{'...' if node.expand else ''})"
        case nodes.Template():
            return "`" + "+".join(map(_shown, node.parts)) + "`"
        case nodes.TemplateIf():
            return f"if({_shown(node.condition)}; {_parts(node.then)}; {_parts(node.otherwise)})"
        case nodes.TemplateFor():
            return f"for({node.key},{node.value} in {_shown(node.collection)}; {_parts(node.body)})"
    return repr(node)


def _parts(parts: tuple[nodes.TemplatePart, ...]) -> str:
    return "+".join(map(_shown, parts))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("a ? b ? 1 : 2 : c", "(a ? (b ? 1 : 2) : c)"),
        ("1 - -2 - 3", "((1 - (-2)) - 3)"),
        ("-a.b + !c[0].d * 2", "((-a.b) + ((!c[0].d) * 2))"),
        ("a || b && c == d < e + f * g", "(a || (b && (c == (d < (e + (f * g))))))"),
        ("(a + b) * c", "(<(a + b)> * c)"),
        ("a.*.b[0].c", "splat(a | it.b)[0].c"),
        ("a.*.b.*.c", "splat(splat(a | it.b) | it.c)"),
        ("x[*].y[*].z[0]", "splat*(x | splat*(it.y | it.z[0]))"),
        ("x.0.1", "x.0.1"),
        ("f(a, b...)", "f(a, b...)"),
        ("provider::a::b(1)", "provider::a::b(1)"),
        ("(a).x", "<a>.x"),
        ('{ a = 1, "b" : 2, (c) = 3\n d = 4 }', "{'a': 1, 'b': 2, <c>: 3, 'd': 4}"),
        ("[1, # one\n 2,]", "[1, 2]"),
        ('""', "''"),
        ('" "', "' '"),
        ('"  ${a}  "', "`'  '+a+'  '`"),
        ('"${a}"', "`a`"),
        ('"$${a} %%{b} \\u00e9\\n"', "'${a} %{b} é\\n'"),
        ('"x ${~ a ~} y"', "`'x'+a+'y'`"),
        ('"${a ~} "', "`a+''`"),
        ('"%{ if a }b%{ else }c%{ endif }"', "`if(a; 'b'; 'c')`"),
        ('"%{ for k, v in a }${k}%{ endfor }"', "`for(k,v in a; k)`"),
        ("1e3", "1000"),
        ("[1e-1, 2.50]", "[Decimal('0.1'), Decimal('2.5')]"),
        ("<<E\n  a\n b ${x}\nE\n", "`'  a\\n b '+x+'\\n'`"),
        ("<<-E\n    a\n\n      b\n  E\n", "'a\\n\\n  b\\n'"),
    ],
)
def test_expressions_are_read_as_terraform_binds_them(text: str, wanted: str) -> None:
    assert _shown(parse_expression(text)) == wanted


def test_positions_count_characters_and_lines_from_one() -> None:
    file, _ = parse('# ü\nresource "a" "ß" {\n  x = "é${ y }" # z\n}\n', "d/m.tf")
    block = file.body.blocks[0]
    assert (block.header, block.span) == (SourceSpan("d/m.tf", 2, 1, 2, 17), SourceSpan("d/m.tf", 2, 1, 4, 2))
    template = block.body.arguments["x"].expression
    assert isinstance(template, nodes.Template)
    assert template.span == SourceSpan("d/m.tf", 3, 7, 3, 16)
    assert template.parts[1].span == SourceSpan("d/m.tf", 3, 12, 3, 13)


def test_only_comments_that_speak_to_us_are_kept() -> None:
    file, _ = parse("# plain\nx = 1 # mlarchlint: ignore[A] why\n/* mlarchlint\n two */\n// no\n", "m.tf")
    assert [(comment.span.line, comment.text[:14]) for comment in file.comments] == [
        (2, "# mlarchlint: "),
        (3, "/* mlarchlint\n"),
    ]


def test_windows_files_and_byte_order_marks_are_read() -> None:
    file, diagnostics = parse(b'\xef\xbb\xbfx = "a"\r\ny {\r\n  z = 1\r\n}\r\n', "m.tf")
    assert not diagnostics
    assert (list(file.body.arguments), file.body.blocks[0].type) == (["x"], "y")


def test_a_file_that_is_no_text_is_a_diagnostic() -> None:
    file, diagnostics = parse(b"x = 1\ny = \xff\n", "m.tf")
    assert (file.body.arguments, diagnostics[0].code, diagnostics[0].span.line) == ({}, "invalid-encoding", 2)


BROKEN = """\
resource "a" "whole" {
  text = <<EOT
resource "not" "real" {
}
EOT
}

resource "a" "broken" {
  x = [1, 2
  y = 3
}

# mlarchlint: ignore[X] reason
resource "a" "after" {
  z = 1
}
"""


def test_around_an_error_the_whole_blocks_are_read() -> None:
    file, diagnostics = parse(BROKEN, "m.tf")
    assert [block.labels[1] for block in file.body.blocks] == ["whole", "after"]
    assert file.body.blocks[1].span == SourceSpan("m.tf", 14, 1, 16, 2)
    assert [comment.span.line for comment in file.comments] == [13]
    assert [(d.code, d.span.file) for d in diagnostics] == [("syntax-error", "m.tf")]
    assert 8 <= diagnostics[0].span.line <= 11
    assert diagnostics[0].summary.startswith(("Unexpected", "Expected"))


@pytest.mark.parametrize(
    "text", ["x = ", 'x = "a', "x {", "x = [1", "= 1", "x = 1 2", "x = <<E\na\n", "x = ${a}"]
)
def test_every_error_has_a_place_and_a_reason(text: str) -> None:
    _, diagnostics = parse(text, "m.tf")
    assert len(diagnostics) == 1
    assert diagnostics[0].summary
    assert diagnostics[0].span.line >= 1


@pytest.mark.parametrize(
    ("text", "place", "summary"),
    [
        ("a {\n  x = 1 y = 2\n}\n", (2, 9), "Expected a new line before `y = 2`"),
        ("x = { a = 1 b = 2 }\n", (1, 13), "Expected a comma before `b = 2`"),
        ("x = <<EOT\nabc\n", (1, 5), "The heredoc has no closing line `EOT`"),
        ('x = "${a"\n', (1, 9), 'Unexpected `"`; expected `}`'),
        ("x = foo(1, 2\ny = 3\n", (2, 1), "Unexpected `y`; expected `)` or `,` or a new line"),
        ("x = a ? b\n", (1, 10), "Unexpected end of the file; expected `:`"),
    ],
)
def test_an_error_says_what_was_expected(text: str, place: tuple[int, int], summary: str) -> None:
    _, diagnostics = parse(text, "m.tf")
    assert [(d.span.line, d.span.column, d.summary) for d in diagnostics] == [(*place, summary)]


def test_an_argument_set_twice_is_an_error() -> None:
    _, diagnostics = parse("x = 1\nx = 2\n", "m.tf")
    assert (diagnostics[0].summary, diagnostics[0].span.line) == ("The argument `x` is set twice", 2)


def test_a_template_file_has_its_own_positions() -> None:
    node = parse_template("one\n  ${two}\n", SourceSpan("t.tftpl", 1, 1, 3, 1), exact=True)
    assert isinstance(node, nodes.Template)
    assert node.parts[1].span == SourceSpan("t.tftpl", 2, 5, 2, 8)


@pytest.mark.parametrize("text", ["${", "%{ if a }b", "%{ endif }", "${a", "%{ for x in }${x}%{ endfor }"])
def test_a_broken_template_is_a_problem(text: str) -> None:
    with pytest.raises(SyntaxProblem):
        parse_template(text, SourceSpan("t", 1, 1, 1, 1))


def test_numbers_are_exact() -> None:
    node = parse_expression("0.1")
    assert isinstance(node, nodes.Literal)
    assert node.value == Decimal("0.1")


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("a {\n  x = \n}\n", "Unexpected `}`; expected an expression"),
        ("a {\n  x = f(\n}\n", "Unexpected `}`; expected an expression or `)`"),
        ('a "b {\n}\n', "Unexpected end of the file; expected a closing quote"),
        ("a {\n\n", "Unexpected end of the file; expected `}`"),
        ("@x\n", "Unexpected `@x`; expected a block or an argument"),
    ],
)
def test_a_syntax_error_says_what_was_expected(text: str, summary: str) -> None:
    _, [diagnostic] = parse(text, "main.tf")
    assert diagnostic.summary == summary
