"""What system was found, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlarchlint.analysis.stages import in_words
from mlarchlint.model.regex import regex
from mlarchlint.report.describe_words import Description, listed

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

_SPECIAL = regex(r"([\\`*_{}\[\]<>#|!~&$@])")


def render_describe_markdown(result: Result) -> str:
    return "\n".join(_lines(Description(result))) + "\n"


def _lines(found: Description) -> Iterator[str]:
    yield escaped(found.paragraph())
    if not found.is_learning:
        return
    yield from ("", "| Stage | How sure | Services |", "|---|---|---|")
    for stage in found.stages:
        yield f"| {stage.name} | {in_words(stage.confidence)} | {escaped(found.services(stage))} |"
    if found.patterns:
        yield from ("", "| Pattern | How sure | Evidence | Not found |", "|---|---|---|---|")
    for pattern in found.patterns:
        evidence = "; ".join(f"{component}: {names}" for component, names in found.signs(pattern))
        lacking = listed(pattern.lacking) or "-"
        yield f"| {pattern.name} | {in_words(pattern.confidence)} | {escaped(evidence)} | {lacking} |"


def escaped(text: str) -> str:
    """Names from the scanned code may not be read as Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", text)
