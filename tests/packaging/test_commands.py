"""Every command of the documentation runs, and prints what the page shows."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.cli.runner import run, said
from tests.packaging.documents import PAGES, Block, blocks
from tests.packaging.sandbox import piped, prepare

SHELLS = ("console", "bash", "sh")
# Pages whose commands another test runs.
ELSEWHERE = {
    "docs/advise.md": "tests/advise/test_documentation.py",
    "docs/cloudformation.md": "tests/packaging/test_cloudformation_page.py",
}
# What is not run here, and why.
EXCEPTED = {
    r"make ": "the targets of the Makefile: .ci/run",
    r"pip install ": "installs; .ci/run and tests/packaging/test_wheel.py do",
    r"python3? -m tools\.build_rule_pages": "writes docs/rules; tests/packaging/test_rule_pages.py",
    r"python3? tools/build_prices\.py ": "needs the downloaded price lists",
    r"mlarchlint advise .*requirements": "takes seconds; tests/advise runs it",
    r"mlarchlint scan .*--with ": "needs another engine; tests/interop runs them",
}


def shell_blocks() -> list[Block]:
    names = [name for name in PAGES if name not in ELSEWHERE]
    return [block for name in names for block in (*blocks(name, *SHELLS), *pipeline_lines(name))]


def steps(block: Block) -> Iterator[tuple[str, list[str]]]:
    """Each command, with the output that is shown below it: after a prompt, what has none is output."""
    lines = block.text.splitlines()
    if not any(line.startswith("$ ") for line in lines):
        yield from ((line, []) for line in lines if line and not line.startswith("#"))
        return
    starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield lines[start][2:], lines[start + 1 : end]


def pipeline_lines(name: str) -> Iterator[Block]:
    """The commands of CI configurations, and what the hook runs with the arguments that it is given."""
    for block in blocks(name, "yaml"):
        for line in re.findall(r"^ *- (?:run: )?(mlarchlint .*)$", block.text, re.MULTILINE):
            yield block._replace(text=line)
        if block.text.startswith("repos:"):
            for repository in yaml.safe_load(block.text)["repos"]:
                for hook in repository["hooks"]:
                    yield block._replace(text=shlex.join(["mlarchlint", "scan", *hook["args"]]))


def execute(command: str, shown: list[str]) -> None:
    stated = re.search(r"#.*exit code (\d)", command)
    source, _, last = command.rpartition(" | ") if " | mlarchlint " in command else ("", "", command)
    words = shlex.split(re.split(r" [|>] ", last)[0], comments=True)
    result = run(*words[1:], given=piped(source) if source else b"")
    assert result.exit_code == (int(stated[1]) if stated else 0), f"{command}\n{said(result)}"
    expect(shown, result.stdout, command)


def expect(shown: list[str], printed: str, command: str) -> None:
    """What is shown was printed in this order; `...` stands for what was left out."""
    rest = printed.splitlines()
    for part in re.split(r"^\.\.\.$", "\n".join(shown), flags=re.MULTILINE):
        lines = part.strip("\n").splitlines()
        if not lines:
            continue
        found = next((n for n in range(len(rest)) if rest[n : n + len(lines)] == lines), None)
        assert found is not None, f"{command} does not print\n{part}\nbut\n{printed}"
        rest = rest[found + len(lines) :]


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize("block", shell_blocks(), ids=lambda block: f"{block.page}:{block.line}")
def test_the_commands_run(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = [one for one in steps(block) if not any(re.match(pattern, one[0]) for pattern in EXCEPTED)]
    if not commands:
        return
    prepare(tmp_path, block.text)
    monkeypatch.chdir(tmp_path)
    for command, shown in commands:
        assert "mlarchlint " in command, f"neither ours nor excepted: {command}"
        execute(command, shown)


def test_every_exception_is_of_use() -> None:
    everything = [command for block in shell_blocks() for command, _ in steps(block)]
    for pattern in EXCEPTED:
        assert any(re.match(pattern, command) for command in everything), pattern


def test_commands_without_a_shell_block_are_inline() -> None:
    """A prompt outside of a block that is run would never be checked."""
    for name in PAGES:
        for block in blocks(name, "", "text"):
            assert not re.search(r"^\$ ", block.text, re.MULTILINE), f"{block.page}:{block.line}"


def test_pages_with_a_test_of_their_own_have_commands() -> None:
    for name in ELSEWHERE:
        assert blocks(name, *SHELLS), name
