from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlarchlint.analysis.replicas import hosts_others, machines_with, replicas_of
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value
from tests.graph.build import graph, instance, ref

KINDS = """\
- kind: compute_group
  terraform: aws_autoscaling_group
  attrs:
    min_count: {terraform: min_size, type: int}
    max_count: {terraform: max_size, type: int}
    desired_count: {terraform: desired_capacity, type: int}
    autoscale: {terraform: autoscale, type: bool}
    platform: {terraform: platform}
- kind: model_endpoint
  terraform: aws_sagemaker_endpoint_configuration
  attrs:
    min_count: {terraform: count, type: int}
- kind: autoscaler
  terraform: aws_appautoscaling_target
  attrs:
    name: {terraform: resource_id}
    namespace: {terraform: service_namespace}
    min: {terraform: min_capacity, type: int}
    max: {terraform: max_capacity, type: int}
    policy_type: {terraform: policy_type}
  edges:
    - {relation: scales, terraform: resource_id, to: [compute_group, model_endpoint]}
- kind: backend_pool
  terraform: aws_lb_target_group
  edges:
    - {relation: routes_to, terraform: targets, to: [compute_instance]}
- kind: compute_instance
  terraform: aws_instance
"""
GROUP = "aws_autoscaling_group.g"
OPEN = Value.unknown("var.n has no value", refs=("var.n",))


def scaled(*bounds: Mapping[str, Any], **group: Any) -> ResourceGraph:
    scalers = [
        instance(f"aws_appautoscaling_target.s{n}", line=20 * n, resource_id=ref(f"{GROUP}.id"), **one)
        for n, one in enumerate(bounds, 1)
    ]
    return graph(KINDS, instance(GROUP, **group), *scalers)


def numbers(found: ResourceGraph) -> tuple[object, object]:
    replicas = replicas_of(found, found[GROUP])
    return replicas.least.plain(), replicas.most.plain()


def test_a_group_that_nothing_moves_stays_where_it_starts() -> None:
    found = scaled(min_size=1, max_size=6, desired_capacity=3)
    assert replicas_of(found, found[GROUP]).least.number() == 3
    assert replicas_of(found, found[GROUP]).fixed is Truth.YES


def test_a_group_that_moves_may_go_down_to_its_bound() -> None:
    found = scaled({"policy_type": "target_tracking"}, min_size=1, max_size=6, desired_capacity=3)
    assert numbers(found) == (1, 6)
    assert replicas_of(found, found[GROUP]).fixed is Truth.NO


def test_a_group_that_scales_itself_may_go_down_to_its_bound() -> None:
    found = scaled(min_size=1, max_size=6, desired_capacity=3, autoscale=True)
    assert numbers(found) == (1, 6)
    assert replicas_of(found, found[GROUP]).fixed is Truth.NO


def test_the_bounds_of_the_autoscaler_win_over_those_of_the_group() -> None:
    assert numbers(scaled({"min_capacity": 2, "max_capacity": 9}, min_size=1, max_size=6)) == (2, 9)


def test_a_schedule_changes_the_bounds_for_a_time_only() -> None:
    bounds = {"min_capacity": 0, "max_capacity": 0, "policy_type": "scheduled"}
    assert numbers(scaled(bounds, min_size=2, max_size=6)) == (2, 6)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=4))
def test_of_several_autoscalers_the_outermost_bounds_count(pairs: list[tuple[int, int]]) -> None:
    found = scaled(*({"min_capacity": low, "max_capacity": high} for low, high in pairs))
    assert numbers(found) == (min(low for low, _ in pairs), max(high for _, high in pairs))


@pytest.mark.parametrize("place", [0, 1])
def test_a_bound_that_is_not_known_may_be_any_number(place: int) -> None:
    bounds: list[dict[str, Any]] = [{"min_capacity": 3}, {"min_capacity": 3}]
    bounds[place] = {"min_capacity": OPEN}
    found = scaled(*bounds)
    assert replicas_of(found, found[GROUP]).least.is_unknown


def test_a_target_that_an_input_decides_may_be_any_endpoint_of_its_service() -> None:
    open_target = instance(
        "aws_appautoscaling_target.t", line=30, resource_id=OPEN, service_namespace="sagemaker"
    )
    endpoint = instance("aws_sagemaker_endpoint_configuration.e", line=60, count=2)
    found = graph(KINDS, endpoint, open_target, instance(GROUP, min_size=2))
    assert [s.address for s in replicas_of(found, found[endpoint.address]).loose] == [open_target.address]
    assert replicas_of(found, found[GROUP]).loose == ()


def test_nodes_are_there_for_the_pods_on_them() -> None:
    found = graph(KINDS, instance(GROUP, platform="kubernetes"))
    assert hosts_others(found, found[GROUP])
    plain = graph(KINDS, instance(GROUP))
    assert not hosts_others(plain, plain[GROUP])


def test_machines_of_one_declaration_and_of_one_pool_serve_together() -> None:
    pair = [instance(f"aws_instance.pair[{n}]", line=10 * n + 1) for n in range(2)]
    other, alone = instance("aws_instance.other", line=40), instance("aws_instance.alone", line=60)
    targets = [ref("aws_instance.pair[0].id"), ref("aws_instance.other.id")]
    pool = instance("aws_lb_target_group.p", line=80, targets=targets)
    found = graph(KINDS, *pair, other, alone, pool)
    together = {"aws_instance.other", "aws_instance.pair[0]", "aws_instance.pair[1]"}
    assert {node.address for node in machines_with(found, found["aws_instance.pair[0]"])} == together
    assert machines_with(found, found["aws_instance.alone"]) == (found["aws_instance.alone"],)
