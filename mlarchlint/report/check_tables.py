"""Requirements and what the design can do, as a Markdown table and as JSON (data/schema/check.json)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mlarchlint.judgement import Judgement
from mlarchlint.report.check_text import counted, word
from mlarchlint.report.cost_tables import plain
from mlarchlint.report.inert import inert
from mlarchlint.report.redact import Redactor

if TYPE_CHECKING:
    from mlarchlint.notes import Note
    from mlarchlint.pipeline import Result


def render_check_markdown(result: Result, found: Sequence[Judgement], notes: Sequence[Note] = ()) -> str:
    shown = Redactor(result.graph).text

    def cell(text: str) -> str:
        return plain(inert(shown(text)))

    lines = [f"**Requirements: {counted(found)}**", ""]
    lines += [
        "| Requirement | Required | Computed | Verdict | Main assumption | Rule | Where |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in found:
        reason = one.missing or next(iter((*one.assumptions, *one.arithmetic)), "")
        verdict = word(one) + ("" if one.binding else " (not enforced)")
        computed = f"{one.computed}; {one.margin}" if one.margin and one.computed else one.computed
        where = f"{one.span.file}:{one.span.line}" if one.span.file else ""
        cells = (one.requirement, one.required, computed, verdict, reason, one.rule, where)
        lines.append("| " + " | ".join(map(cell, cells)) + " |")
    if notes:
        lines += ["", "**Worth knowing**", ""]
        lines += [f"- {cell(note.text)}{cell(f' ({note.source})' if note.source else '')}" for note in notes]
    return "\n".join(lines) + "\n"


def render_check_json(result: Result, found: Sequence[Judgement], notes: Sequence[Note] = ()) -> str:
    redactor = Redactor(result.graph)
    report = {
        "service": result.config.requirements.text("service"),
        "environment": result.config.environment or None,
        "requirements": [_one(one, redactor) for one in found],
        "notes": [_noted(note, redactor) for note in notes],
    }
    return json.dumps(report, indent=2, ensure_ascii=True) + "\n"


def _noted(note: Note, redactor: Redactor) -> dict[str, Any]:
    return {
        "topic": note.topic,
        "text": inert(redactor.text(note.text)),
        "details": [inert(redactor.text(text)) for text in note.details],
        "source": note.source,
        "file": note.span.file,
        "line": note.span.line if note.span.file else None,
    }


def _one(one: Judgement, redactor: Redactor) -> dict[str, Any]:
    def shown(text: str) -> str:
        return inert(redactor.text(text))

    return {
        "requirement": one.requirement,
        "path": one.path,
        "required": shown(one.required),
        "computed": shown(one.computed),
        "verdict": word(one),
        "enforced": one.binding,
        "margin": one.margin,
        "missing": shown(one.missing),
        "subject": shown(one.subject),
        "file": one.span.file,
        "line": one.span.line if one.span.file else None,
        "arithmetic": [shown(text) for text in one.arithmetic],
        "assumptions": [shown(text) for text in one.assumptions],
        "closes": shown(one.closes),
        "rule": one.rule,
    }
