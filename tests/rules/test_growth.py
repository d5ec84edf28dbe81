"""A design of twice the size takes a rule twice the work: nothing is searched again for each subject.

Counted in lines that are run, so that no clock and no other work on the machine decides.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from mlarchlint.design import Design
from mlarchlint.engine import run_rules
from mlarchlint.model.estimate import Estimate
from mlarchlint.model.graph import Edge, OpenEnd, Relation, ResourceGraph
from mlarchlint.model.resource import Resource
from mlarchlint.model.workload import Workload
from mlarchlint.pipeline import Result
from mlarchlint.registry import built_in_rules
from tests.test_fixtures import FIXTURES, scanned

STACKS = 12
MOST = 2.3  # a little is sorted
# Alarms that name nothing may be of every fleet of their stack: each is looked at with each.
WITH_ALARMS = {"MLA-OB005": 2.6}
# One of each family of front ends is enough: what they read is judged by the same code.
SHOWN_IN = ("terraform-aws", "kubernetes", "terraform-google", "terraform-azure")


def cases() -> Iterator[tuple[str, Path]]:
    for rule in built_in_rules():
        folders = [FIXTURES / rule / name for name in SHOWN_IN]
        yield from ((rule, folder) for folder in folders if folder.is_dir())


@pytest.mark.parametrize(("rule", "folder"), list(cases()), ids=lambda value: getattr(value, "name", value))
def test_the_work_of_a_rule_grows_with_the_design(rule: str, folder: Path) -> None:
    result = scanned(folder, rule)
    once, twice = (_lines_run(rule, _repeated(result, times), result) for times in (STACKS, 2 * STACKS))
    assert twice <= WITH_ALARMS.get(rule, MOST) * once, f"{twice} lines where half the design takes {once}"


def test_a_search_for_each_subject_is_noticed() -> None:
    result = scanned(FIXTURES / "MLA-HA001" / "terraform-aws", "MLA-HA001")

    def searched(times: int) -> int:
        graph = _repeated(result, times).graph
        return _lines(lambda: [[other for other in graph if other.kind == node.kind] for node in graph])

    assert searched(2 * STACKS) > 3.5 * searched(STACKS)


def _lines_run(rule: str, design: Design, result: Result) -> int:
    rules = [one for one in result.rules if one.id == rule]
    crashes: list[object] = []
    lines = _lines(lambda: crashes.extend(run_rules(rules, design, result.config)[1]))
    assert not crashes
    return lines


def _lines(work: Callable[[], object]) -> int:
    """How many lines of Python are run, the turns of a comprehension among them."""
    count = 0

    def step(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += 1
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def _repeated(result: Result, times: int) -> Design:
    """The design so many times over in one stack, each as if a module of its own declared it."""
    resources: list[Resource] = []
    edges: list[Edge] = []
    open_ends: list[OpenEnd] = []
    roles, estimates, workloads = {}, {}, []
    for number in range(times):

        def named(key: str, number: int = number) -> str:
            return f"module.copy{number}.{key}"

        for node in result.graph:
            resources.append(_copy(node, named))
            open_ends += [replace(e, source=named(node.key)) for e in result.graph.open_ends(node, *Relation)]
        edges += [replace(e, source=named(e.source), target=named(e.target)) for e in result.graph.edges]
        roles.update({named(key): role for key, role in result.roles.items()})
        estimates.update(
            {named(k): replace(one, key=named(k)) for k, one in result.estimate.resources.items()}
        )
        workloads += [_moved(workload, named) for workload in result.workloads]
    graph = ResourceGraph(resources, edges, open_ends=open_ends)
    estimate = Estimate(estimates, result.estimate.as_of)
    needs = result.config.requirements
    return Design(graph, roles, tuple(workloads), estimate, needs, today=date(2026, 11, 1))


def _copy(node: Resource, named: Callable[[str], str]) -> Resource:
    instance = node.instance
    declaration = named(instance.declaration or instance.address)
    moved = replace(instance, address=named(instance.address), declaration=declaration, scope="stack")
    owner = named(node.part_of) if node.part_of is not None else None
    return replace(node, key=named(node.key), address=moved.address, instance=moved, part_of=owner)


def _moved(workload: Workload, named: Callable[[str], str]) -> Workload:
    return replace(workload, members=tuple(map(named, workload.members)))
