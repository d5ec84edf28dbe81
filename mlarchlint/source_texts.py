"""The texts of the scanned files: each read once, none from outside the root."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from mlarchlint.real_paths import RealPaths, is_within

# Binary, and at once: what is no file is seen as such without waiting for what writes to it.
_HOW = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_PART = 65_536


class Unreadable(ValueError):
    """A file that cannot be used; code, summary and detail as in a Diagnostic."""

    def __init__(self, code: str, summary: str, detail: str = "") -> None:
        super().__init__(summary)
        self.code, self.summary, self.detail = code, summary, detail


class SourceTexts:
    """By shown path (relative to the base). Kept, so that reports can quote what was read."""

    __slots__ = ("_base", "_kept", "_limit", "_places", "_root")

    def __init__(self, base: Path, root: Path, limit: int, places: RealPaths | None = None) -> None:
        self._base = str(base)
        self._places = places or RealPaths()
        self._root = os.path.realpath(root)
        self._limit = limit
        self._kept: dict[str, bytes] = {}

    def read(self, shown: str) -> bytes:
        """Raises OSError, or Unreadable (a ValueError) for what is refused."""
        if shown not in self._kept:
            self._kept[shown] = self._fetch(shown)
        return self._kept[shown]

    def keep(self, shown: str, data: bytes) -> None:
        """A text that is in no file: standard input."""
        self._kept[shown] = data

    def text(self, shown: str) -> str:
        """Raises Unreadable only."""
        try:
            data = self.read(shown)
        except OSError as error:
            raise Unreadable("unreadable", f"cannot be read: {error.strerror or error}") from None
        if b"\0" in data and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            raise Unreadable(
                "not-text", "binary data, not text", "Exclude the file, or save it as UTF-8 text."
            )
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Unreadable("not-utf8", "not UTF-8 text", "Save the file as UTF-8, or exclude it.") from None

    def lines(self, shown: str) -> list[str]:
        """The lines of a scanned file, or of the configuration; none for what cannot be read."""
        try:
            data = self.read(shown) if shown else b""
        except (OSError, ValueError):
            return []
        return data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def head(self, shown: str, size: int = 65_536) -> str:
        """The start of a file that is too large to read; empty if it cannot be read at all."""
        try:
            real = self._inside(shown)
            if not os.path.isfile(real):
                return ""
            with open(real, "rb") as file:
                return file.read(size).decode("utf-8", "replace")
        except (OSError, ValueError):
            return ""

    def _inside(self, shown: str) -> str:
        """The real place of a path, which has to lie inside the root."""
        real = self._places.of(os.path.join(self._base, shown))
        if not is_within(real, self._root):
            raise Unreadable("outside-root", "leads out of the scanned root and was not read")
        return real

    def _fetch(self, shown: str) -> bytes:
        """Opened before it is asked what it is: one look at the disk less. Nothing here waits for a pipe."""
        place = os.open(self._inside(shown), _HOW)
        try:
            found = os.fstat(place)
            if not stat.S_ISREG(found.st_mode):
                raise Unreadable("not-a-file", "not a regular file")
            data = b"" if found.st_size > self._limit else self._all_of(place, found.st_size)
        finally:
            os.close(place)
        size = max(len(data), found.st_size)
        if size > self._limit:
            said, limit = size / 1048576, self._limit / 1048576
            detail = "Raise limits.file_mib in the configuration, or exclude the file."
            raise Unreadable("too-large", f"{said:.1f} MiB, more than the limit of {limit:g} MiB", detail)
        return data

    def _all_of(self, place: int, size: int) -> bytes:
        """Up to the limit and a little more. size: what is expected; a file may say 0 and hold something."""
        data = os.read(place, size + 1)
        while len(data) <= self._limit and (more := os.read(place, _PART)):
            data += more
        return data
