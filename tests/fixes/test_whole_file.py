"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mlarchlint.whole_file import write_whole


def test_a_file_is_replaced(tmp_path: Path) -> None:
    place = tmp_path / "a"
    place.write_bytes(b"old")
    write_whole(place, b"new", 0o640)
    assert place.read_bytes() == b"new"
    assert os.stat(place).st_mode & 0o777 == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["a"]


def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "a"
    place.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(place, b"new")
    assert place.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["a"]
