"""Where paths really lead, with a memory: a tree's files share their folders, and each is looked at once."""

from __future__ import annotations

import os

_LINKS = 40  # one after the other: more than a system follows


class RealPaths:
    """os.path.realpath for many paths of one tree. For the time of one scan: it never looks twice."""

    __slots__ = ("_depth", "_folders", "_steps")

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}
        self._steps: dict[str, str] = {}
        self._depth = 0

    def of(self, place: str) -> str:
        if os.sep != "/":
            return os.path.realpath(place)
        folder, _, name = place.rpartition("/")
        if not folder or name in ("", ".", ".."):
            return self._walk(place)
        real = self._folders.get(folder)
        if real is None:
            real = self._folders[folder] = self._walk(folder)
        return self._step(f"{real}/{name}" if real != "/" else f"/{name}")

    def know(self, place: str) -> None:
        """An entry of a real folder whose listing says that it is no link."""
        self._steps[place] = place

    def _walk(self, place: str) -> str:
        real = "/"
        for name in (place if place.startswith("/") else os.path.join(os.getcwd(), place)).split("/"):
            if name == "..":
                real = os.path.dirname(real)
            elif name and name != ".":
                real = self._step(f"{real}/{name}" if real != "/" else f"/{name}")
        return real

    def _step(self, place: str) -> str:
        """The real place of an entry of a folder that is real itself."""
        found = self._steps.get(place)
        if found is None:
            self._steps[place] = place  # what a circle of links leads to, as os.path.realpath has it
            found = self._followed(place) if os.path.islink(place) else place
            self._steps[place] = found
        return found

    def _followed(self, link: str) -> str:
        if self._depth >= _LINKS:
            return os.path.realpath(link)
        self._depth += 1
        try:
            return self._walk(os.path.join(os.path.dirname(link), os.readlink(link)))
        except OSError:
            return link
        finally:
            self._depth -= 1


def is_within(place: str, folder: str) -> bool:
    """Of two real paths."""
    return place == folder or place.startswith(folder.rstrip(os.sep) + os.sep)


def relative(place: str, base: str) -> str:
    """os.path.relpath of two normal paths, in POSIX form."""
    start = base.rstrip(os.sep) + os.sep
    below = place.startswith(start) and place != start
    found = place.removeprefix(start) if below else os.path.relpath(place, base)
    return found.replace(os.sep, "/") if os.sep != "/" else found
