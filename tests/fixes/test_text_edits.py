"""Edits by place: only the changed characters differ, and what is written parses."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlarchlint import hcl_edit, yaml_edit
from mlarchlint.frontends.terraform.syntax import parses
from mlarchlint.text_change import Offsets, TextChange, applied


def in_block(text: str, path: list[str], value: bool | int | str) -> str:
    placed = hcl_edit.insertion(text, text.index("resource"), text.rindex("}") + 1, path, value)
    assert placed is not None
    start, end, new = placed
    return text[:start] + new + text[end:]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('resource "a" "b" {}', 'resource "a" "b" {\n  x = true\n}'),
        ('resource "a" "b" {\n}', 'resource "a" "b" {\n  x = true\n}'),
        ('resource "a" "b" { y = 1 }', 'resource "a" "b" {\n  y = 1\n\n  x = true\n}'),
        ('resource "a" "b" {\n  yyy = 1\n}\n', 'resource "a" "b" {\n  yyy = 1\n\n  x = true\n}\n'),
        (
            'resource "a" "b" {\r\n  y = 1\r\n}\r\n',
            'resource "a" "b" {\r\n  y = 1\r\n\r\n  x = true\r\n}\r\n',
        ),
        (
            'resource "a" "b" {\n  y {\n  }\n  # end\n}\n',
            'resource "a" "b" {\n  y {\n  }\n  # end\n\n  x = true\n}\n',
        ),
    ],
)
def test_an_attribute_goes_to_the_end_of_its_block(before: str, after: str) -> None:
    assert in_block(before, ["x"], True) == after
    assert parses(after)


def test_blocks_that_are_missing_are_added() -> None:
    after = in_block('resource "a" "b" {\n  y = 1\n}\n', ["outer", "x"], "${v}")
    assert after == 'resource "a" "b" {\n  y = 1\n\n  outer {\n    x = "$${v}"\n  }\n}\n'
    assert parses(after)


@pytest.mark.parametrize("text", ['resource "a" "b" { y = var.x }', 'resource "a" "b" { # c\n y = 1 }'])
def test_a_form_that_is_not_known_is_left(text: str) -> None:
    placed = hcl_edit.insertion(text, 0, len(text), ["x"], True)
    if placed is not None:
        start, end, new = placed
        assert parses(text[:start] + new + text[end:])


@pytest.mark.parametrize(
    ("text", "whether"),
    [
        ("true", True),
        ("-1.5", True),
        ('"a b"', True),
        ('"$${x}"', False),
        ('"${x}"', False),
        ("var.x", False),
        ("[1]", False),
    ],
)
def test_a_literal_has_nothing_to_evaluate(text: str, whether: bool) -> None:
    assert hcl_edit.is_literal(text) is whether


YAML = "A:\n  Properties:\n    # first\n    Name: x   # note\nB:\n  Type: t\n"


def test_a_key_goes_before_the_first_of_its_mapping() -> None:
    placed = yaml_edit.insertion(YAML, 1, "A", ["Properties", "On"], True, is_json=False)
    assert placed is not None
    at, new = placed
    assert YAML[:at] + new + YAML[at:] == YAML.replace("Name:", "On: true\n    Name:")


def test_mappings_that_are_missing_are_added() -> None:
    placed = yaml_edit.insertion(YAML, 5, "B", ["Properties", "Deep", "Mode"], "Active", is_json=False)
    assert placed is not None
    at, new = placed
    after = YAML[:at] + new + YAML[at:]
    assert yaml.safe_load(after)["B"] == {"Properties": {"Deep": {"Mode": "Active"}}, "Type": "t"}


def test_json_keeps_its_shape() -> None:
    text = '{\n  "A": {\n    "Properties": {\n      "Name": "x"\n    }\n  }\n}\n'
    placed = yaml_edit.insertion(text, 2, "A", ["Properties", "On"], True, is_json=True)
    assert placed is not None
    at, new = placed
    after = text[:at] + new + text[at:]
    assert after == text.replace('"Name"', '"On": true,\n      "Name"')
    assert json.loads(after)["A"]["Properties"] == {"On": True, "Name": "x"}


@pytest.mark.parametrize(
    ("old", "value", "new"),
    [
        ("false", True, "true"),
        ('"false"', True, '"true"'),
        ("'no'", "yes", '"yes"'),
        ("a", "on", '"on"'),
        ("1", 2, "2"),
    ],
)
def test_a_scalar_keeps_its_quotes(old: str, value: bool | int | str, new: str) -> None:
    assert yaml_edit.replacement(old, 0, len(old), value, is_json=False) == new


@pytest.mark.parametrize("old", ["&a false", "*a", "!Ref X", "|\n x", "{a: 1}", "[1]"])
def test_what_is_no_plain_scalar_is_left(old: str) -> None:
    assert yaml_edit.replacement(old, 0, len(old), True, is_json=False) is None


def test_of_two_overlapping_changes_one_is_made() -> None:
    changes = [TextChange("f", 0, 3, "x"), TextChange("f", 2, 4, "y"), TextChange("f", 5, 5, "z")]
    text, made = applied("abcdef", changes)
    assert (text, len(made)) == ("xdezf", 2)


@given(st.text(alphabet="ab\n\r\té😀", max_size=60), st.data())
def test_nothing_but_the_changed_place_differs(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    after, _ = applied(text, [TextChange("f", start, end, "NEW")])
    assert after == text[:start] + "NEW" + text[end:]
    offsets = Offsets(text)
    assert offsets.of(offsets.line_of(start), 1) <= start
