"""What a scan finds below its paths, and what it says about the rest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mlarchlint.config import Config, Limits
from mlarchlint.discover import NoSuchPath, Sources, discover
from mlarchlint.model.diagnostic import Level

DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n"
TEMPLATE = "AWSTemplateFormatVersion: 2010-09-09\nResources: {}\n"
PLAN = '{"format_version": "1.2", "terraform_version": "1.11", "planned_values": {}}'


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    monkeypatch.chdir(repository)
    return repository


def put(tree: Path, **files: str | bytes) -> None:
    for name, text in files.items():
        write(tree, name, text)


def write(tree: Path, name: str, text: str | bytes) -> Path:
    place = tree / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(text.encode() if isinstance(text, str) else text)
    return place


def codes(sources: Sources) -> list[tuple[str, str]]:
    return [(d.code, d.span.file) for d in sources.diagnostics if d.level is Level.ERROR]


def test_files_are_sorted_by_what_they_hold(tree: Path) -> None:
    write(tree, "infra/main.tf", "locals {}\n")
    write(tree, "infra/more.tf.json", "{}")
    write(tree, "k8s/a.yml", DEPLOYMENT)
    write(tree, "cfn/stack.template", TEMPLATE)
    write(tree, "plan.json", PLAN)
    write(tree, "package.json", "{}")
    write(tree, "notes.txt", "hello")
    found = discover([Path(".")])
    assert found.terraform.directories == {"infra": ("infra/main.tf", "infra/more.tf.json")}
    assert [file.shown for file in found.kubernetes] == ["k8s/a.yml"]
    assert [file.shown for file in found.cloudformation] == ["cfn/stack.template"]
    assert [file.shown for file in found.plans] == ["plan.json"]
    assert found.skipped == 1
    assert found.diagnostics == ()


def test_a_single_file_is_taken_alone(tree: Path) -> None:
    write(tree, "infra/a.tf", "locals {}\n")
    write(tree, "infra/b.tf", "locals {}\n")
    found = discover([Path("infra/a.tf")])
    assert found.terraform.directories == {"infra": ("infra/a.tf",)}
    assert found.terraform.partial == {"infra"}


def test_a_folder_given_beside_one_of_its_files_is_whole_and_has_each_file_once(tree: Path) -> None:
    write(tree, "infra/a.tf", "locals {}\n")
    write(tree, "infra/b.tf", "locals {}\n")
    found = discover([Path("infra/a.tf"), Path("infra"), Path(".")])
    assert found.terraform.directories == {"infra": ("infra/a.tf", "infra/b.tf")}
    assert found.terraform.partial == frozenset()


def test_paths_outside_the_current_folder_are_shown_from_their_parent(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tree, "infra/main.tf", "locals {}\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert list(discover([tree]).terraform.directories) == ["repository/infra"]


def test_the_root_is_the_repository_or_else_the_path(tree: Path) -> None:
    write(tree, "infra/main.tf", "locals {}\n")
    assert discover([Path("infra")]).root == tree
    (tree / ".git").rmdir()
    assert discover([Path("infra")]).root == tree / "infra"


@pytest.mark.parametrize("folder", [".git", ".terraform/modules/x", "node_modules/x", ".venv", "venv", "env"])
def test_tools_own_folders_are_left_out(tree: Path, folder: str) -> None:
    write(tree, f"{folder}/main.tf", "locals {}\n")
    if folder == "env":
        write(tree, "env/pyvenv.cfg", "")
    write(tree, "main.tf", "locals {}\n")
    assert list(discover([Path(".")]).terraform.directories) == ["."]


def test_gitignore_is_kept_with_the_deepest_one_deciding(tree: Path) -> None:
    write(tree, ".gitignore", "build/\n*.gen.yaml\n/only-here.yaml\n")
    write(tree, "sub/.gitignore", "!kept.gen.yaml\n")
    for name in ("build/a.yaml", "x.gen.yaml", "only-here.yaml", "sub/only-here.yaml", "sub/kept.gen.yaml"):
        write(tree, name, DEPLOYMENT)
    found = discover([Path(".")])
    assert [file.shown for file in found.kubernetes] == ["sub/kept.gen.yaml", "sub/only-here.yaml"]
    assert [file.shown for file in discover([Path("build/a.yaml")]).kubernetes] == ["build/a.yaml"]


def test_exclude_globs_are_relative_to_the_configuration(tree: Path) -> None:
    for name in ("a/x.yaml", "b/x.yaml", "b/y.yaml"):
        write(tree, name, DEPLOYMENT)
    found = discover([Path(".")], Config(base=tree, exclude=("a", "b/y.*")))
    assert [file.shown for file in found.kubernetes] == ["b/x.yaml"]


def test_a_link_out_of_the_root_is_said_and_not_followed(tree: Path, tmp_path: Path) -> None:
    outside = write(tmp_path, "outside/secret.yaml", DEPLOYMENT)
    write(tree, "main.tf", "locals {}\n")
    (tree / "file.yaml").symlink_to(outside)
    (tree / "folder").symlink_to(outside.parent)
    (tree / "readme.md").symlink_to(outside)
    found = discover([Path(".")])
    assert found.kubernetes == ()
    assert codes(found) == [("link-leaves-root", "file.yaml"), ("link-leaves-root", "folder")]


def test_links_inside_the_root_are_followed_once(tree: Path) -> None:
    write(tree, "real/a.yaml", DEPLOYMENT)
    (tree / "alias").symlink_to("real")
    (tree / "real" / "loop").symlink_to("..")
    (tree / "b.yaml").symlink_to("real/a.yaml")
    found = discover([Path(".")])
    assert len(found.kubernetes) == 1
    assert codes(found) == []


def test_a_link_to_nowhere_and_a_circle_of_links_are_said(tree: Path) -> None:
    write(tree, "main.tf", "locals {}\n")
    (tree / "gone.yaml").symlink_to("nothing.yaml")
    (tree / "one.yaml").symlink_to("two.yaml")
    (tree / "two.yaml").symlink_to("one.yaml")
    assert {code for code, _ in codes(discover([Path(".")]))} == {"broken-link"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"kind: \xff\xfe\n", "not-utf8"),
        (b"kind: a\0b\n", "not-text"),
        (DEPLOYMENT.encode() + b"#" * 2000, "too-large"),
    ],
)
def test_a_file_that_cannot_be_used_is_said_and_the_rest_is_read(tree: Path, data: bytes, code: str) -> None:
    write(tree, "bad.yaml", data)
    write(tree, "good.yaml", DEPLOYMENT)
    found = discover([Path(".")], Config(limits=Limits(file_bytes=1000)))
    assert codes(found) == [(code, "bad.yaml")]
    assert found.failed == {"bad.yaml"}
    assert [file.shown for file in found.kubernetes] == ["good.yaml"]


def test_a_huge_file_that_looks_like_data_is_a_warning(tree: Path) -> None:
    write(tree, "data.json", "[1, 2, 3]" + " " * 2000)
    write(tree, "good.yaml", DEPLOYMENT)
    found = discover([Path(".")], Config(limits=Limits(file_bytes=1000)))
    assert [(d.code, d.level) for d in found.diagnostics] == [("too-large", Level.WARNING)]
    assert (found.failed, found.skipped) == (frozenset(), 1)


def test_a_byte_order_mark_does_no_harm(tree: Path) -> None:
    write(tree, "a.yaml", b"\xef\xbb\xbf" + DEPLOYMENT.encode())
    assert discover([Path(".")]).kubernetes[0].text == DEPLOYMENT


def test_an_empty_file_is_noted(tree: Path) -> None:
    write(tree, "main.tf", "locals {}\n")
    write(tree, "variables.tf", "")
    (note,) = discover([Path(".")]).diagnostics
    assert (note.code, note.span.file, note.level) == ("empty-file", "variables.tf", Level.NOTE)


def test_a_pipe_is_not_opened(tree: Path) -> None:
    write(tree, "main.tf", "locals {}\n")
    os.mkfifo(tree / "pipe.yaml")
    assert codes(discover([Path(".")])) == [("not-a-file", "pipe.yaml")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_said(tree: Path) -> None:
    write(tree, "a.yaml", DEPLOYMENT).chmod(0)
    assert codes(discover([Path(".")])) == [("unreadable", "a.yaml")]


def test_nothing_to_scan_is_an_error(tree: Path) -> None:
    write(tree, "notes.txt", "hello")
    write(tree, "package.json", "{}")
    (only,) = discover([Path(".")]).diagnostics
    assert (only.code, only.level) == ("nothing-to-scan", Level.ERROR)


@pytest.mark.parametrize(("text", "code"), [("", "empty-file"), ("a: 1\n", "unknown-format")])
def test_a_file_named_by_hand_that_is_nothing_we_read_is_an_error(tree: Path, text: str, code: str) -> None:
    write(tree, "a.yaml", text)
    assert codes(discover([Path("a.yaml")])) == [(code, "a.yaml")]


def test_a_path_that_does_not_exist_is_wrong_usage(tree: Path) -> None:
    with pytest.raises(NoSuchPath, match="there is no file or folder 'nowhere'"):
        discover([Path("nowhere")])


def test_texts_refuse_what_leads_out_of_the_root(tree: Path, tmp_path: Path) -> None:
    write(tmp_path, "outside.tf", "secret")
    write(tree, "main.tf", "locals {}\n")
    found = discover([Path(".")])
    with pytest.raises(ValueError, match="out of the scanned root"):
        found.terraform.read("../outside.tf")


def test_a_very_deep_tree_is_walked(tree: Path) -> None:
    folder = tree
    for _ in range(600):
        folder = folder / "d"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text(DEPLOYMENT)
    assert len(discover([Path(".")]).kubernetes) == 1


def test_odd_names_do_no_harm(tree: Path) -> None:
    write(tree, "a b\n\x1b[31m.yaml", DEPLOYMENT)
    (Path(os.fsdecode(os.fsencode(tree) + b"/\xff.yaml"))).write_text(DEPLOYMENT)
    assert len(discover([Path(".")]).kubernetes) == 2
