"""The tests that a policy file brings: small designs made of the traits that are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from mlarchlint.config_check import nearest
from mlarchlint.config_text import Mistake
from mlarchlint.design import Design
from mlarchlint.model.estimate import CostItem, Estimate, PriceRow, ResourceEstimate
from mlarchlint.model.graph import Edge, Relation, ResourceGraph
from mlarchlint.model.record import record
from mlarchlint.model.resource import Format, Instance, Resource
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value, from_plain
from mlarchlint.model.workload import RoleOf
from mlarchlint.policy import Policy
from mlarchlint.policy_facts import is_group, mistake_in_kind, mistake_in_name
from mlarchlint.requirements import Requirements

# What is given beside traits; the rest of the facts follows from it.
_GIVEN = ("kind", "role", "env", "tags", "type", "provider", "address", "cost", "exists")
_SPAN = SourceSpan("test", 1, 1, 1, 2)


@record(frozen=True, slots=True)
class Outcome:
    """Of one test. found: `pass`, `fail`, `unknown` or `skipped`."""

    policy: str
    name: str
    expected: str
    found: str
    span: SourceSpan

    @property
    def agrees(self) -> bool:
        return self.expected == self.found


def run_tests(policy: Policy) -> tuple[list[Outcome], list[Mistake]]:
    """What each test of the file gives, and what is wrong with the tests."""
    outcomes: list[Outcome] = []
    mistakes: list[Mistake] = []
    for place, test in enumerate(policy.tests):
        path = ("tests", str(place))
        span = policy.document.span(path)
        wrong = [Mistake(text, span) for text in _mistakes(test)]
        mistakes += wrong
        if not wrong:
            name = test.get("name", f"test {place + 1}")
            outcomes.append(Outcome(policy.rule.id, name, test["expect"], found_in(policy, test), span))
    return outcomes, mistakes


def found_in(policy: Policy, test: Mapping[str, Any]) -> str:
    design, subject = _design(test)
    rule = policy.rule
    node = None if not rule.kinds else design.graph[subject]
    if node is not None:
        role = design.role(node)
        if node.kind not in rule.kinds or (rule.roles and role not in rule.roles):
            return "skipped"
    hits = list(rule.check(node, design))  # type: ignore[arg-type]
    if not hits:
        return "pass" if node is None or policy.applies(node, design) else "skipped"
    return "fail" if any(hit.certain for hit in hits) else "unknown"


def _nodes(test: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    return test["nodes"] if "nodes" in test else {"node": test["node"]}


def _mistakes(test: Mapping[str, Any]) -> Iterator[str]:
    nodes = _nodes(test)
    for data in nodes.values():
        if "kind" not in data:
            yield "a node of a test needs a 'kind'"
        elif mistake_in_kind(data["kind"]):
            yield mistake_in_kind(data["kind"])
        for name, _ in _flat({key: value for key, value in data.items() if key not in _GIVEN}, ""):
            if mistake_in_name(name):
                yield mistake_in_name(name)
    relations = [relation.value for relation in Relation]
    for source, relation, target in test.get("edges", ()):
        if relation not in relations:
            yield f"there is no relation '{relation}'{nearest(relation, relations)}"
        for end in (source, target):
            if end not in nodes:
                yield f"there is no node '{end}'{nearest(end, list(nodes))}"
    subject = test.get("subject")
    if subject is not None and subject not in nodes:
        yield f"there is no node '{subject}'{nearest(subject, list(nodes))}"


def _design(test: Mapping[str, Any]) -> tuple[Design, str]:
    nodes = _nodes(test)
    resources = [_resource(name, data, line) for line, (name, data) in enumerate(nodes.items(), 1)]
    edges = [Edge(source, target, Relation(relation)) for source, relation, target in test.get("edges", ())]
    roles = {name: RoleOf(data["role"], 1.0, ()) for name, data in nodes.items() if "role" in data}
    costs = {name: _cost(name, data["cost"]) for name, data in nodes.items() if "cost" in data}
    design = Design(ResourceGraph(resources, edges), roles, (), Estimate(costs), Requirements({}, {}))
    return design, test.get("subject", next(iter(nodes)))


def _resource(name: str, data: Mapping[str, Any], line: int) -> Resource:
    traits = {key: value for key, value in data.items() if key not in _GIVEN}
    attrs = {trait: _value(value) for trait, value in _flat(traits, "")}
    tags = {str(key): _value(value) for key, value in data.get("tags", {}).items()}
    if "env" in data:
        tags["environment"] = _value(data["env"])
    span = replace(_SPAN, line=line)
    kind = data["kind"]
    instance = Instance(data.get("address", name), data.get("type", kind), name, Format.TERRAFORM, {}, span)
    return Resource(name, instance.address, kind, data.get("provider", ""), attrs, tags, instance)


def _flat(data: Mapping[str, Any], start: str) -> Iterator[tuple[str, Any]]:
    """`accelerator: {count: 1}` is `accelerator.count: 1`."""
    for key, value in data.items():
        name = start + str(key)
        nested = isinstance(value, Mapping) and set(value) != {"unknown"}
        if nested and is_group(name) and mistake_in_name(name):
            yield from _flat(value, f"{name}.")
        else:
            yield name, value


def _value(data: Any) -> Value:
    if isinstance(data, Mapping) and set(data) == {"unknown"}:
        return Value.unknown(str(data["unknown"]), _SPAN)
    return from_plain(data, _SPAN) if data is not None else Value.absent(_SPAN)


def _cost(key: str, data: Mapping[str, Any]) -> ResourceEstimate:
    low = Decimal(data.get("monthly_usd_low", data.get("monthly_usd_high", 0)))
    high = Decimal(data.get("monthly_usd_high", low))
    row = PriceRow("test", "test", "", "month", Decimal(1), "test", "")
    return ResourceEstimate(key, (CostItem("cost", low, high, "month", row),))
