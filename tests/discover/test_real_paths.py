"""Real paths with a memory say what os.path.realpath says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlarchlint.real_paths import RealPaths, is_within, relative


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders, files, and links: to a folder, to a file, upwards, out of the tree, in a circle, to nothing."""
    top = tmp_path_factory.mktemp("tree")
    (top / "a" / "b").mkdir(parents=True)
    (top / "a" / "b" / "main.tf").write_text("")
    (top / "other").mkdir()
    links = {"in": "a/b", "file": "a/b/main.tf", "out": "/", "circle": "circle", "gone": "nowhere/at/all"}
    for name, target in links.items():
        (top / name).symlink_to(target)
    (top / "a" / "b" / "up").symlink_to("../../other")
    return top


STEPS = st.sampled_from(
    ["a", "b", "in", "up", "out", "file", "gone", "main.tf", "other", "..", ".", ""]
)  # nothing behind a circle: realpath gives up there, and leaves the links that follow as they are


@given(st.lists(STEPS, max_size=7))
def test_places_are_those_of_realpath(tree: Path, steps: list[str]) -> None:
    place = os.path.join(str(tree), *steps)
    assert RealPaths().of(place) == os.path.realpath(place)


@given(st.lists(st.lists(STEPS, max_size=5), max_size=5))
def test_what_was_asked_before_changes_no_answer(tree: Path, asked: list[list[str]]) -> None:
    places = RealPaths()
    for steps in asked:
        place = os.path.join(str(tree), *steps)
        assert places.of(place) == os.path.realpath(place)


def test_a_link_in_a_circle_is_its_own_place(tree: Path) -> None:
    place = os.path.join(str(tree), "a", "..", "circle")
    assert RealPaths().of(place) == os.path.realpath(place)


def test_a_relative_path_starts_at_the_current_directory(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree / "a")
    assert RealPaths().of("b/../../in") == str(tree.resolve() / "a" / "b")


def test_a_folder_holds_itself_and_what_is_below_but_not_its_namesakes() -> None:
    assert is_within("/a/b", "/a/b")
    assert is_within("/a/b/c", "/a/b")
    assert is_within("/a", "/")
    assert not is_within("/a/bc", "/a/b")
    assert not is_within("/a", "/a/b")


@pytest.mark.parametrize("place", ["/a/b", "/a/b/c/d.tf", "/a/bc", "/", "/x/y"])
@pytest.mark.parametrize("base", ["/a/b", "/", "/a"])
def test_relative_paths_are_those_of_relpath(place: str, base: str) -> None:
    assert relative(place, base) == os.path.relpath(place, base)
