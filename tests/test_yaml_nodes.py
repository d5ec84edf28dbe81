from __future__ import annotations

import json
from decimal import Decimal
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlarchlint.frontends.yaml_nodes import List, Map, Scalar, comments, read_documents, sniff, to_value
from mlarchlint.model.diagnostic import Level


def plain(text: str | bytes) -> object:
    documents, diagnostics = read_documents(text, "f.yaml")
    assert not diagnostics
    (document,) = documents
    return to_value(document.root).plain()


def problem(text: str | bytes):
    documents, diagnostics = read_documents(text, "f.yaml")
    (diagnostic,) = diagnostics
    return documents, diagnostic


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True), ("Off", False), ("~", None), ("null", None), ("y", "y"), ("n", "n"),
        ("0777", 511), ("0o17", 15), ("09", 9), ("0x1F", 31), ("1_000", 1000), ("1.0", 1),
        ("22:22", "22:22"), ("2010-09-09", "2010-09-09"), ("1.2.3", "1.2.3"), ("'1'", "1"), ("!!str 1", "1"),
        ("12345678901234567890123", 12345678901234567890123), ("1e999999999", "1e999999999"), ("-", None),
    ],
)  # fmt: skip
def test_scalars_mean_what_the_platforms_read(text: str, value: object) -> None:
    if text == "-":
        assert plain("a: [-1, +2]") == {"a": [-1, 2]}
        return
    assert plain(f"a: {text}") == {"a": value}


def test_decimals_are_exact() -> None:
    (document,), _ = read_documents("a: 0.1", "f")
    assert to_value(document.root).get("a").raw == Decimal("0.1")


def test_positions_of_keys_values_and_block_scalars() -> None:
    text = "a: 1\nb:\n  - x\n  - |\n    one\n    two\n\n# c\nd: 'é' # e\n"
    (document,), _ = read_documents(text, "f")
    root = document.root
    assert isinstance(root, Map)
    block = root.span_of("b")
    assert (block.line, block.column, block.end_line, block.end_column) == (2, 1, 6, 8)
    last = root.members["d"].span
    assert (last.line, last.column, last.end_line, last.end_column) == (9, 4, 9, 7)
    assert root.span.end_line == 9


def test_lines_are_counted_as_editors_count_them() -> None:
    (document,), _ = read_documents("a: x\u2028y\nb: 1\r\nc: 2\rd: 3", "f")
    assert [document.root.keys[name].line for name in "abcd"] == [1, 2, 3, 4]


def test_local_tags_are_kept_and_their_text_is_not_resolved() -> None:
    (document,), _ = read_documents("a: !Ref yes\nb: !Sub [x, {}]\nc: !If {a: 1}\n", "f")
    members = document.root.members
    assert isinstance(members["a"], Scalar)
    assert (members["a"].tag, members["a"].value) == ("!Ref", "yes")
    assert isinstance(members["b"], List)
    assert members["b"].tag == "!Sub"
    assert members["c"].tag == "!If"


def test_json_with_tabs_and_surrogate_escapes() -> None:
    assert plain('{\n\t"a":1,\n\t"b":"\\ud83d\\ude00 \\/"}') == {"a": 1, "b": "\U0001f600 /"}


def test_a_broken_document_costs_only_itself() -> None:
    documents, diagnostic = problem("a: 1\n---\nb: [\n---\nc: 2\n")
    assert [to_value(d.root).plain() for d in documents] == [{"a": 1}, {"c": 2}]
    assert diagnostic.code == "syntax-error"
    assert diagnostic.span.line == 4
    assert documents[1].root.span.line == 5


def test_empty_documents_are_left_out() -> None:
    documents, diagnostics = read_documents("---\n# nothing\n---\na: 1\n---\n", "f")
    assert len(documents) == 1
    assert not diagnostics


def test_duplicate_keys_are_reported_and_the_last_one_counts() -> None:
    documents, diagnostic = problem("a: 1\nb: 2\na: 3\n")
    assert to_value(documents[0].root).plain() == {"a": 3, "b": 2}
    assert (diagnostic.code, diagnostic.level, diagnostic.span.line) == ("duplicate-key", Level.WARNING, 3)


def test_merge_keys_give_way_to_what_is_written() -> None:
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [{x: 7}, *a], z: 4}\n"
    assert plain(text) == {"a": {"x": 1, "y": 2}, "b": {"y": 3, "x": 1}, "c": {"z": 4, "x": 7, "y": 2}}


def test_an_alias_stands_where_its_anchor_stands() -> None:
    (document,), _ = read_documents("a: &x\n  k: 1\nb: *x\n", "f")
    assert document.root.members["b"].span.line == 1


def test_an_alias_bomb_is_refused() -> None:
    bomb = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n"
    for level in range(1, 9):
        bomb += f"a{level}: &a{level} [{','.join(['*a' + str(level - 1)] * 10)}]\n"
    assert problem(bomb)[1].code == "yaml-too-large"
    merges = "a0: &a0 {x: 1}\n" + "".join(
        f"a{n}: &a{n} {{p: *a{n - 1}, q: *a{n - 1}, <<: *a{n - 1}}}\n" for n in range(1, 40)
    )
    assert problem(merges)[1].code == "yaml-too-large"


