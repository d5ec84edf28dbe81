"""Requirements and what the design can do, for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from mlarchlint.judgement import Judgement
from mlarchlint.model.truth import Truth
from mlarchlint.report.inert import inert, width
from mlarchlint.report.redact import Redactor

if TYPE_CHECKING:
    from mlarchlint.notes import Note
    from mlarchlint.pipeline import Result

_WIDEST = 44  # columns of one cell; the rest is said above
WORDS = {Truth.YES: "met", Truth.NO: "not met", Truth.MAYBE: "unknown"}


def word(one: Judgement) -> str:
    return WORDS[one.met]


def counted(found: Sequence[Judgement]) -> str:
    """`4 met, 1 not met, 2 unknown`, of those that are enforced."""
    enforced = [one for one in found if one.binding]
    numbers = [
        (sum(1 for one in enforced if one.met is truth), WORDS[truth])
        for truth in (Truth.YES, Truth.NO, Truth.MAYBE)
    ]
    return ", ".join(f"{number} {name}" for number, name in numbers)


def render_check_text(result: Result, found: Sequence[Judgement], notes: Sequence[Note] = ()) -> str:
    return "\n".join(_lines(result, found, notes)) + "\n"


def _lines(result: Result, found: Sequence[Judgement], notes: Sequence[Note]) -> Iterator[str]:
    shown = Redactor(result.graph).text
    if not found:
        yield "No requirements are written: nothing to check. See `requirements:` of .mlarchlint.yaml."
        for note in notes:
            yield from _note(note, lambda text: inert(shown(text)))
        return
    for one in found:
        yield from _one(one, lambda text: inert(shown(text)))
        yield ""
    for note in notes:
        yield from _note(note, lambda text: inert(shown(text)))
    if notes:
        yield ""
    yield from _table(found, lambda text: inert(shown(text)))
    yield ""
    service = result.config.requirements.text("service")
    yield f"{inert(service) + ': ' if service else ''}{counted(found)}."


def _table(found: Sequence[Judgement], shown: Callable[[str], str]) -> Iterator[str]:
    """One row per requirement; what cannot be told says what is missing."""
    rows: list[tuple[str, ...]] = [
        ("requirement", "required", "computed", "verdict", "margin or what is missing", "where")
    ]
    for one in found:
        verdict = word(one) + ("" if one.binding else " (not enforced)")
        where = f"{one.span.file}:{one.span.line}" if one.span.file else ""
        told = one.missing if one.met is Truth.MAYBE else one.margin
        cells = (one.requirement, one.required, one.computed or "-", verdict, told or "-", where or "-")
        rows.append(tuple(shown(cell) for cell in cells))
    widths = [min(_WIDEST, max(width(row[column]) for row in rows)) for column in range(len(rows[0]))]
    for place, row in enumerate(rows):
        padded = [_fitted(cell, wide) for cell, wide in zip(row[:-1], widths, strict=False)]
        yield "  ".join([*padded, row[-1]]).rstrip()
        if place == 0:
            yield "  ".join("-" * wide for wide in widths)


def _fitted(text: str, wide: int) -> str:
    if width(text) > wide:
        text = text[: wide - 1] + "…"
    return text + " " * (wide - width(text))


def _note(note: Note, shown: object) -> Iterator[str]:
    assert callable(shown)
    where = f"  ({note.span.file}:{note.span.line})" if note.span.file else ""
    yield f"{'NOTE':8} {note.topic}: {shown(note.text)}{shown(where)}"
    for text in note.details:
        yield f"           - {shown(text)}"
    if note.source:
        yield f"           source: {shown(note.source)}"


def _one(one: Judgement, shown: object) -> Iterator[str]:
    assert callable(shown)
    rule = f"  [{one.rule}]" if one.rule else ""
    note = "" if one.binding else "  (shown, not enforced)"
    yield f"{word(one).upper():8} {one.requirement}: {shown(one.required)}{rule}{note}"
    rows = (
        ("computed", one.computed),
        ("margin", one.margin),
        ("missing", one.missing),
        ("where", one.subject),
        ("", f"{one.span.file}:{one.span.line}" if one.span.file else ""),
    )
    for name, text in rows:
        if text:
            yield f"         {name + ':' if name else '':10} {shown(text)}"
    for text in one.arithmetic:
        yield f"           = {shown(text)}"
    for text in one.assumptions:
        yield f"           assumed: {shown(text)}"
    if one.closes:
        yield f"         gap:       {shown(one.closes)}"
