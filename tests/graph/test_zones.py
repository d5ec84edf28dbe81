from __future__ import annotations

import pytest

from mlarchlint.analysis.zones import zones_of
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value
from tests.graph.build import graph, instance, ref

KINDS = """\
- kind: subnet
  terraform: aws_subnet
  attrs:
    zone: {terraform: availability_zone}
- kind: compute_group
  terraform: aws_autoscaling_group
  attrs:
    zones: {terraform: availability_zones, type: list}
    zone_redundancy: {terraform: redundancy, default: zonal}
  edges:
    - {relation: placed_in, terraform: vpc_zone_identifier, to: [subnet]}
- kind: container_service
  terraform: aws_ecs_service
  edges:
    - {relation: placed_in, terraform: capacity, to: [compute_group]}
"""


def zone(name: str) -> Value:
    """One zone of a data source: unknown, but told apart by its path."""
    return Value.unknown(f"{name} is read when it is applied", refs=(name,))


def multi(*subnets: object, **group: object) -> Truth:
    nodes = [
        instance(f"aws_subnet.s{n}", line=10 * n, availability_zone=given)
        for n, given in enumerate(subnets, 1)
    ]
    refs = [ref(node.address + ".id") for node in nodes]
    group.setdefault("vpc_zone_identifier", refs)
    found = graph(KINDS, *nodes, instance("aws_autoscaling_group.g", line=100, **group))
    return zones_of(found, found["aws_autoscaling_group.g"]).multi


NAMES = "data.aws_availability_zones.a.names"


@pytest.mark.parametrize(
    ("subnets", "expected"),
    [
        (("a", "b"), Truth.YES),
        (("a", "a"), Truth.NO),
        (("a",), Truth.NO),
        ((zone(f"{NAMES}[0]"), zone(f"{NAMES}[1]")), Truth.YES),
        ((zone(f"{NAMES}[0]"), zone(f"{NAMES}[0]")), Truth.NO),
        ((zone(f"{NAMES}[0]"),), Truth.NO),
        (("a", zone(f"{NAMES}[0]")), Truth.MAYBE),
        ((Value.unknown("var.zone has no value", refs=("var.zone",)),), Truth.NO),
        (("a", "b", Value.unknown("var.zone has no value", refs=("var.zone",))), Truth.YES),
    ],
)
def test_zones_come_from_the_subnets(subnets: tuple[object, ...], expected: Truth) -> None:
    assert multi(*subnets) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"availability_zones": ["a", "b"]}, Truth.YES),
        ({"availability_zones": ["a"]}, Truth.NO),
        ({"redundancy": "none"}, Truth.NO),
        ({"redundancy": "managed"}, Truth.YES),
        ({"redundancy": "none", "availability_zones": ["a", "b"]}, Truth.YES),
        ({}, Truth.MAYBE),
    ],
)
def test_zones_that_the_code_names_itself_win(body: dict[str, object], expected: Truth) -> None:
    assert multi(vpc_zone_identifier=[], **body) is expected


def test_subnets_of_an_unread_data_source_leave_it_open() -> None:
    subnets = instance("data.aws_subnets.private", line=5)
    group = instance(
        "aws_autoscaling_group.g", line=50, vpc_zone_identifier=ref("data.aws_subnets.private.ids")
    )
    found = graph(KINDS, subnets, group)
    span = zones_of(found, found["aws_autoscaling_group.g"])
    assert span.multi is Truth.MAYBE
    assert "data.aws_subnets.private" in span.why


def test_a_service_spans_the_zones_of_the_group_that_hosts_it() -> None:
    subnet = instance("aws_subnet.s", availability_zone="a")
    group = instance("aws_autoscaling_group.g", line=20, vpc_zone_identifier=[ref("aws_subnet.s.id")])
    service = instance("aws_ecs_service.s", line=40, capacity=ref("aws_autoscaling_group.g.name"))
    found = graph(KINDS, subnet, group, service)
    assert zones_of(found, found["aws_ecs_service.s"]).multi is Truth.NO


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (Value.unknown("var.subnets has no value", refs=("var.subnets",)), Truth.MAYBE),
        ([Value.unknown("var.subnet has no value", refs=("var.subnet",))], Truth.NO),
        (
            [ref("aws_subnet.s1.id"), Value.unknown("var.other has no value", refs=("var.other",))],
            Truth.MAYBE,
        ),
        (["subnet-0a"], Truth.NO),
        (["subnet-0a", "subnet-0b"], Truth.MAYBE),
    ],
)
def test_subnets_that_are_not_in_the_code_count_as_far_as_they_are_written(
    written: object, expected: Truth
) -> None:
    assert multi("a", vpc_zone_identifier=written) is expected


def test_a_group_in_one_zone_by_construction_has_one_whatever_it_is_called() -> None:
    zone_input = Value.unknown("var.zone has no value", refs=("var.zone",))
    assert multi(vpc_zone_identifier=[], redundancy="none", availability_zones=zone_input) is Truth.NO
