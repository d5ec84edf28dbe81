"""Which report goes where: `--format` and `-o` in the order of the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from mlarchlint.model.record import record
from mlarchlint.report.formats import EXTENSIONS

FORMATS = tuple(EXTENSIONS)
_BY_EXTENSION = {extension: name for name, extension in EXTENSIONS.items() if extension}
STDOUT = "-"


@record(frozen=True, slots=True)
class Output:
    """place: a file name, or `-` for standard output."""

    format: str
    place: str


def planned(order: Sequence[tuple[str, str]]) -> tuple[Output, ...]:
    """order: ("format", NAME) and ("output", FILE) as given. Raises UsageError.

    A file takes the format given before it that suits its extension, else the last one given
    before it, else the one its extension says, else text. What is left goes to standard output.
    """
    waiting: list[str] = []
    outputs: list[Output] = []
    implied: set[str] = set()
    for option, value in order:
        if option == "format":
            if value in implied:
                implied.discard(value)  # `-o out.json --format json` says one thing twice
            else:
                waiting.append(value)
            continue
        suits = next((f for end, f in _BY_EXTENSION.items() if value.lower().endswith(end)), None)
        chosen = suits if suits in waiting else (waiting[-1] if waiting else suits)
        if chosen in waiting:
            waiting.remove(chosen)
        elif chosen:
            implied.add(chosen)
        outputs.append(Output(chosen or "text", value))
    if not outputs and not waiting:
        waiting.append("text")
    outputs += [Output(name, STDOUT) for name in dict.fromkeys(waiting)]
    _check(outputs)
    return tuple(outputs)


def _check(outputs: Sequence[Output]) -> None:
    places = [output.place for output in outputs]
    for place in places:
        if places.count(place) > 1:
            name = "standard output" if place == STDOUT else f"'{place}'"
            raise click.UsageError(f"Two reports for {name}: give one of them a file with -o FILE.")


class OrderedCommand(click.Command):
    """Remembers in which order the options were given (click hands over only their values)."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        order: list[str] = []
        if not ctx.resilient_parsing:
            _, _, given = self.make_parser(ctx).parse_args(args=list(args))
            order = [parameter.name or "" for parameter in given]
        ctx.meta["mlarchlint.order"] = order
        return super().parse_args(ctx, args)


def in_order(ctx: click.Context, **values: Sequence[str]) -> list[tuple[str, str]]:
    """(option, value) of the named repeatable options, as on the command line."""
    left: dict[str, list[Any]] = {name: list(given) for name, given in values.items()}
    return [(name, left[name].pop(0)) for name in ctx.meta["mlarchlint.order"] if left.get(name)]