@pytest.mark.parametrize("text", ["[" * 50_000, "- " * 50_000, "{a: " * 5_000, "[" * 200 + "]" * 200])
def test_deep_nesting_is_refused_without_a_crash(text: str) -> None:
    assert problem(text)[1].code in ("yaml-too-deep", "syntax-error")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"a: \xe9", "not-utf8"), (b"\xff\xfea\x00", "not-utf8"), (b"a\x00b", "not-text"), ("a: \x01", "syntax-error"),
        ("a: *nowhere", "syntax-error"), ("a: &x [*x]", "syntax-error"), ("? [a]\n: 1\nb: 2", "syntax-error"),
        ("\tb: 1", "syntax-error"), ("a: \ud800", "not-text"), ("a: {<<: 3}", "syntax-error"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(data: str | bytes, code: str) -> None:
    assert problem(data)[1].code == code


def test_a_byte_order_mark_does_not_matter() -> None:
    assert plain(b"\xef\xbb\xbfa: 1") == plain("\ufeffa: 1") == {"a": 1}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("name: {{ .Values.name }}\n", "Helm"), ("{{- if .Values.x }}\na: 1\n{{- end }}\n", "Helm"),
        ("{% if x %}\na: 1\n{% endif %}\n", "Jinja"), ("name: {{ cookiecutter.name }}", "Cookiecutter"),
        ("a: 1\n%{ if x }b: ${x}%{ endif }\n", "Terraform"),
        ("name: {{ name }}", "text"),
    ],
)  # fmt: skip
def test_a_template_is_named_as_such(text: str, language: str) -> None:
    _, diagnostic = problem(text)
    assert (diagnostic.code, diagnostic.level) == ("yaml-template", Level.WARNING)
    assert f"a {language} template" in diagnostic.summary


def test_braces_in_quotes_are_no_template() -> None:
    text = "a: '{{resolve:secretsmanager:x}}'\nb: \"{{workflow.name}}\"\n"
    assert plain(text) == {"a": "{{resolve:secretsmanager:x}}", "b": "{{workflow.name}}"}


def test_comments_that_mention_mlarchlint_go_to_their_document() -> None:
    text = "# mlarchlint: ignore[A] one\na: 1\n---\n# other\nb: x#mlarchlint\n# mlarchlint: ignore[B] two\nc: 1 # mlarchlint: x\n"
    documents, _ = read_documents(text, "f")
    assert [[(c.text, c.span.line) for c in d.comments] for d in documents] == [
        [("mlarchlint: ignore[A] one", 1)],
        [("mlarchlint: ignore[B] two", 6), ("mlarchlint: x", 7)],
    ]
    (first, *_) = comments("  a: 1   # mlarchlint: ignore[A] why  \n", "f")
    assert (first.span.column, first.text) == (10, "mlarchlint: ignore[A] why")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("AWSTemplateFormatVersion: 2010-09-09\n", {"cloudformation"}),
        ('{"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}', {"cloudformation"}),
        ("Resources:\n  A:\n    Type: AWS::S3::Bucket\n", {"cloudformation"}),
        ("Transform: AWS::Serverless-2016-10-31\n", {"cloudformation"}),
        ("apiVersion: v1\nkind: Service\n", {"kubernetes"}),
        ('{"kind": "Service", "apiVersion": "v1"}', {"kubernetes"}),
        ('{"format_version":"1.2","terraform_version":"1.9","planned_values":{}}', {"plan"}),
        ("on: push\njobs: {}\n", {"other"}),
        ("x:\n  apiVersion: v1\n  kind: Service\n", {"other"}),
        ("Resources: some words\n", {"other"}),
    ],
)  # fmt: skip
def test_sniff_tells_formats_apart(text: str, kinds: set[str]) -> None:
    assert sniff(text) == kinds


JSON_DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(JSON_DATA.map(lambda data: {"k": data}), st.sampled_from([None, 1, "\t"]))
def test_every_json_document_reads_as_json_reads_it(data: object, indent: int | str | None) -> None:
    text = json.dumps(data, indent=indent)
    assert plain(text) == json.loads(text)


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet=st.sampled_from(list("ab:-#[]{}&*!|>'\"%@,?~ \t\n<0.")), max_size=60)
    | st.binary(max_size=40)
)
def test_no_text_makes_the_reader_raise(data: str | bytes) -> None:
    documents, diagnostics = read_documents(data, str(PurePosixPath("a") / "b.yaml"))
    lines = data.count("\n" if isinstance(data, str) else b"\n") + 1
    for document in documents:
        to_value(document.root)
        assert document.root.span.end_line <= lines
    for diagnostic in diagnostics:
        assert diagnostic.span.file == "a/b.yaml"
        assert 1 <= diagnostic.span.line <= lines + 1
