"""Proposed designs side by side, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from mlarchlint.advise.assessment import Assessment
from mlarchlint.advise.search import Advice, main_obstacle
from mlarchlint.report.advise_rows import CLOUDS, money, rows, summary, title, why_not
from mlarchlint.report.inert import inert

_WIDTH = 38
_INDENT = "  "
_PROSE = 110


def render_advice_text(found: Sequence[Advice], numbered: Sequence[Assessment]) -> str:
    """numbered: the proposed designs of all clouds in order. committed: by cloud, for its best design."""
    return "\n".join(_lines(found, numbered)) + "\n"


def _lines(found: Sequence[Advice], numbered: Sequence[Assessment]) -> Iterator[str]:
    for advice in found:
        yield f"{CLOUDS[advice.cloud]}: {summary(advice, len(advice.best))}"
        yield ""
        if advice.best:
            yield from _table(advice.best, numbered)
            yield from _beside(advice, numbered)
            yield ""
        elif advice.closest is not None:
            yield from _closest(advice.closest)
            yield ""
    yield from _wrapped(conclusion(numbered), _PROSE)


def _table(best: Sequence[Assessment], numbered: Sequence[Assessment]) -> Iterator[str]:
    tables = [dict(rows(one)) for one in best]
    names = list(dict.fromkeys(name for table in tables for name in table))
    left = max(map(len, names)) + 2
    heads = [f"design {numbered.index(one) + 1}" for one in best]
    yield (_INDENT + " " * left + "".join(f"{head:{_WIDTH + 2}}" for head in heads)).rstrip()
    for name in names:
        cells = [_wrapped(inert(table.get(name, "-")), _WIDTH) or [""] for table in tables]
        for line in range(max(map(len, cells))):
            parts = "".join(f"{cell[line] if line < len(cell) else '':{_WIDTH + 2}}" for cell in cells)
            yield f"{_INDENT}{inert(name) if line == 0 else '':{left}}{parts}".rstrip()
    yield ""


def _beside(advice: Advice, numbered: Sequence[Assessment]) -> Iterator[str]:
    best, cheaper = advice.best[0], advice.next_cheaper
    if cheaper is not None:
        yield from _said(f"The next cheaper one, {title(cheaper)} at {money(cheaper.cost)}, fails:")
        yield from _reasons(cheaper)
    else:
        yield f"{_INDENT}Nothing that was tried costs less than design {numbered.index(best) + 1}."
    for one in best.advice:
        yield from _said(f"note: {inert(one)}")


def _closest(one: Assessment) -> Iterator[str]:
    obstacle = main_obstacle(one)
    yield from _said(f"What stands in the way: {inert(obstacle.requirement)}: {inert(obstacle.why)}")
    yield from _said(f"The closest design, {title(one)} at {money(one.cost)}, fails:")
    yield from _reasons(one)


def _reasons(one: Assessment) -> Iterator[str]:
    for reason in why_not(one):
        yield from _wrapped(inert(reason), _PROSE, f"{_INDENT}- ", _INDENT * 2)


def _said(text: str) -> list[str]:
    return _wrapped(text, _PROSE, _INDENT, _INDENT)


def _wrapped(text: str, width: int, first: str = "", other: str = "") -> list[str]:
    """Names of regions and machines stay whole."""
    return wrap(text, width, initial_indent=first, subsequent_indent=other, break_on_hyphens=False)


def conclusion(numbered: Sequence[Assessment]) -> str:
    if not numbered:
        return "No design meets everything."
    best = numbered[0]
    open_end = f" What cannot be told: {inert('; '.join(best.open))}." if best.open else ""
    partial = ", as far as it could be priced" if best.gaps else ""
    return f"Design 1 costs least{partial}: {title(best)}, {money(best.cost)} a month.{open_end}"
