"""Which report goes where."""

from __future__ import annotations

import shlex

import click
import pytest

from mlarchlint.cli.outputs import OrderedCommand, Output, in_order, planned


def plan(line: str) -> list[tuple[str, str]]:
    seen: list[Output] = []

    @click.command(cls=OrderedCommand)
    @click.option("--format", "format", multiple=True)
    @click.option("-o", "--output", "output", multiple=True)
    @click.argument("paths", nargs=-1)
    @click.pass_context
    def command(ctx: click.Context, format: tuple[str, ...], output: tuple[str, ...], paths: object) -> None:
        seen.extend(planned(in_order(ctx, format=format, output=output)))

    command.main(shlex.split(line), standalone_mode=False)
    return [(output.format, output.place) for output in seen]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (".", [("text", "-")]),
        ("--format json .", [("json", "-")]),
        ("-o a.sarif .", [("sarif", "a.sarif")]),
        ("-o a.json -o b.sarif . -o c.txt", [("json", "a.json"), ("sarif", "b.sarif"), ("text", "c.txt")]),
        ("--format sarif -o results.json .", [("sarif", "results.json")]),
        ("--format json -o out .", [("json", "out")]),
        ("-o out .", [("text", "out")]),
        ("--format text --format sarif -o out.sarif .", [("sarif", "out.sarif"), ("text", "-")]),
        ("--format sarif --format text -o out.sarif .", [("sarif", "out.sarif"), ("text", "-")]),
        ("--format text --format sarif -o out .", [("sarif", "out"), ("text", "-")]),
        ("--format json -o a --format sarif -o b .", [("json", "a"), ("sarif", "b")]),
        ("--format json --format sarif -o a.json -o b.sarif .", [("json", "a.json"), ("sarif", "b.sarif")]),
        ("--format=json --output=a.json --format=text .", [("json", "a.json"), ("text", "-")]),
        ("-o a.json --format json .", [("json", "a.json")]),
        ("-o - .", [("text", "-")]),
        ("--format json -o - .", [("json", "-")]),
    ],
)
def test_each_file_takes_the_format_before_it_or_that_of_its_extension(
    line: str, expected: list[tuple[str, str]]
) -> None:
    assert plan(line) == expected


@pytest.mark.parametrize(
    "line", ["--format json --format sarif .", "-o a.json -o a.json .", "-o - --format json ."]
)
def test_two_reports_for_one_place_are_wrong_usage(line: str) -> None:
    with pytest.raises(click.UsageError, match="Two reports for"):
        plan(line)
