"""What another engine found, as findings of ours; what both found, once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mlarchlint.model.finding import Finding, Related, Severity, Subject
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.regex import regex
from mlarchlint.model.rule import Rule
from mlarchlint.model.span import SourceSpan

_INSTANCE = regex(r"\[[^\]]*\]")


@record(frozen=True, slots=True)
class Outside:
    """engine: `checkov` or `cfn-lint`. title: of the check. message: what it says here. address: as we write it.

    same: the rule of ours on the same attribute.
    """

    engine: str
    check: str
    title: str
    message: str
    pillar: str
    severity: Severity
    address: str
    span: SourceSpan
    same: str = ""
    link: str = ""


class EngineFailed(Exception):
    """The engine is not there, or gave nothing that can be read: what, and what to do about it."""

    def __init__(self, summary: str, detail: str) -> None:
        super().__init__(summary)
        self.summary, self.detail = summary, detail


def rules_of(found: Iterable[Outside]) -> tuple[Rule, ...]:
    """One rule per check, for the reports that list rules."""
    made: dict[str, Rule] = {}
    for one in found:
        doc = one.title + (f"\n\n## References\n- {one.link}" if one.link else "")
        made.setdefault(
            one.check,
            Rule(
                one.check, name_of(one), one.severity, (), (), "", doc, lambda *_: iter(()), True, one.engine, one.pillar
            ),
        )  # fmt: skip
    return tuple(made[check] for check in sorted(made))


def joined(
    ours: Sequence[Finding], found: Iterable[Outside], graph: ResourceGraph
) -> tuple[tuple[Finding, ...], int]:
    """(our findings and theirs in the order of places, how many of theirs ours say already)."""
    kinds = {resource.address: resource for resource in graph}
    by_place: dict[tuple[str, str], list[int]] = {}
    for place, finding in enumerate(ours):
        by_place.setdefault((finding.rule, _declaration(finding.subject.address)), []).append(place)
    merged, theirs, twice = list(ours), [], 0
    seen: set[tuple[str, str, SourceSpan]] = set()
    for one in found:
        mark = (one.check, one.address, one.span)
        if mark in seen:
            continue
        seen.add(mark)
        twins = by_place.get((one.same, _declaration(one.address)), ()) if one.same else ()
        for place in twins:
            said = Related(f"{one.engine} says so too: {one.check}", one.span)
            merged[place] = replace(merged[place], related=(*merged[place].related, said))
        twice += bool(twins)
        if not twins:
            node = kinds.get(one.address)
            theirs.append(_finding(one, node.kind if node else "", node.type if node else ""))
    everything = [*merged, *theirs]
    everything.sort(
        key=lambda f: (f.span.file, f.span.line, f.span.column, f.rule, f.subject.address, f.message)
    )
    return tuple(everything), twice


def name_of(one: Outside) -> str:
    """Words in lower case joined by hyphens, as our rules are named."""
    return "-".join(re.findall(r"[a-z0-9]+", one.title.lower()))[:80].rstrip("-") or one.check.lower()


def _finding(one: Outside, kind: str, type_name: str) -> Finding:
    text = "\0".join((one.engine, one.check, _declaration(one.address) or one.span.file))
    return Finding(
        rule=one.check,
        name=name_of(one),
        pillar=one.pillar,
        severity=one.severity,
        certain=True,
        message=f"({one.engine}) {one.message}",
        subject=Subject(one.address, kind, type_name),
        span=one.span,
        fingerprint=hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32],
    )


def _declaration(address: str) -> str:
    return _INSTANCE.sub("", address)
