"""Updates without downtime, judged for `mlarchlint check`: how each serving fleet is updated."""

from __future__ import annotations

from collections.abc import Iterator

from mlarchlint.analysis.fleet import Fleet
from mlarchlint.analysis.update_faults import Fault, Update
from mlarchlint.design import Design
from mlarchlint.judgement import Judgement, nothing_serves
from mlarchlint.model.resource import Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

_NAME, _PATH = "updates without downtime", "updates.zero_downtime"
_RULE = "MLA-ML004"
# What another rule tells of, where it is all that stands in the way.
_TOLD_BY = {"readiness": "MLA-HA003", "only one": "MLA-HA002"}


def updates(design: Design) -> Iterator[Judgement]:
    """One row for each serving fleet, in the order of the graph."""
    judged = False
    for fleet in design.fleets:
        node = fleet.node
        if design.needs(node).flag(_PATH) is not True or not updated(design, node):
            continue
        judged = True
        yield _one(design, fleet, design.update(node))
    if not judged and design.requirements.flag(_PATH) is True:
        yield nothing_serves(_NAME, _PATH, "yes", _RULE)


def updated(design: Design, node: Resource) -> bool:
    """Not so nodes, which are there for what runs on them, and workers that no request reaches."""
    return not design.hosts_others(node) and design.takes_requests(node)


def _one(design: Design, fleet: Fleet, found: Update) -> Judgement:
    down = [fault for fault in found.faults if fault.downtime]
    certain = [fault for fault in down if _is_certain(design, fleet.node, fault)]
    met = Truth.NO if certain else Truth.MAYBE if down else Truth.YES
    told = certain or down
    at = told[0].at if told else found.at
    if not at.span.file:
        at = Value.known(fleet.name, fleet.node.span)
    tellers = {_TOLD_BY.get(fault.attribute, _RULE) for fault in told}
    return Judgement(
        _NAME,
        _PATH,
        "yes",
        fleet.name,
        "; ".join(fault.claim for fault in certain) or found.manner,
        met,
        missing="; ".join(_missing(design, fleet.node, fault) for fault in down)
        if met is Truth.MAYBE
        else "",
        arithmetic=(*_also(found, met), *(fault.claim for fault in found.faults if not fault.downtime)),
        closes="; ".join(dict.fromkeys(fault.fix for fault in told)),
        rule=tellers.pop() if len(tellers) == 1 else _RULE,
        span=at.span,
    )


def _is_certain(design: Design, node: Resource, fault: Fault) -> bool:
    return fault.certain and not (fault.missing and design.may_hold(node, fault.missing))


def _missing(design: Design, node: Resource, fault: Fault) -> str:
    holds = design.may_hold(node, fault.missing) if fault.missing else ""
    return f"{fault.claim}, unless it is in {holds}" if holds and fault.certain else fault.claim


def _also(found: Update, met: Truth) -> Iterator[str]:
    """The evidence beside the manner, with where it is written."""
    if met is not Truth.YES and found.manner:
        yield found.manner
    for text, value in found.notes:
        where = "" if value.default or not value.span.file else f" ({value.span.file}:{value.span.line})"
        yield text + where
