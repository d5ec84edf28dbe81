"""The files of a git revision, written elsewhere. Nothing of it is run.

Blobs are read as they are (`ls-tree`, `cat-file`), so that no filter, hook or attribute of the
repository takes part, and no promised object is fetched.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from mlarchlint.model.record import record

_QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
}
_PLAIN = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never")
FILE, PROGRAM, LINK = "100644", "100755", "120000"


class GitError(Exception):
    """The revision cannot be read, in words."""


@record(frozen=True, slots=True)
class Blob:
    mode: str
    name: str
    size: int
    path: PurePosixPath


def commit_of(repository: Path, revision: str) -> str:
    """The full name of the commit. Raises GitError."""
    found = _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return found.decode("ascii", "replace").strip()


def write_tree(repository: Path, commit: str, into: Path, largest: int) -> int:
    """Writes the files of a commit below a folder; how many. What is larger than `largest` bytes is left out."""
    blobs = [blob for blob in _listed(repository, commit) if blob.size <= largest and _is_safe(blob.path)]
    files = [blob for blob in blobs if blob.mode in (FILE, PROGRAM)]
    links = [blob for blob in blobs if blob.mode == LINK]
    contents = _contents(repository, [*files, *links])
    for blob in files:
        place = into / blob.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(next(contents))
    for blob in links:  # last, so that nothing is written through one
        _link(into, blob, next(contents))
    return len(blobs)


def _link(into: Path, blob: Blob, target: bytes) -> None:
    """Only where it stays inside."""
    text = os.fsdecode(target)
    real = os.path.normpath(os.path.join(into, blob.path.parent, text))
    if not os.path.isabs(text) and Path(real).is_relative_to(into):
        place = into / blob.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(text)


def _is_safe(path: PurePosixPath) -> bool:
    return not path.is_absolute() and not any(
        part in ("..", "") or part.lower() == ".git" for part in path.parts
    )


def _listed(repository: Path, commit: str) -> Iterator[Blob]:
    for entry in _git(repository, "ls-tree", "-r", "-l", "-z", "--full-tree", commit).split(b"\0"):
        head, _, path = entry.partition(b"\t")
        fields = head.decode("ascii", "replace").split()
        if len(fields) == 4 and fields[1] == "blob" and fields[3].isdigit():
            yield Blob(fields[0], fields[2], int(fields[3]), PurePosixPath(os.fsdecode(path)))


def _contents(repository: Path, blobs: list[Blob]) -> Iterator[bytes]:
    """The bytes of each, in order, from one process."""
    names = "".join(f"{blob.name}\n" for blob in blobs).encode("ascii")
    output = _git(repository, "cat-file", "--batch", given=names)
    at = 0
    for blob in blobs:
        end = output.index(b"\n", at)
        fields = output[at:end].split()
        if len(fields) != 3 or fields[1] != b"blob":
            raise GitError(f"{blob.path} is not in the repository (a partial clone?)")
        start = end + 1
        at = start + int(fields[2])
        yield output[start:at]
        at += 1


def _git(repository: Path, *arguments: str, given: bytes = b"") -> bytes:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", "-C", str(repository), *_PLAIN, *arguments],
            input=given,
            capture_output=True,
            env={**environment, **_QUIET},
            timeout=120,
            check=False,
        )
    except FileNotFoundError:
        raise GitError("git is not installed") from None
    except subprocess.TimeoutExpired:
        raise GitError("git took longer than two minutes") from None
    if done.returncode:
        why = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GitError(why[0] if why else "there is no such revision")
    return done.stdout
