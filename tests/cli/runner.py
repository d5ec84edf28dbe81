"""Runs the command line in this process, with the two streams kept apart."""

from __future__ import annotations

import inspect

from click.testing import CliRunner, Result

from mlarchlint.cli import cli

# Before 8.2, click mixed the streams unless told otherwise.
_OPTIONS = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}


def run(*args: str, given: bytes = b"") -> Result:
    found = CliRunner(**_OPTIONS).invoke(cli, args, input=given, prog_name="mlarchlint")
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found


def said(found: Result) -> str:
    """Everything it printed."""
    return found.stdout + found.stderr
