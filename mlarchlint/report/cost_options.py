"""What the findings would save, as rows for people."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from mlarchlint.analysis.cost_together import Option, options_of, saved_together
from mlarchlint.model.finding import Finding
from mlarchlint.report.cost_rows import Names, span_of
from mlarchlint.report.inert import inert

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

WAYS = {
    "spot": "spot capacity for what may be interrupted",
    "commitment": "commitments for what runs steadily",
    "scaling": "machines that follow the work",
    "size": "machines and disks that fit",
    "storage": "lifecycles of what is stored",
    "transfer": "shorter ways for data",
}
_SHOWN = 3


def option_lines(result: Result, names: Names) -> Iterator[str]:
    """Nothing where nothing is to be saved."""
    options = options_of(result.findings)
    if not options:
        return
    yield "Savings, USD a month:"
    for way, group in groupby(options, key=lambda one: one.way):
        yield f"  {WAYS[way]}"
        for one in group:
            yield f"    {subject(one.finding, names)}  {saved(one)}  ({place(one.finding)}){instead_of(one, names)}"
    yield f"  Together: {together(options)}{_rest(options)}"


def option_rows(result: Result, names: Names) -> list[tuple[str, str, str]]:
    """(way, finding with its place, dollars), and the sum."""
    options = options_of(result.findings)
    rows = [
        (
            WAYS[one.way],
            f"{subject(one.finding, names)} ({place(one.finding)}){instead_of(one, names)}",
            saved(one),
        )
        for one in options
    ]
    return [*rows, ("together", _rest(options).strip(" ()"), together(options))] if rows else []


def subject(finding: Finding, names: Names) -> str:
    several = f" ({finding.instances} instances)" if finding.instances > 1 else ""
    return f"{finding.rule} {names.text(finding.subject.shown)}{several}"


def place(finding: Finding) -> str:
    return inert(f"{finding.span.file}:{finding.span.line}")


def saved(option: Option) -> str:
    """Where the low figure is nothing, it is an upper bound."""
    money = option.monthly
    return span_of(money) if money.low >= 1 else f"up to {span_of(type(money)(money.high, money.high))}"


def instead_of(option: Option, names: Names) -> str:
    """What of the sum it would take the place of."""
    if option.counted:
        return ""
    others = [subject(other, names) for other in option.instead_of]
    more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
    return f", instead of {', '.join(others[:_SHOWN])}{more}"


def together(options: tuple[Option, ...]) -> str:
    return span_of(saved_together(options))


def _rest(options: tuple[Option, ...]) -> str:
    left = sum(not one.counted for one in options)
    return f" ({left} more would replace one of these)" if left else ""
