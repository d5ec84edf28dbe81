"""Where paths really lead: always where the system's own answer says, in trees of links of every kind."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from mlarchlint.real_paths import RealPaths

NAMES = "abcd"
TARGETS = ("a", "b", "../a", "../b/c", "a/b", "./c", "..", "{top}/a", "{top}/b/a", "/nonexistent", "c/../d")


def tree(top: Path, chance: random.Random) -> list[str]:
    """Its folders; beside them files and links that may lead up, out, in circles or nowhere."""
    folders = [str(top)]
    for _ in range(12):
        place = os.path.join(chance.choice(folders), chance.choice(NAMES))
        kind = chance.random()
        if os.path.lexists(place):
            continue
        if kind < 0.35:
            os.mkdir(place)
            folders.append(place)
        elif kind < 0.5:
            Path(place).touch()
        else:
            os.symlink(chance.choice(TARGETS).format(top=top), place)
    return folders


@pytest.mark.skipif(os.sep != "/", reason="links of other systems are resolved by the system alone")
@pytest.mark.parametrize("seed", range(40))
def test_what_exists_is_found_where_the_system_finds_it(tmp_path: Path, seed: int) -> None:
    top = Path(os.path.realpath(tmp_path))
    folders, places = tree(top, random.Random(seed)), RealPaths()
    for folder in folders:
        for name in NAMES:
            for rest in ("", "/a", "/b/c", "/../a"):
                place = f"{folder}/{name}{rest}"
                if os.path.exists(place):
                    assert places.of(place) == os.path.realpath(place)


def test_a_long_chain_of_links_ends(tmp_path: Path) -> None:
    top = Path(os.path.realpath(tmp_path))
    for number in range(500):
        (top / f"link{number}").symlink_to(f"link{number + 1}")
    (top / "round").symlink_to("round")
    assert RealPaths().of(str(top / "link0")).startswith(str(top))
    assert RealPaths().of(str(top / "round")) == str(top / "round")
