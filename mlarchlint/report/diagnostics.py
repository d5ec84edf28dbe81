"""What the tool could not do, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mlarchlint.model.diagnostic import Diagnostic
from mlarchlint.report.inert import inert


def diagnostic_lines(
    diagnostic: Diagnostic,
    safe: Callable[[str], str] = inert,
    paint: Callable[[str, str], str] = lambda text, style: text,
) -> Iterator[str]:
    level = diagnostic.level.value
    place = f"{safe(str(diagnostic.span))}: " if diagnostic.span.file else ""
    yield f"{paint(level, level)}: {place}{safe(diagnostic.summary)} [{diagnostic.code}]"
    if diagnostic.detail:
        yield f"  {safe(diagnostic.detail)}"
