"""Reading Terraform's JSON syntax."""

from __future__ import annotations

import pytest

from mlarchlint.frontends.terraform import nodes
from mlarchlint.frontends.terraform.blocks import blocks_of
from mlarchlint.frontends.terraform.json_syntax import parse_json
from mlarchlint.model.span import SourceSpan

TEXT = """\
{
  "//": "a comment",
  "resource": {
    "aws_vpc": {
      "a": {"cidr": "${var.x}", "n": 5, "t": true, "plain": "$${x}"}
    }
  }
}
"""


def test_members_become_blocks_with_positions() -> None:
    file, diagnostics = parse_json(TEXT, "m.tf.json")
    assert not diagnostics
    assert file.body.json
    assert list(file.body.arguments) == ["resource"]
    (block,) = blocks_of(file.body, "resource", 2)
    assert block.labels == ("aws_vpc", "a")
    arguments = block.body.arguments
    assert isinstance(arguments["cidr"].expression, nodes.Template)
    assert arguments["cidr"].expression.span == SourceSpan("m.tf.json", 5, 21, 5, 31)
    values = {n: a.expression.value for n, a in arguments.items() if isinstance(a.expression, nodes.Literal)}
    assert values == {"n": 5, "t": True, "plain": "${x}"}


def test_values_files_have_no_templates() -> None:
    file, _ = parse_json('{"a": "${b}"}', "x.tfvars.json", templates=False)
    expression = file.body.arguments["a"].expression
    assert isinstance(expression, nodes.Literal)
    assert expression.value == "${b}"


def test_a_list_of_objects_and_a_repeated_name_both_mean_several() -> None:
    for text in ('[{"locals": {"a": 1}}, {"locals": {"b": 2}}]', '{"locals": {"a": 1}, "locals": {"b": 2}}'):
        file, _ = parse_json(text, "m.tf.json")
        assert [list(block.body.arguments) for block in blocks_of(file.body, "locals")] == [["a"], ["b"]]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{"a": [1,\n 2,]}', 2, 4),
        ('{"a" 1}', 1, 6),
        ("{'a': 1}", 1, 2),
        ('{"a": 1', 1, 8),
        ('{"a": 1} x', 1, 10),
        ("", 1, 1),
        ('{"a": "x\n"}', 1, 7),
        ('{"a": "\\q"}', 1, 7),
        ('{"a": "${"}', 1, 7),
        ('{"a": 01}', 1, 8),
        ('{"a": nul}', 1, 7),
        ("[1]", 1, 1),
        ('{"a": ' + "[" * 3000, 1, 206),
    ],
)
def test_an_error_names_its_place(text: str, line: int, column: int) -> None:
    file, diagnostics = parse_json(text, "m.tf.json")
    assert not file.body.arguments
    assert [(d.code, d.span.line, d.span.column) for d in diagnostics] == [("syntax-error", line, column)]
