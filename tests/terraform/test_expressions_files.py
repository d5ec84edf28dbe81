"""Functions that read files: what they give, and what they never touch."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.frontends.terraform.scope import EvaluationError
from tests.terraform.console import ConsoleScope, context, plain, value_of


@pytest.fixture
def scope(tmp_path: Path) -> ConsoleScope:
    (tmp_path / "secret.txt").write_text("outside")
    root = tmp_path / "base"
    (root / "sub" / "deep").mkdir(parents=True)
    (root / "a.txt").write_text("hello é")
    (root / "b.bin").write_bytes(b"\xff\xfe")
    (root / "sub" / "t.tftpl").write_text("%{ for p in ports ~}\n  port ${p}\n%{ endfor ~}\nend ${name}\n")
    (root / "sub" / "deep" / "x.json").write_text('{"a": [1, 2]}')
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    (root / "inside.txt").symlink_to(root / "a.txt")
    (root / "linked").symlink_to(tmp_path)
    return ConsoleScope(context(), root)


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ('file("a.txt")', "hello é"),
        ('file("./sub/../a.txt")', "hello é"),
        ('file("inside.txt")', "hello é"),
        ('filebase64("b.bin")', "//4="),
        ('filemd5("a.txt") == md5("hello é")', True),
        ('filebase64sha256("b.bin") == base64sha256("x")', False),
        ('fileexists("a.txt")', True),
        ('fileexists("nope")', False),
        ('fileset(".", "*.txt")', ["a.txt"]),
        ('fileset(".", "**")', ["a.txt", "b.bin", "sub/deep/x.json", "sub/t.tftpl"]),
        ('fileset(".", "**/*.{json,tftpl}")', ["sub/deep/x.json", "sub/t.tftpl"]),
        ('fileset("sub", "*")', ["t.tftpl"]),
        ('jsondecode(file("sub/deep/x.json")).a[1]', 2),
        ('templatefile("sub/t.tftpl", { ports = [80, 443], name = "x" })', "  port 80\n  port 443\nend x\n"),
    ],
)
def test_reads_inside_the_root(scope: ConsoleScope, expression: str, wanted: object) -> None:
    assert plain(value_of(expression, scope)) == wanted


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt", "link.txt", "linked/secret.txt", "sub/../../secret.txt", "/etc/passwd",
        "~/.ssh/id_rsa", "nope.txt", "sub", "b.bin", "linked/base/a.txt", "a.txt\\u0000",
    ],
)  # fmt: skip
def test_what_is_outside_or_behind_a_link_out_or_no_text_is_an_error(scope: ConsoleScope, path: str) -> None:
    with pytest.raises(EvaluationError):
        value_of(f'file("{path}")', scope)


@pytest.mark.parametrize(
    "expression",
    ['fileset("..", "*")', 'fileset("linked", "*")', 'fileexists("/etc/passwd")', 'filesha1("link.txt")',
     'templatefile("sub/t.tftpl", { ports = [] })', 'templatefile("sub/t.tftpl", [])'],
)  # fmt: skip
def test_the_whole_family_refuses(scope: ConsoleScope, expression: str) -> None:
    with pytest.raises(EvaluationError):
        value_of(expression, scope)


def test_without_files_nothing_is_read() -> None:
    with pytest.raises(EvaluationError):
        value_of('file("/etc/hostname")', ConsoleScope(context()))


def test_an_error_in_a_template_names_its_place(scope: ConsoleScope, tmp_path: Path) -> None:
    (tmp_path / "base" / "bad.tftpl").write_text("one\ntwo ${nope}\n")
    with pytest.raises(EvaluationError) as caught:
        value_of('templatefile("bad.tftpl", {})', scope)
    assert caught.value.span is not None
    assert (caught.value.span.file, caught.value.span.line, caught.value.span.column) == ("bad.tftpl", 2, 7)
