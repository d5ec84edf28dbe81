"""What accelerators read, and what storage delivers to them."""

from __future__ import annotations

from typing import Any

import pytest

from mlarchlint.analysis.feeding import Cards, Feed, cards_of, feeds_of, image_rate, rates
from mlarchlint.model.resource import Resource
from mlarchlint.model.value import Value
from tests.graph.build import graph, instance

KINDS = """\
- kind: compute_instance
  terraform: aws_instance
  attrs:
    name: {terraform: name}
    instance_type: {terraform: instance_type}
    accelerator.type: {terraform: accelerator}
    accelerator.count: {terraform: count_of}
    user_data: {terraform: user_data}
  edges:
    - {relation: reads, terraform: data, to: [block_volume, file_share, object_store]}
- kind: block_volume
  terraform: aws_ebs_volume
  attrs:
    type: {terraform: type}
    size_gib: {terraform: size, type: number}
    throughput_mibs: {terraform: throughput}
- kind: file_share
  terraform: aws_fsx_lustre_file_system
  attrs:
    size_gib: {terraform: size, type: number}
    throughput_per_tib: {terraform: each, type: number}
- kind: object_store
  terraform: aws_s3_bucket
"""


def fed(
    store: str, data: Any = None, machine: dict[str, Any] | None = None, **given: Any
) -> list[float | None]:
    """What the store delivers to the machine, for each feed that is found."""
    node = {"instance_type": "p4d.24xlarge", **(machine or {})}
    found = graph(
        KINDS,
        instance(store, 20, **given),
        instance("aws_s3_bucket.other", 40),
        instance(
            "aws_instance.a",
            name="resnet",
            data=data or [Value.unknown("an id", refs=(f"{store}.id",))],
            **node,
        ),
    )
    return [feed.delivered for feed in feeds_of(found, machine_in(found))]


def machine_in(found: Any) -> Resource:
    return next(node for node in found if node.kind == "compute_instance")


def test_a_card_reads_what_the_benchmark_steps_through() -> None:
    assert image_rate("v100") == pytest.approx(35.9, abs=0.1)
    assert image_rate("a100") == pytest.approx(100.5, abs=0.1)
    assert image_rate("h100") == pytest.approx(195.3, abs=0.1)
    assert image_rate("a10g") is None


def test_what_is_stated_of_a_card_counts_for_all_of_them() -> None:
    feed = Feed(some_store(), Value.known(1), 100.0, Cards(4, "a10g", None), None)
    assert feed.wanted() is None
    assert feed.wanted(30) == 120
    assert feed.starves(120)
    assert not feed.starves(100 / rates()["least_use"])


def some_store() -> Resource:
    return next(iter(graph(KINDS, instance("aws_s3_bucket.none"))))


def test_a_volume_delivers_what_is_written_or_what_its_type_has() -> None:
    assert fed("aws_ebs_volume.d", type="gp3", throughput=300, size=4000) == [300]
    assert fed("aws_ebs_volume.d", type="gp3", size=4000) == [125]
    assert fed("aws_ebs_volume.d", type="st1", throughput=300, size=4000) == []


def test_lustre_delivers_by_its_size() -> None:
    assert fed("aws_fsx_lustre_file_system.d", each=125, size=4096) == [500]
    assert fed("aws_fsx_lustre_file_system.d", each=125) == []


def test_what_fits_into_memory_or_may_lie_elsewhere_is_not_judged() -> None:
    assert fed("aws_ebs_volume.d", type="gp3", size=500) == []
    both = [
        Value.unknown("an id", refs=(f"{store}.id",)) for store in ("aws_ebs_volume.d", "aws_s3_bucket.other")
    ]
    assert fed("aws_ebs_volume.d", both, type="gp3", size=4000) == []


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"instance_type": "p4d.24xlarge"}, (8, "a100")),
        ({"instance_type": "ml.p5.48xlarge"}, (8, "h100")),
        ({"instance_type": "n1-standard-8", "accelerator": "nvidia-tesla-v100", "count_of": 2}, (2, "v100")),
        ({"instance_type": "m5.large"}, None),
        ({"instance_type": Value.unknown("var.machine has no value")}, None),
    ],
)
def test_the_cards_of_a_machine(given: dict[str, Any], wanted: tuple[int, str] | None) -> None:
    found = graph(KINDS, instance("aws_instance.a", **given))
    cards = cards_of(found, machine_in(found))
    assert (cards and (cards.count, cards.kind)) == wanted
