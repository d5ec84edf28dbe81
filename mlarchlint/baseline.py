"""Findings that were there before: a file of fingerprints, each with how often it was found.

Two new problems are not hidden by one old one, and what can never be ignored is not hidden at all.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mlarchlint.config_check import nearest
from mlarchlint.config_file import shown_path
from mlarchlint.config_text import ConfigError, Mistake
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.finding import Finding, Suppression
from mlarchlint.model.rule import Rule
from mlarchlint.model.span import SourceSpan

VERSION = 1
NAME = ".mlarchlint-baseline.json"
_KEYS = ("count", "rule", "address", "file")


@dataclass(frozen=True, slots=True)
class Entry:
    """count: findings that are accepted. The rest is for readers, and for telling what is stale."""

    count: int
    rule: str = ""
    address: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Baseline:
    """entries: by fingerprint."""

    place: str
    entries: Mapping[str, Entry] = field(default_factory=dict)


def baseline_of(findings: Iterable[Finding], rules: Iterable[Rule], place: str = "") -> Baseline:
    """What counts now: neither the uncertain, nor what is suppressed otherwise, nor what cannot be ignored."""
    fixed = _fixed(rules)
    counted = [
        f
        for f in findings
        if f.certain and f.rule not in fixed and (f.suppressed is None or f.suppressed.how == "baseline")
    ]
    times = Counter(finding.fingerprint for finding in counted)
    entries = {
        f.fingerprint: Entry(times[f.fingerprint], f.rule, f.subject.address, f.span.file) for f in counted
    }
    return Baseline(place, entries)


def pruned(baseline: Baseline, now: Baseline) -> Baseline:
    """Without what is no longer found; nothing is added."""
    kept = {
        mark: replace(entry, count=min(entry.count, now.entries[mark].count))
        for mark, entry in baseline.entries.items()
        if mark in now.entries
    }
    return replace(baseline, entries=kept)


def apply_baseline(
    findings: Iterable[Finding], baseline: Baseline, rules: Sequence[Rule], files_read: Collection[str]
) -> tuple[tuple[Finding, ...], tuple[Diagnostic, ...]]:
    """The findings, those of the baseline marked as suppressed; a warning where some are gone."""
    fixed = _fixed(rules)
    left = {mark: entry.count for mark, entry in baseline.entries.items()}
    marked = []
    for finding in findings:
        if (
            finding.certain
            and finding.suppressed is None
            and finding.rule not in fixed
            and left.get(finding.fingerprint, 0) > 0
        ):
            left[finding.fingerprint] -= 1
            place = SourceSpan(baseline.place, max(1, baseline.entries[finding.fingerprint].line))
            known = Suppression("baseline", "in the baseline", place)
            finding = replace(finding, suppressed=known)
        marked.append(finding)
    ran = {rule.id for rule in rules}
    gone = [
        entry
        for mark, entry in baseline.entries.items()
        if left[mark] and entry.rule in ran and entry.file in files_read
    ]
    return tuple(marked), (_stale(baseline, gone),) if gone else ()


def read_baseline(place: Path) -> Baseline:
    """Raises ConfigError with every mistake."""
    shown = shown_path(place)
    try:
        text = place.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError([Mistake(f"cannot be read: {error.strerror}", SourceSpan(shown))]) from None
    except UnicodeDecodeError:
        raise ConfigError([Mistake("is not UTF-8 text", SourceSpan(shown))]) from None
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        at = SourceSpan(shown, error.lineno, error.colno)
        raise ConfigError([Mistake(f"is not JSON: {error.msg}", at)]) from None
    except RecursionError:
        raise ConfigError([Mistake("is not a baseline: nested too deep", SourceSpan(shown))]) from None
    return _checked(data, shown, _lines(text))


def baseline_text(baseline: Baseline) -> str:
    """One line per fingerprint in the order of file, rule and address, so that changes review well."""
    ordered = sorted(baseline.entries.items(), key=lambda e: (e[1].file, e[1].rule, e[1].address, e[0]))
    lines = []
    for mark, entry in ordered:
        shown = {"count": entry.count, "rule": entry.rule, "address": entry.address, "file": entry.file}
        lines.append(f"    {json.dumps(mark)}: {json.dumps({k: v for k, v in shown.items() if v != ''})}")
    body = ",\n".join(lines)
    findings = f"{{\n{body}\n  }}" if lines else "{}"
    return f'{{\n  "version": {VERSION},\n  "findings": {findings}\n}}\n'


def _fixed(rules: Iterable[Rule]) -> set[str]:
    return {rule.id for rule in rules if not rule.ignorable}


def _stale(baseline: Baseline, gone: Sequence[Entry]) -> Diagnostic:
    named = ", ".join(f"{entry.rule} {entry.address}".strip() for entry in gone[:3])
    more = f" and {len(gone) - 3} more" if len(gone) > 3 else ""
    return Diagnostic(
        "stale-baseline",
        f"the baseline accepts findings that are gone: {named}{more}",
        "Run `mlarchlint baseline prune`, so that they cannot come back unseen.",
        SourceSpan(baseline.place, max(1, gone[0].line)),
        Level.WARNING,
    )


def _lines(text: str) -> dict[str, int]:
    """The line on which each quoted name at the start of a line stands."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        name, quote, _ = line.strip().removeprefix('"').partition('"')
        if quote:
            found.setdefault(name, number)
    return found


def _checked(data: Any, shown: str, lines: Mapping[str, int]) -> Baseline:
    mistakes: list[Mistake] = []

    def wrong(text: str, name: str = "") -> None:
        mistakes.append(Mistake(text, SourceSpan(shown, lines.get(name, 1), 1)))

    found = data.get("findings") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(found, dict):
        raise ConfigError(
            [Mistake("is not a baseline: it needs 'version' and 'findings'", SourceSpan(shown))]
        )
    if data.get("version") != VERSION:
        wrong(f"version {data.get('version')!r} is not known; this is {VERSION}", "version")
    for key in data:
        if key not in ("version", "findings"):
            wrong(f"unknown key '{key}'{nearest(key, ['version', 'findings'])}", key)
    entries: dict[str, Entry] = {}
    for mark, given in found.items():
        entry = {"count": given} if isinstance(given, int) else given
        if not isinstance(entry, dict):
            wrong(f"'{mark}' must be a count or a mapping", mark)
            continue
        for key in entry:
            if key not in _KEYS:
                wrong(f"unknown key '{key}' of '{mark}'{nearest(key, list(_KEYS))}", mark)
        count = entry.get("count")
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            wrong(f"the count of '{mark}' must be a whole number of at least 1", mark)
            continue
        texts = {key: str(entry.get(key, "")) for key in _KEYS[1:]}
        entries[mark] = Entry(count, **texts, line=lines.get(mark, 1))
    if mistakes:
        raise ConfigError(mistakes)
    return Baseline(shown, entries)
