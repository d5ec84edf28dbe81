"""Where the run stands in its repository: services name files from the repository's root."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping
from pathlib import Path

# The checkout of a job, as GitHub and GitLab name it.
_ROOTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")


def folder_in_repository(current: Path, environ: Mapping[str, str]) -> str:
    """The current folder relative to the checkout, as a POSIX path; empty at its root or outside of it."""
    for name in _ROOTS:
        root = environ.get(name, "")
        if root:
            folder = os.path.relpath(os.path.realpath(current), os.path.realpath(root)).replace(os.sep, "/")
            return "" if folder == "." or folder.startswith("..") else folder
    return ""


def below(folder: str, file: str) -> str:
    return posixpath.normpath(posixpath.join(folder, file)) if folder else file
