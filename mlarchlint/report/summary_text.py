"""The lines a report for people ends (or begins) with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from mlarchlint.model.diagnostic import Level
from mlarchlint.model.truth import Truth
from mlarchlint.report.summary import Summary, dollars, unread_modules
from mlarchlint.report.wording import Wording

if TYPE_CHECKING:
    from mlarchlint.comparison import Comparison
    from mlarchlint.pipeline import Result

Paint = Callable[[str, str], str]  # (text, style) -> text
_MODULES, _WORKLOADS = 5, 8  # named in the summary


def plain_text(text: str, style: str) -> str:
    return text


def summary_lines(
    result: Result, summary: Summary, words: Wording, paint: Paint = plain_text
) -> Iterator[str]:
    """The outcome, what was read, the workloads, the cost: one line each; then the requirements."""
    yield verdict(result, summary, paint)
    if result.comparison is not None:
        yield _against(result.comparison, words)
    counts = result.counts
    yield (
        f"Read {_plural(counts.files_read, 'file')}"
        + (f", could not read {counts.files_failed}" if counts.files_failed else "")
        + (f", passed over {counts.files_skipped} of other formats" if counts.files_skipped else "")
        + f": {_plural(counts.resources, 'resource')}, {_plural(counts.unknown_values, 'unknown value')}, "
        + f"{_plural(len(result.rules), 'rule')} run."
    )
    yield from _unread(result, words)
    yield from _rendered(result)
    if result.workloads:
        shown = result.workloads[:_WORKLOADS]
        named = [f"{w.name} ({w.role}, {w.confidence:.2f})" for w in shown]
        more = len(result.workloads) - len(shown)
        named += [f"{more} more"] if more else []
        yield f"Workloads: {words.safe(', '.join(named))}."
    yield from _cost(result, summary)
    yield from _requirements(result, words)


def _requirements(result: Result, words: Wording) -> Iterator[str]:
    """How many are met, and each one that is not, or that cannot be told."""
    if not result.config.requirements.data:
        return
    from mlarchlint.judgements import judged
    from mlarchlint.report.check_text import counted, word

    found = [one for one in judged(result) if one.binding]
    if not found:
        return
    yield f"Requirements: {counted(found)} (`mlarchlint check` shows the arithmetic)."
    for one in found:
        if one.met is not Truth.YES:
            said = one.missing if one.met is Truth.MAYBE else one.computed
            rule = f" [{one.rule}]" if one.rule else ""
            yield words.safe(
                f"  {word(one)}: {one.requirement}, {one.required}{': ' if said else ''}{said}{rule}"
            )


def _against(found: Comparison, words: Wording) -> str:
    parts = [f"{len(found.new)} new", f"{len(found.fixed)} fixed", f"{len(found.unchanged)} unchanged"]
    if found.not_comparable:
        parts.append(f"{len(found.not_comparable)} not comparable (not read there)")
    return f"Against {words.safe(found.base)}: {', '.join(parts)}."


def _unread(result: Result, words: Wording) -> Iterator[str]:
    """Modules are read after `terraform init` has laid their code beside the configuration."""
    modules = unread_modules(result)
    if modules:
        named = [f"{module.address} ({module.type})" for module in modules[:_MODULES]]
        more = len(modules) - len(named)
        named += [f"{more} more"] if more else []
        yield f"Modules not read, run `terraform init` to have them: {words.safe(', '.join(named))}."


def _rendered(result: Result) -> Iterator[str]:
    """The outcome depends on what was there to render with."""
    if result.renderers:
        told = [
            f"{count} rendered by {tool}" if tool else f"{count} not rendered"
            for tool, count in result.renderers
        ]
        yield f"Charts and overlays: {', '.join(reversed(told))}."


def _cost(result: Result, summary: Summary) -> Iterator[str]:
    if not result.estimate.resources:
        return
    low, high = dollars(summary.monthly_low), dollars(summary.monthly_high)
    amount = low if low == high else f"{low} to {high}"
    if not summary.prices_as_of:
        amount = "not known"
    text = f"Monthly cost: {amount}"
    if summary.prices_as_of:
        text += f" (prices of {summary.prices_as_of}"
        text += f", {_plural(summary.unpriced, 'gap')})" if summary.unpriced else ")"
    elif summary.unpriced:
        text += f" ({_plural(summary.unpriced, 'gap')})"
    if summary.budget is not None:
        text += f"; budget {dollars(summary.budget)}"
    yield text + "."


def verdict(result: Result, summary: Summary, paint: Paint = plain_text) -> str:
    """The outcome in one line."""
    parts = [paint(f"{count} {severity.value}", severity.value) for severity, count in summary.by_severity]
    found = _plural(summary.findings, "finding") if summary.findings else "No findings"
    text = f"{found}: {', '.join(parts)}" if parts else found
    if summary.uncertain:
        hint = "" if result.config.uncertain else " (show with --uncertain)"
        text += f"; {summary.uncertain} uncertain{hint}"
    if summary.suppressed:
        text += f"; {summary.suppressed} suppressed"
    errors = sum(d.level is Level.ERROR for d in result.diagnostics)
    if errors:
        text += paint(f"; INCOMPLETE: {_plural(errors, 'error')}", "error")
    return text + "."


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
