"""docs/advise.md: its commands run, and its table of the lesson's exercise holds."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path

import click
import pytest

from mlarchlint.advise.assessment import assess
from mlarchlint.advise.candidate import Candidate, Second
from mlarchlint.analysis.figures import percent
from mlarchlint.cli import cli
from mlarchlint.config_layers import config_for
from tests.advise.requirements import LESSON, lesson
from tests.cli.runner import run

PAGE = (Path(__file__).parents[2] / "docs" / "advise.md").read_text("utf-8")
WORLD = Path(__file__).parent / "world.yaml"
DESIGN = Candidate("aws", "us-east-1", "t3.medium", 2, 2, 4, "cdn-failover")


def test_the_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements.yaml").write_text(LESSON.read_text("utf-8"), "utf-8")
    (block,) = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    commands = [shlex.split(line) for line in block.splitlines()]
    assert [words[1] for words in commands] == ["advise", "advise", "advise", "scan", "check"]
    for words in commands[1:]:  # the first is the second on all clouds, which takes its time
        assert run(*words[1:]).exit_code == 0, words


def test_every_option_is_described() -> None:
    command = cli.get_command(click.Context(cli), "advise")
    assert command is not None
    for option in (name for one in command.params if isinstance(one, click.Option) for name in one.opts):
        assert option == "--output" or option in PAGE, option


def test_the_designs_of_the_exercise() -> None:
    direct = assess(replace(DESIGN, edge="direct"), lesson()).judged.design
    singapore = next(user for user in direct.latencies if user.region == "apac-se")
    assert singapore.cold is not None
    assert f"Singapore waits {singapore.cold.lower:.0f} ms at best" in PAGE
    alone = assess(replace(DESIGN, edge="cdn"), lesson())
    (path,) = alone.judged.design.availabilities
    assert f"{percent(path.contract.low)} by contract" in PAGE
    best = assess(DESIGN, lesson())
    assert not best.obstacles
    assert 0.4 < float(best.cost.high) / 500 < 0.6
    one_zone = assess(replace(DESIGN, zones=1), lesson())
    (path,) = one_zone.judged.design.availabilities
    assert f"| {percent(path.model.low)}, and nothing is left" in PAGE
    functions = replace(DESIGN, form="functions", machine="2048 MiB", edge="api-cdn-failover")
    (path,) = assess(functions, lesson()).judged.design.availabilities
    assert f"{percent(path.contract.low, 0.999)} by contract: 99.95 % of each" in PAGE


def test_the_designs_over_two_regions() -> None:
    needs = config_for(WORLD)

    def longest(candidate: Candidate) -> tuple[float, str]:
        latencies = assess(candidate, needs).judged.design.latencies
        return max((user.cold.estimate, user.region) for user in latencies if user.cold)

    alone = [longest(replace(DESIGN, region=region)) for region in ("us-west-2", "us-east-1", "eu-west-2")]
    assert f"the last of them waits {alone[0][0]:.0f} ms at least" in PAGE
    assert min(alone) == alone[0]
    both = replace(DESIGN, second=Second("ap-southeast-1", 2, 4))
    near, region = longest(replace(both, edge="accelerator"))
    assert (f"that is London, {near:.0f} ms" in PAGE, region) == (True, "london")
    far, region = longest(replace(both, edge="records"))
    assert (f"leave London at {far:.0f} ms" in PAGE, region) == (True, "london")
