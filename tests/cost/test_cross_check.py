"""Single resources beside another estimator's published results (c3xdev/c3x, Apache-2.0, 2026-07-22).

Both round to cents. Where we knowingly differ, docs/cost.md says why and the case is not here.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from cost_designs import made, priced

from mlarchlint.usage import Usage

US = {"region": "us-east-1"}
CENTRAL = {"region": "us-central1"}
EAST = {"region": "eastus"}
NO_TRAFFIC = {"monthly_requests": 0}

CASES: list[tuple[str, str, str, dict[str, Any], dict[str, Any], str]] = [
    ("aws_db_instance", "database", "aws", {**US, "engine": "postgres", "instance_type": "db.t3.medium", "storage_gib": 100, "storage_type": "gp3"}, {}, "64.06"),
    ("aws_dynamodb_table", "database", "aws", {**US, "billing_mode": "PAY_PER_REQUEST"}, {"monthly_read_request_units": 5_000_000, "monthly_write_request_units": 1_000_000, "storage_gb": 0}, "1.25"),
    ("aws_ebs_volume", "block_volume", "aws", {**US, "type": "gp3", "size_gib": 100}, {}, "8"),
    ("aws_ecr_repository", "image_registry", "aws", US, {"storage_gb": 10}, "1"),
    ("aws_ecs_service", "container_service", "aws", {**US, "requests.cpu": 1, "requests.memory_gib": 2, "replicas": 2, "platform": "fargate"}, {}, "72.08"),
    ("aws_eip", "address", "aws", {**US, "scheme": "internet"}, {}, "3.65"),
    ("aws_eks_cluster", "cluster", "aws", US, {}, "73"),
    ("aws_elasticache_cluster", "cache", "aws", {**US, "engine": "redis", "instance_type": "cache.t3.micro", "nodes": 1}, {}, "12.41"),
    ("aws_fsx_lustre_file_system", "file_share", "aws", {**US, "protocol": "Lustre", "deployment_type": "PERSISTENT_2", "throughput_per_tib": 125, "size_gib": 1200}, {}, "174"),
    ("aws_glue_job", "data_processor", "aws", {**US, "workers.max": 1}, {"monthly_hours": 10}, "4.4"),
    ("aws_kinesis_stream", "stream", "aws", {**US, "capacity.units": 2}, {}, "21.9"),
    ("aws_lambda_function", "serverless_function", "aws", {**US, "memory_mib": 512}, {"monthly_requests": 1_000_000, "request_duration_ms": 200}, "1.87"),
    ("aws_msk_cluster", "stream", "aws", {**US, "instance_type": "kafka.m5.large", "nodes": 3}, {}, "459.9"),
    ("aws_mwaa_environment", "orchestrator", "aws", {**US, "environment_class": "mw1.small", "workers.max": 1}, {}, "357.7"),
    ("aws_nat_gateway", "egress", "aws", {**US, "kind": "nat"}, {"monthly_data_processed_gb": 100}, "37.35"),
    ("aws_redshift_cluster", "database", "aws", {**US, "engine": "redshift", "instance_type": "dc2.large", "nodes": 2}, {}, "365"),
    ("aws_s3_bucket", "object_store", "aws", US, {"standard": {"storage_gb": 100, "monthly_tier_1_requests": 100_000, "monthly_tier_2_requests": 1_000_000}}, "3.2"),
    ("aws_sagemaker_notebook_instance", "notebook", "aws", {**US, "instance_type": "ml.t3.medium"}, {}, "36.5"),
    ("aws_secretsmanager_secret", "secret", "aws", US, {}, "0.4"),
    ("aws_sqs_queue", "queue", "aws", US, {"monthly_requests": 1_000_000}, "0.4"),
    ("aws_vpc_endpoint", "egress", "aws", {**US, "kind": "private_endpoint"}, {"monthly_data_processed_gb": 0}, "7.3"),
    ("aws_wafv2_web_acl", "waf", "aws", US, NO_TRAFFIC, "5"),
    ("aws_cloudwatch_metric_alarm", "alarm", "aws", US, {}, "0.1"),
    ("azurerm_application_gateway", "load_balancer", "azure", {**EAST, "tier": "Standard_v2"}, NO_TRAFFIC, "146"),
    ("azurerm_eventhub_namespace", "stream", "azure", {**EAST, "tier": "Standard", "capacity.units": 1}, {}, "21.9"),
    ("azurerm_nat_gateway", "egress", "azure", {**EAST, "kind": "nat"}, {"monthly_data_processed_gb": 100}, "37.35"),
    ("azurerm_private_endpoint", "egress", "azure", {**EAST, "kind": "private_endpoint"}, {"monthly_data_processed_gb": 100}, "8.3"),
    ("azurerm_public_ip", "address", "azure", EAST, {}, "3.65"),
    ("google_compute_address", "address", "google", CENTRAL, {}, "7.3"),
    ("google_container_cluster", "cluster", "google", CENTRAL, {"nodes": 0}, "73"),
    ("google_redis_instance", "cache", "google", {**CENTRAL, "storage_gib": 1, "tier": "BASIC"}, {}, "35.77"),
    ("google_secret_manager_secret", "secret", "google", CENTRAL, {}, "0.06"),
    ("google_storage_bucket", "object_store", "google", {**CENTRAL, "storage_class": "STANDARD"}, {"storage_gb": 100}, "2"),
    ("google_vertex_ai_endpoint", "model_endpoint", "google", {**CENTRAL, "instance_type": "n1-standard-4", "min_count": 1, "max_count": 1}, {}, "159.5"),
    ("google_notebooks_instance", "notebook", "google", {**CENTRAL, "instance_type": "e2-standard-4", "root_disk_gib": 0}, {}, "97.84"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("type", "kind", "provider", "traits", "usage", "expected"),
    CASES,
    ids=lambda value: value if isinstance(value, str) and "_" in value else "",
)
def test_the_figure_agrees_within_a_cent_or_a_permille(
    type: str, kind: str, provider: str, traits: dict[str, Any], usage: dict[str, Any], expected: str
) -> None:
    resource = made(kind, provider, traits, type=type)
    found = priced(resource, usage=Usage({resource.address: usage}))
    assert not found.gaps
    assert abs(found.monthly.low - Decimal(expected)) <= max(Decimal("0.011"), Decimal(expected) / 1000)


@pytest.mark.parametrize(
    ("provider", "name", "region", "expected"),
    [
        ("aws", "m5.xlarge", "us-east-1", "140.16"),
        ("azure", "Standard_D2s_v5", "eastus", "70.08"),
        ("azure", "Standard_DS3_v2", "eastus", "213.89"),
        ("google", "e2-medium", "us-central1", "24.46"),
        ("google", "e2-standard-4", "us-central1", "97.84"),
    ],
)
def test_machines_agree(provider: str, name: str, region: str, expected: str) -> None:
    machine = made("compute_instance", provider, {"region": region, "instance_type": name})
    hours = priced(machine).resources[machine.key].items[0].monthly.low
    assert round(hours, 2) == Decimal(expected)
