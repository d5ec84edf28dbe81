"""Completion in a shell."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.cli.runner import run


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_is_printed(shell: str) -> None:
    found = run("completion", shell)
    assert found.exit_code == 0
    assert "_MLARCHLINT_COMPLETE" in found.stdout


def test_commands_and_options_are_completed() -> None:
    def completed(words: str, position: int) -> list[str]:
        environ = {
            **os.environ,
            "_MLARCHLINT_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(position),
        }
        code = "from mlarchlint.cli import main; main()"
        found = subprocess.run(
            [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False
        )
        return [line.partition(",")[2] for line in found.stdout.splitlines()]

    assert completed("mlarchlint sc", 1) == ["scan"]
    assert "--fail-on" in completed("mlarchlint scan --fa", 2)
    assert "gitlab" in completed("mlarchlint scan --format git", 3)
