"""What system was found, for people at a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlarchlint.analysis.stages import in_words
from mlarchlint.report.describe_words import Description, listed

if TYPE_CHECKING:
    from mlarchlint.pipeline import Result

_WIDTH = 100


def render_describe_text(result: Result) -> str:
    return "\n".join(_lines(Description(result))) + "\n"


def _lines(found: Description) -> Iterator[str]:
    yield from textwrap.wrap(found.paragraph(), _WIDTH, break_long_words=False, break_on_hyphens=False)
    if not found.is_learning:
        return
    yield ""
    yield f"{'Stage':<15}{'How sure':<12}Services"
    for stage in found.stages:
        yield f"{stage.name:<15}{in_words(stage.confidence):<12}{found.services(stage)}"
    for pattern in found.patterns:
        yield ""
        yield f"Pattern: {pattern.name} ({in_words(pattern.confidence)})"
        for component, addresses in found.signs(pattern):
            yield f"  {component}: {addresses}"
        if pattern.lacking:
            yield f"  not found: {listed(pattern.lacking)}"
