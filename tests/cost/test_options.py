"""What machines and databases are bought with besides their type, and where sizes come from."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from cost_designs import made, money, priced

from mlarchlint.model.graph import Relation
from mlarchlint.model.resource import Resource
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value
from mlarchlint.usage import Usage

AWS = {"region": "us-east-1"}
GOOGLE = {"region": "us-central1"}
ROOT = 8 * Decimal("0.1")


def machine(name: str, body: dict[str, Any] | None = None) -> Resource:
    return made("compute_instance", traits={**AWS, "instance_type": name}, type="aws_instance", body=body)


def low(one: Resource, used: dict[str, Any] | None = None, template: Resource | None = None) -> Decimal:
    edges = ((one, Relation.USES, template),) if template is not None else ()
    others = (template,) if template is not None else ()
    found = priced(one, *others, edges=edges, usage=Usage({one.address: used or {}})).resources[one.key]
    assert not found.gaps
    return found.monthly.low


@pytest.mark.parametrize(
    ("kind", "term", "hour"),
    [
        ("standard", "3_year", "0.018"),
        ("convertible", "1_year", "0.03"),
        ("convertible", "3_year", "0.0206"),
    ],
)
def test_a_reservation_without_payment_ahead_has_its_price(kind: str, term: str, hour: str) -> None:
    used = {
        "reserved_instance_type": kind,
        "reserved_instance_term": term,
        "reserved_instance_payment_option": "no_upfront",
    }
    assert low(machine("t3.medium"), used) == 730 * Decimal(hour) + ROOT


def test_a_reservation_that_is_paid_ahead_in_part_is_a_gap() -> None:
    one = machine("t3.medium")
    used = {"reserved_instance_term": "1_year", "reserved_instance_payment_option": "partial_upfront"}
    found = priced(one, usage=Usage({one.address: used}))
    assert "reservation" in found.gaps[0].why
    assert money(found.monthly.low) == money(ROOT)


def test_a_reserved_database_with_a_standby_pays_twice() -> None:
    traits = {
        **AWS, "engine": "mysql", "instance_type": "db.t3.large", "storage_gib": 20, "storage_type": "gp2",
        "ha": "multi_zone",
    }  # fmt: skip
    one = made("database", traits=traits, type="aws_db_instance")
    used = {"reserved_instance_term": "1_year", "reserved_instance_payment_option": "no_upfront"}
    assert low(one, used) == 2 * (730 * Decimal("0.0957") + 20 * Decimal("0.115"))


def test_hardware_of_its_own_has_its_price_and_is_a_gap_without_one() -> None:
    assert low(machine("t3.medium", {"tenancy": "dedicated"})) == 730 * Decimal("0.0441") + ROOT
    assert "dedicated" in priced(machine("m5.large", {"tenancy": "dedicated"})).gaps[0].name


def test_the_tenancy_of_a_machine_wins_over_that_of_its_template() -> None:
    template = made(
        "compute_template",
        type="aws_launch_template",
        name="t",
        body={"placement": [{"tenancy": "dedicated"}]},
    )
    assert low(machine("t3.medium"), template=template) == 730 * Decimal("0.0441") + ROOT
    shared = machine("t3.medium", {"tenancy": "default"})
    assert low(shared, template=template) == 730 * Decimal("0.0416") + ROOT


def test_older_types_pay_for_ebs_optimisation() -> None:
    one = machine("r3.xlarge", {"ebs_optimized": True})
    assert low(one) == 730 * (Decimal("0.333") + Decimal("0.02")) + ROOT
    assert low(machine("t3.medium", {"ebs_optimized": True})) == 730 * Decimal("0.0416") + ROOT


def test_standard_credits_cost_nothing_more() -> None:
    used = {"monthly_cpu_credit_hrs": 100, "vcpu_count": 2}
    plain = 730 * Decimal("0.0416") + ROOT
    slowed = machine("t3.medium", {"credit_specification": [{"cpu_credits": "standard"}]})
    assert low(slowed, used) == plain
    assert low(machine("t3.medium"), used) == plain + 200 * Decimal("0.05")


def test_a_disk_of_a_machine_takes_the_rest_from_that_of_its_template() -> None:
    mappings = [
        {"device_name": device, "ebs": [{"volume_type": "io1", "volume_size": 10, "iops": 100}]}
        for device in ("/dev/sda1", "xvdc", "xvdd")
    ]
    template = made(
        "compute_template", type="aws_launch_template", name="t", body={"block_device_mappings": mappings}
    )
    one = machine("t3.medium", {"ebs_block_device": [{"device_name": "xvdc", "volume_size": 20}]})
    disks = 30 * Decimal("0.125") + 200 * Decimal("0.065")
    assert low(one, template=template) == 730 * Decimal("0.0416") + ROOT + disks


def image(name: str, body: dict[str, Any] | None = None) -> Resource:
    return made("other", "google", GOOGLE, type="google_compute_image", name=name, body=body)


def refers(one: Resource, attribute: str, to: Resource) -> None:
    span = SourceSpan("main.tf", 1, 1, 1, 10)
    value = Value.unknown("known after apply", span, refs=(f"{to.address}.self_link",))
    one.instance.body[attribute] = value  # type: ignore[index]


def test_a_disk_is_as_large_as_the_image_it_is_made_from() -> None:
    first, copy = image("first", {"disk_size_gb": 30}), image("copy")
    other = image("cop", {"disk_size_gb": 99})  # its address is the beginning of another
    one = made("block_volume", "google", {**GOOGLE, "type": "pd-standard"}, type="google_compute_disk")
    refers(one, "image", copy)
    refers(copy, "source_image", first)
    edges = tuple(
        (a, Relation.DEPENDS_ON, b) for a, b in ((one, other), (one, copy), (copy, other), (copy, first))
    )
    assert priced(one, other, copy, first, edges=edges).monthly.low == 30 * Decimal("0.04")


def test_images_that_name_each_other_say_no_size() -> None:
    first = image("first")
    one = made("block_volume", "google", GOOGLE, type="google_compute_disk")
    refers(one, "image", first)
    refers(first, "source_image", first)
    edges = ((one, Relation.DEPENDS_ON, first), (first, Relation.DEPENDS_ON, first))
    assert "size" in priced(one, first, edges=edges).gaps[0].why


def test_a_custom_machine_on_spot_has_prices_of_its_parts() -> None:
    traits = {**GOOGLE, "instance_type": "custom-6-20480", "spot": "all", "root_disk_gib": 10}
    one = made("compute_instance", "google", traits, type="google_compute_instance")
    parts = 6 * Decimal("0.01014") + 20 * Decimal("0.001359")
    assert low(one) == 730 * parts + 10 * Decimal("0.04")


def test_nodes_of_a_cache_follow_its_scalers() -> None:
    traits = {
        **AWS, "engine": "redis", "instance_type": "cache.m4.large", "shards": 4, "replicas_per_shard": 3,
    }  # fmt: skip
    one = made("cache", traits=traits, type="aws_elasticache_replication_group")
    scalers = [
        made(
            "autoscaler", traits={"dimension": f"elasticache:replication-group:{what}", "min": least, "max": most},
            name=what,
        )
        for what, least, most in (("NodeGroups", 8, 13), ("Replicas", 5, 6))
    ]  # fmt: skip
    edges = tuple((scaler, Relation.SCALES, one) for scaler in scalers)
    found = priced(one, *scalers, edges=edges).resources[one.key].monthly
    assert found.low == 8 * (1 + 5) * 730 * Decimal("0.156")
    assert found.high == 13 * (1 + 6) * 730 * Decimal("0.156")


def test_windows_nodes_of_the_default_pool_pay_for_windows() -> None:
    traits = {"region": "eastus", "instance_type": "Standard_D2_v2", "desired_count": 2, "tier": "Free"}
    body = {"default_node_pool": [{"os_sku": "Windows2022"}]}
    one = made("cluster", "azure", traits, type="azurerm_kubernetes_cluster", body=body)
    names = [item.name for item in priced(one).resources[one.key].items]
    assert "Standard_D2_v2, Windows" in names


def test_time_of_requests_that_share_an_instance_counts_once() -> None:
    traits = {"region": "europe-west3", "cpu_idle": True, "requests.cpu": 1, "limits.memory_gib": 1}
    one = made("serverless_container", "google", traits, type="google_cloud_run_v2_service")
    used = {
        "monthly_requests": 1_000_000, "average_request_duration_ms": 2000,
        "concurrent_requests_per_instance": 4,
    }  # fmt: skip
    assert low(one, used) == 500_000 * (Decimal("0.0000336") + Decimal("0.0000035")) + Decimal("0.4")


def test_cpu_that_is_never_throttled_is_paid_while_instances_live_and_requests_are_free() -> None:
    traits = {
        "region": "europe-west3", "cpu_idle": False, "requests.cpu": 1, "limits.memory_gib": 1, "min_count": 2,
    }  # fmt: skip
    one = made("serverless_container", "google", traits, type="google_cloud_run_v2_service")
    used = {"monthly_requests": 1_000_000, "instance_hrs": 10}
    assert low(one, used) == 2 * 36_000 * (Decimal("0.0000216") + Decimal("0.0000024"))
