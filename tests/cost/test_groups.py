"""How many machines of a group are counted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from cost_designs import made, priced

from mlarchlint.model.graph import Relation
from mlarchlint.model.resource import Resource

GROUP = {"region": "us-east-1", "instance_type": "m5.large", "root_disk_gib": 0}
HOUR = Decimal("0.096")


def hours(*resources: Resource, edges: Any = ()) -> tuple[Decimal, Decimal]:
    found = priced(*resources, edges=edges).resources[resources[0].key]
    item = next(item for item in found.items if item.row.sku == "m5.large")
    return item.quantity_low / 730, item.quantity_high / 730


def group(type: str = "aws_autoscaling_group", **traits: Any) -> Resource:
    return made("compute_group", traits={**GROUP, **traits}, type=type)


def test_a_group_that_nothing_scales_stays_at_its_desired_size() -> None:
    one = group(min_count=1, desired_count=2, max_count=6)
    assert hours(one) == (2, 2)
    assert any("1 to 6 allowed" in text for text in priced(one).resources[one.key].assumptions)


def test_a_scaler_opens_the_bounds() -> None:
    one, scaler = group(min_count=1, desired_count=2, max_count=6), made("scaler", name="policy")
    assert hours(one, scaler, edges=((scaler, Relation.SCALES, one),)) == (1, 6)


def test_a_group_without_a_desired_size_starts_with_its_least() -> None:
    assert hours(group(min_count=2, max_count=6)) == (2, 2)
    assert hours(group(min_count=0, max_count=6)) == (0, 1)


@pytest.mark.parametrize("name", ["cluster-autoscaler", "karpenter"])
def test_an_autoscaler_of_the_cluster_opens_the_bounds_of_its_node_groups(name: str) -> None:
    nodes = group("aws_eks_node_group", min_count=1, desired_count=2, max_count=6)
    assert hours(nodes) == (2, 2)
    assert hours(nodes, made("container_service", "kubernetes", {"name": name}, name="x")) == (1, 6)


def test_a_huge_ceiling_is_a_limit_and_not_a_plan() -> None:
    one, scaler = group(min_count=1, desired_count=3, max_count=1000), made("scaler", name="policy")
    assert hours(one, scaler, edges=((scaler, Relation.SCALES, one),)) == (1, 3)
    found = priced(one, scaler, edges=((scaler, Relation.SCALES, one),)).resources[one.key]
    assert any("may grow to 1000 machines" in text for text in found.assumptions)


def test_below_a_huge_ceiling_the_pods_of_the_scan_decide() -> None:
    """20 pods of 2 CPU and 4 GiB fill 20 machines of 2 CPU and 8 GiB."""
    nodes = made("compute_group", traits={**GROUP, "min_count": 1, "max_count": 1000}, type="node_pool")
    pods = made(
        "container_service",
        "kubernetes",
        {"replicas": 20, "requests.cpu": 2, "requests.memory_gib": 4},
        name="p",
    )
    assert hours(nodes, pods) == (1, 20)


def test_an_eks_group_without_a_type_has_the_providers_default() -> None:
    one = made("compute_group", traits={"region": "us-east-1", "desired_count": 1}, type="aws_eks_node_group")
    assert priced(one).resources[one.key].items[0].row.sku == "t3.medium"


def test_weights_turn_capacity_units_into_machines() -> None:
    """Six units of machines that count for two each are three machines."""
    policy = [{"launch_template": [{"override": [{"instance_type": "m5.large", "weighted_capacity": "2"}]}]}]
    one = made(
        "compute_group",
        traits={**GROUP, "min_count": 2, "desired_count": 6, "max_count": 10},
        type="aws_autoscaling_group",
        body={"mixed_instances_policy": policy},
    )
    assert hours(one) == (3, 3)


def test_a_node_pool_of_aks_without_a_number_has_one_node() -> None:
    pool = made(
        "compute_group",
        "azure",
        {"region": "eastus", "instance_type": "Standard_D2s_v5", "min_count": 0, "max_count": 0},
        type="azurerm_kubernetes_cluster_node_pool",
    )
    assert priced(pool).resources[pool.key].items[0].quantity_low == 730


def test_pools_that_could_grow_for_the_same_pods_share_them() -> None:
    """20 pods of 2 CPU fill 20 machines of 2 CPU, on two pools ten each."""
    traits = {**GROUP, "min_count": 1, "max_count": 1000}
    pools = [made("compute_group", traits=traits, type="node_pool", name=name) for name in "ab"]
    pods = made("container_service", "kubernetes", {"replicas": 20, "requests.cpu": 2}, name="p")
    assert hours(*pools, pods) == (1, 10)


@pytest.mark.parametrize(("nodes", "most"), [(16, 16), (None, 10)])
def test_processors_by_the_ten_thousand_are_a_limit(nodes: int | None, most: int) -> None:
    """96 hours of training a month; a machine has 8 processors."""
    traits = {"region": "us-east-1", "instance_type": "p3.2xlarge", "max_vcpus": 100_000}
    cluster = made("training_cluster", traits=traits)
    jobs = [made("batch_job", traits={"nodes": nodes}, name="job")] if nodes else []
    found = priced(cluster, *jobs).resources[cluster.key]
    assert found.items[0].quantity_high == most * 96
