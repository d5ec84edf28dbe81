"""What a change is compared with: a folder, or a git revision laid out beside. Nothing of it is run."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from mlarchlint.config import Config
    from mlarchlint.pipeline import Result

_OF_THE_HEAD = (
    "requirements", "usage", "environment", "select", "ignore", "rules", "ruleset", "min_severity",
)  # fmt: skip


@contextmanager
def base_tree(base: str, head: Path, largest: int) -> Iterator[tuple[Path, Path]]:
    """(what corresponds to the head's path, the root of its tree)."""
    if os.path.isdir(base):
        yield Path(os.path.realpath(base)), Path(os.path.realpath(base))
        return
    real = Path(os.path.realpath(head))
    with revision_tree(base, real, largest) as (root, repository):
        yield root / real.relative_to(repository), root


@contextmanager
def revision_tree(revision: str, head: Path, largest: int) -> Iterator[tuple[Path, Path]]:
    """(the files of a revision of the repository around `head`, that repository). head: a real path."""
    from mlarchlint.config_file import repository_root
    from mlarchlint.git_tree import GitError, commit_of, write_tree
    from mlarchlint.report.inert import inert

    repository = repository_root(head if head.is_dir() else head.parent)
    if repository is None:
        raise click.UsageError(
            f"'{inert(revision)}' is no folder, and {inert(str(head))} is in no git repository."
        )
    with tempfile.TemporaryDirectory(prefix="mlarchlint-") as folder:
        root = Path(os.path.realpath(folder))
        # The tree is a repository of its own, so that modules beside the path are inside its root.
        (root / ".git").mkdir()
        try:
            write_tree(repository, commit_of(repository, revision), root, largest)
        except GitError as error:
            raise click.UsageError(
                f"'{inert(revision)}' cannot be read from git: {inert(str(error))}"
            ) from None
        yield root, repository


def moved(file: Path, root: Path) -> Path:
    """The same file of the base, where it has one."""
    from mlarchlint.config_file import repository_root

    real = Path(os.path.realpath(file))
    repository = repository_root(real.parent)
    if repository is not None:
        twin = root / real.relative_to(repository)
        if twin.is_file():
            return twin
    return file


def scan_revision(
    revision: str, paths: tuple[Path, ...], options: dict[str, Any], head: Config
) -> Result | None:
    """The scan of the same paths as they were, seen from the same folder, so that places compare.

    None where the revision has none of them.

    Inputs and suppressions are those of the revision; requirements, usage and the choice of rules are
    those of the head: only the design differs.
    """
    from dataclasses import replace

    from mlarchlint import pipeline
    from mlarchlint.cli.inputs import BadConfiguration, configured

    real = [Path(os.path.realpath(path)) for path in paths]
    here = Path.cwd()
    with revision_tree(revision, real[0], head.limits.file_bytes) as (root, repository):
        if any(not path.is_relative_to(repository) for path in real):
            raise click.UsageError("--changed-since compares paths of one repository.")
        twins = tuple(root / path.relative_to(repository) for path in real)
        seen_from = root / here.relative_to(repository) if here.is_relative_to(repository) else root
        seen_from.mkdir(parents=True, exist_ok=True)
        for twin, path in zip(twins, real, strict=True):
            if path.is_dir():
                twin.mkdir(parents=True, exist_ok=True)  # what is new had nothing to find
        present = tuple(twin for twin in twins if twin.exists())
        if not present:
            return None
        named = options.get("config")
        changes = {
            "config": moved(named, root) if named else None,
            "var_files": tuple(moved(one, root) for one in options.get("var_files", ())),
            "parameter_files": tuple(moved(one, root) for one in options.get("parameter_files", ())),
        }
        os.chdir(seen_from)
        try:
            config = configured(present, {**options, **changes})
        except BadConfiguration as error:
            click.echo(f"the configuration of {revision} is not used: {error.message}", err=True)
            config = replace(head, base=seen_from, suppressions=())
        finally:
            os.chdir(here)
        config = replace(config, **{name: getattr(head, name) for name in _OF_THE_HEAD})
        os.chdir(seen_from)
        try:
            return pipeline.scan(present, config)
        finally:
            os.chdir(here)
