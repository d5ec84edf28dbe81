"""Whether data lies where it is worked on: regions, locations that span several, and copies."""

from __future__ import annotations

from typing import Any

import pytest

from mlarchlint.analysis.data_distance import near
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value
from tests.graph.build import graph, instance

KINDS = """
- kind: object_store
  terraform: test_bucket
  reference: https://example.com/bucket
  attrs:
    region: {terraform: region}
    copy_regions: {terraform: copies, op: parts}
    replication: {terraform: replica, op: exists, values: {true: true, false: false}}
  edges:
    - {relation: replicates_to, terraform: replica, to: [object_store]}
- kind: batch_job
  terraform: test_job
  reference: https://example.com/job
  attrs:
    region: {terraform: region}
"""


def verdict(job: Any, store: Any, **more: Any) -> Truth:
    nodes = [
        instance("test_job.train", 1, region=job),
        instance("test_bucket.data", 20, region=store, **more),
    ]
    found = graph(KINDS, *nodes)
    return near(found, found["test_job.train"], found["test_bucket.data"])


@pytest.mark.parametrize(
    ("job", "store", "expected"),
    [
        ("us-east-1", "us-east-1", Truth.YES),
        ("us-east-1", "us-west-2", Truth.NO),
        ("us-central1", "US", Truth.YES),
        ("europe-west4", "US", Truth.NO),
        ("europe-west4", "EU", Truth.YES),
        ("us-east1", "NAM4", Truth.YES),
        ("us-west1", "NAM4", Truth.NO),
        ("northamerica-northeast1", "US", Truth.NO),
        ("eastus", "East US", Truth.YES),
    ],
)
def test_a_location_covers_the_regions_in_it(job: str, store: str, expected: Truth) -> None:
    assert verdict(job, store) is expected


def test_where_nothing_is_said_of_places_there_is_no_distance() -> None:
    assert verdict(None, "us-east-1") is Truth.YES
    assert verdict("us-east-1", None) is Truth.YES


def test_one_input_for_both_is_one_place_and_two_are_not() -> None:
    one, other = Value.unknown("var.region has no value"), Value.unknown("var.place has no value")
    assert verdict(one, one) is Truth.YES
    assert verdict(one, other) is Truth.MAYBE
    assert verdict("us-east-1", other) is Truth.MAYBE


def test_a_dual_region_lies_in_both() -> None:
    assert verdict("us-east4", "US-CENTRAL1", copies=["us-central1", "us-east4"]) is Truth.YES


def test_a_replica_in_the_region_is_near_and_one_that_is_not_read_may_be() -> None:
    job = instance("test_job.train", 1, region="us-east-1")
    replica = instance("test_bucket.replica", 40, region="us-east-1")
    read = Value.unknown("known after apply", refs=("test_bucket.replica.arn",))
    found = graph(KINDS, job, instance("test_bucket.data", 20, region="us-west-2", replica=read), replica)
    assert near(found, found["test_job.train"], found["test_bucket.data"]) is Truth.YES
    assert verdict("us-east-1", "us-west-2", replica="arn:aws:s3:::elsewhere") is Truth.MAYBE
