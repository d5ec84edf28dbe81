"""What a policy asserts, as a tree that is judged in three-valued logic.

Every verdict names the value it rests on, so that a finding stands where the deciding value is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Union

from mlarchlint.model.graph import Relation
from mlarchlint.model.record import record
from mlarchlint.model.resource import Mode, Resource
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value
from mlarchlint.policy_conditions import ORDER, Condition, holds
from mlarchlint.policy_facts import fact

if TYPE_CHECKING:
    from mlarchlint.design import Design

# Over which a path goes where the policy does not say: the way of requests and data.
WAY = (
    Relation.ROUTES_TO, Relation.RESOLVES_TO, Relation.TRIGGERS, Relation.SERVES, Relation.READS, Relation.WRITES,
)  # fmt: skip
HOPS = 8
MAX_STEPS = 20_000
INTERNET = "internet"


@record(frozen=True, slots=True)
class Verdict:
    """at: the deciding value. missing: the kinds that would satisfy it, where it lacks something."""

    truth: Truth
    at: Value | None = None
    missing: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class Fits:
    """A fact meets conditions."""

    name: str
    conditions: tuple[Condition, ...]


@record(frozen=True, slots=True)
class All:
    parts: tuple[Assertion, ...]


@record(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Assertion, ...]


@record(frozen=True, slots=True)
class Not:
    part: Assertion


@record(frozen=True, slots=True)
class HasEdge:
    """Between `least` and `most` neighbours over one of the relations; most is None where it is open."""

    relations: tuple[Relation, ...]
    direction: str
    other: Assertion
    kinds: tuple[str, ...]
    least: int
    most: int | None


@record(frozen=True, slots=True)
class HasPath:
    """Something that meets `other` reaches the node (`from`), or is reached by it (`to`)."""

    other: Assertion
    internet: bool
    backwards: bool
    via: Assertion | None
    relations: tuple[Relation, ...]
    hops: int


@record(frozen=True, slots=True)
class Total:
    """The number of resources that meet `of`, or the sum of a fact over them, within bounds."""

    fact: str
    of: Assertion
    kinds: tuple[str, ...]
    bounds: tuple[tuple[str, Bound], ...]


@record(frozen=True, slots=True)
class Lookup:
    """A figure of a table, by the group that is judged."""

    table: tuple[tuple[str, Decimal], ...]
    key: str


Bound = Union[Decimal, Lookup]
Assertion = Union[Fits, All, AnyOf, Not, HasEdge, HasPath, Total]


def judge(assertion: Assertion, node: Resource, design: Design) -> Verdict:
    """Of one resource."""
    return _JUDGES[type(assertion)](assertion, node, design)


def _fits(assertion: Fits, node: Resource, design: Design) -> Verdict:
    value = fact(assertion.name, node, design)
    return Verdict(holds(assertion.conditions, value), value)


def _all(assertion: All, node: Resource, design: Design) -> Verdict:
    return _worst([judge(part, node, design) for part in assertion.parts], Truth.YES)


def _any(assertion: AnyOf, node: Resource, design: Design) -> Verdict:
    verdicts = [judge(part, node, design) for part in assertion.parts]
    best = max(verdicts, key=lambda v: v.truth.value, default=Verdict(Truth.NO))
    missing = tuple(dict.fromkeys(kind for verdict in verdicts for kind in verdict.missing))
    return Verdict(best.truth, best.at, missing if best.truth is Truth.NO else ())


def _not(assertion: Not, node: Resource, design: Design) -> Verdict:
    inner = judge(assertion.part, node, design)
    return Verdict(~inner.truth, inner.at)


def _worst(verdicts: Sequence[Verdict], empty: Truth) -> Verdict:
    """The first of the worst: it decides a conjunction."""
    return min(verdicts, key=lambda v: v.truth.value, default=Verdict(empty))


def _edge(assertion: HasEdge, node: Resource, design: Design) -> Verdict:
    graph = design.graph
    found: dict[str, Resource] = {}
    if assertion.direction in ("out", "any"):
        found |= {other.key: other for other in graph.targets(node, *assertion.relations)}
    if assertion.direction in ("in", "any"):
        found |= {other.key: other for other in graph.sources(node, *assertion.relations)}
    sure, possible = _counted(assertion.other, found.values(), design)
    if assertion.direction != "in" and any(
        graph.open_ends(node, relation) for relation in assertion.relations
    ):
        possible += 1
    truth = Truth.YES
    if sure < assertion.least:
        truth = Truth.MAYBE if sure + possible >= assertion.least else Truth.NO
    if assertion.most is not None and sure + possible > assertion.most:
        truth = Truth.NO if sure > assertion.most else truth & Truth.MAYBE
    lacks = truth is Truth.NO and sure < assertion.least
    return Verdict(truth, None, assertion.kinds if lacks else ())


def _counted(wanted: Assertion, nodes: Iterable[Resource], design: Design) -> tuple[int, int]:
    """(how many meet it, how many more may)."""
    sure = possible = 0
    for node in nodes:
        truth = judge(wanted, node, design).truth & node.instance.exists
        sure += truth is Truth.YES
        possible += truth is Truth.MAYBE
    return sure, possible


def _path(assertion: HasPath, node: Resource, design: Design) -> Verdict:
    if assertion.internet:
        return _from_internet(assertion, node, design)
    graph = design.graph
    step: Callable[..., tuple[Resource, ...]] = graph.sources if assertion.backwards else graph.targets
    best = Truth.NO
    frontier, seen = {node.key: (node, Truth.YES)}, {node.key: Truth.YES}
    for _ in range(assertion.hops):
        following: dict[str, tuple[Resource, Truth]] = {}
        for passed, so_far in frontier.values():
            for other in step(passed, *assertion.relations):
                truth = so_far & other.instance.exists
                best = best | (truth & judge(assertion.other, other, design).truth)
                if assertion.via is not None:
                    truth = truth & judge(assertion.via, other, design).truth
                if truth.value > seen.get(other.key, Truth.NO).value and len(seen) < MAX_STEPS:
                    seen[other.key] = truth
                    following[other.key] = (other, truth)
        frontier = following
    return Verdict(best)


def _from_internet(assertion: HasPath, node: Resource, design: Design) -> Verdict:
    """As address, route and firewalls together tell; `via` names what the way leads through."""
    from mlarchlint.analysis.exposure import ways_in

    best, at = Truth.NO, None
    for way in ways_in(design.graph, node):
        through = {one.node.key: one.node for one in (*way.evidence,)} | {way.entry.key: way.entry}
        through.pop(node.key, None)
        truth = way.reachable
        if assertion.via is not None and through:
            passing = (judge(assertion.via, other, design).truth for other in through.values())
            truth = truth & Truth.any(passing)
        if truth.value > best.value:
            best = truth
            at = next((one.value for one in way.evidence if one.value.span.file), None)
    return Verdict(best, at)


def _total(assertion: Total, node: Resource, design: Design) -> Verdict:
    return judge_total(assertion, subjects(design, assertion.kinds), design, "")[0]


def subjects(design: Design, kinds: Sequence[str]) -> tuple[Resource, ...]:
    """What policies speak of: resources in their own right, not data sources or parts of others."""
    nodes = design.graph.of_kind(*kinds) if kinds else design.graph.resources
    return tuple(n for n in nodes if n.part_of is None and n.instance.mode is not Mode.DATA)


def judge_total(
    assertion: Total, nodes: Sequence[Resource], design: Design, group: str, sure: bool = True
) -> tuple[Verdict, Decimal]:
    """(the verdict, the figure that is sure). sure: whether the nodes surely belong to the group."""
    low = high = Decimal(0)
    for node in nodes:
        truth = judge(assertion.of, node, design).truth & node.instance.exists
        if not sure:
            truth = truth & Truth.MAYBE
        if truth is Truth.NO:
            continue
        amount = Decimal(1)
        if assertion.fact:
            number = fact(assertion.fact, node, design).number()
            if number is None:
                high = Decimal("Infinity")
                continue
            amount = number
        low, high = (low + amount if truth is Truth.YES else low), high + amount
    verdicts = []
    for operator, bound in assertion.bounds:
        limit = figure(bound, group)
        if limit is None:
            verdicts.append(Verdict(Truth.MAYBE))
            continue
        ends = {ORDER[operator](low, limit), ORDER[operator](high, limit)}
        truth = Truth.MAYBE if len(ends) == 2 else Truth.of(ends.pop())
        lacks = truth is Truth.NO and operator in ("gt", "ge") and not assertion.fact
        verdicts.append(Verdict(truth, None, assertion.kinds if lacks else ()))
    return _worst(verdicts, Truth.YES), low


def figure(bound: Bound, group: str) -> Decimal | None:
    """None where the table has no figure for the group."""
    if isinstance(bound, Decimal):
        return bound
    return dict(bound.table).get(bound.key.replace("{group}", group))


_JUDGES: Mapping[type, Callable[..., Verdict]] = {
    Fits: _fits, All: _all, AnyOf: _any, Not: _not, HasEdge: _edge, HasPath: _path, Total: _total,
}  # fmt: skip
