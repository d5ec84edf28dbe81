from __future__ import annotations

from decimal import Decimal
from typing import Any

from cost_designs import cents, made, priced

from mlarchlint.model.graph import Relation
from mlarchlint.model.resource import Resource

NODE = 730 * Decimal("0.03350571") + 100 * Decimal("0.04")  # an e2-medium and its disk
FEE = 730 * Decimal("0.1")


def cluster(**body: Any) -> Resource:
    traits = {"region": "us-central1"}
    return made("cluster", "google", traits, type="google_container_cluster", name="c", body=body)


def pool(**body: Any) -> Resource:
    traits = {
        "region": "us-central1", "platform": "gke", "instance_type": "e2-medium", "root_disk_gib": 100,
        "desired_count": body.get("node_count"),
    }  # fmt: skip
    traits = {key: value for key, value in traits.items() if value is not None}
    return made("compute_group", "google", traits, type="google_container_node_pool", body=body)


def of_pool(one: Resource, *, within: Resource) -> Decimal:
    return priced(one, within, edges=((one, Relation.PLACED_IN, within),)).resources[one.key].monthly.low


def test_a_cluster_keeps_its_default_pool_of_three_nodes_a_zone() -> None:
    assert priced(cluster(location="us-central1-a")).monthly.low == FEE + 3 * NODE
    assert priced(cluster(location="us-central1")).monthly.low == FEE + 9 * NODE


def test_a_cluster_without_its_default_pool_pays_for_its_management_alone() -> None:
    found = priced(cluster(location="us-central1", remove_default_node_pool=True, initial_node_count=1))
    assert found.monthly.low == found.monthly.high == FEE


def test_the_zone_of_a_cluster_counts_once() -> None:
    zones = ["us-central1-a", "us-central1-b"]
    assert priced(cluster(location="us-central1-a", node_locations=zones)).monthly.low == FEE + 6 * NODE
    assert priced(cluster(location="us-central1-a", node_locations=zones[1:])).monthly.low == FEE + 6 * NODE


def test_a_pool_has_its_nodes_in_the_zones_of_its_cluster() -> None:
    zones = ["us-central1-a", "us-central1-b"]
    home = cluster(location="us-central1-a", node_locations=zones)
    assert of_pool(pool(node_count=2), within=home) == 4 * NODE
    assert of_pool(pool(node_count=2), within=cluster(location="us-central1")) == 6 * NODE
    assert of_pool(pool(node_count=2), within=cluster(location="us-central1-a")) == 2 * NODE


def test_its_own_zones_win_over_those_of_the_cluster() -> None:
    one = pool(node_count=2, node_locations=["us-central1-a", "us-central1-b"])
    assert of_pool(one, within=cluster(location="us-central1")) == 4 * NODE


def test_a_pool_without_a_number_has_three_nodes_a_zone() -> None:
    assert of_pool(pool(), within=cluster(location="us-central1-a")) == 3 * NODE


def test_a_lightweight_preset_has_the_least_memory() -> None:
    traits = {"region": "us-central1", "instance_type": "db-lightweight-4", "engine": "POSTGRES_15"}
    settings = [{"ip_configuration": [{"ipv4_enabled": False}]}]
    one = made("database", "google", traits, type="google_sql_database_instance", body={"settings": settings})
    # four vCPU, 3.75 GiB, and 10 GiB on SSD
    assert cents(priced(one).monthly) == ("141.46", "141.46")
