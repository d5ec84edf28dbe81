from __future__ import annotations

import time

from cost_designs import made

from mlarchlint.analysis.cost import estimate
from mlarchlint.model.graph import ResourceGraph
from mlarchlint.prices import Catalog


def test_a_thousand_resources_take_far_less_than_a_tenth_of_a_second() -> None:
    kinds = (
        "compute_instance",
        "block_volume",
        "object_store",
        "load_balancer",
        "database",
        "network",
        "identity",
    )
    traits = {
        "region": "us-east-1",
        "instance_type": "t3.medium",
        "size_gib": 10,
        "layer": 7,
        "engine": "mysql",
        "storage_gib": 5,
    }
    graph = ResourceGraph(
        [made(kinds[n % len(kinds)], traits=traits, name=f"n{n}", line=n + 1) for n in range(1000)]
    )
    taken = []
    for _ in range(3):
        start = time.process_time()
        estimate(graph, {}, {}, Catalog())
        taken.append(time.process_time() - start)
    assert min(taken) < 0.1


def test_a_design_without_prices_reads_no_shard() -> None:
    catalog = Catalog()
    graph = ResourceGraph([made("network", traits={"region": "us-east-1"}), made("identity", name="b")])
    assert not estimate(graph, {}, {}, catalog).resources
    assert not catalog._shards
