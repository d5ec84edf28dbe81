"""`mlarchlint scan --fix` and `--diff`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mlarchlint.fixes import Fix, FixedFile
    from mlarchlint.pipeline import Result


def shown_edits(result: Result, unsafe: bool) -> None:
    """A unified diff on standard output; what it leaves out is said on standard error."""
    from mlarchlint.cli.scan import put
    from mlarchlint.fixes import difference
    from mlarchlint.report.redact import Redactor

    files, left = _planned(result, unsafe)
    redactor = Redactor(result.graph)
    put("-", redactor.text("".join(line for file in files for line in difference(file))))
    _say_left(left)


def mended(result: Result, unsafe: bool, again: Callable[[], Result]) -> Result:
    """What is left after the edits are made. again: scans anew."""
    from mlarchlint.fixes import written

    files, left = _planned(result, unsafe)
    failed = written(result.sources.base, files)
    if failed:
        raise click.UsageError("cannot write " + "; ".join(failed))
    count = sum(len(file.made) for file in files)
    if count:
        click.echo(f"Mended {count} findings in {len(files)} files.", err=True)
    _say_left(left)
    return again() if count else result


def _planned(result: Result, unsafe: bool) -> tuple[list[FixedFile], list[Fix]]:
    """(the changed files, the unsafe fixes that are left out)."""
    from mlarchlint.fixes import fixed_files, fixes_of
    from mlarchlint.kinds import built_in_kinds

    fixes = fixes_of(result, built_in_kinds())
    return fixed_files(result, [one for one in fixes if one.safe or unsafe]), [
        one for one in fixes if not (one.safe or unsafe)
    ]


def _say_left(left: list[Fix]) -> None:
    if left:
        notes = ", ".join(dict.fromkeys(one.note for one in left if one.note))
        reason = f" ({notes})" if notes else ""
        click.echo(f"{len(left)} more with --unsafe-fixes{reason}.", err=True)
