"""Items that only a usage file asks for, and those of editions, each computed by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cost_designs import made, priced

from mlarchlint.model.graph import Relation
from mlarchlint.model.resource import Resource
from mlarchlint.usage import Usage

AWS = {"region": "us-east-1"}
AZURE = {"region": "eastus"}
EUROPE = {"region": "westeurope"}
GOOGLE = {"region": "us-central1"}


def figure(one: Resource, *others: Resource, used: dict[str, Any] | None = None) -> Decimal:
    """The low figure of the first, which has no gaps and no room."""
    found = priced(one, *others, usage=Usage({one.address: used or {}})).resources[one.key]
    assert not found.gaps
    assert found.monthly.low == found.monthly.high
    return found.monthly.low


def test_business_critical_pays_for_the_enterprise_licence() -> None:
    traits = {**AZURE, "instance_type": "BC_Gen5_8", "storage_gib": 10}
    one = made("database", "azure", traits, type="azurerm_mssql_database")
    cores = 8 * 730 * (Decimal("0.304435") + Decimal("0.375"))
    assert figure(one) == cores + 10 * Decimal("0.25")


def test_a_managed_instance_has_cores_a_licence_and_storage_over_32_gib() -> None:
    body = {"sku_name": "GP_Gen5", "vcores": 4, "storage_size_in_gb": 64}
    one = made("database", "azure", EUROPE, type="azurerm_mssql_managed_instance", body=body)
    own = made(
        "database", "azure", EUROPE, type="azurerm_mssql_managed_instance",
        body={**body, "license_type": "BasePrice"},
    )  # fmt: skip
    storage = 32 * Decimal("0.137")
    assert figure(own) == 4 * 730 * Decimal("0.1674375") + storage
    assert figure(one) == figure(own) + 4 * 730 * Decimal("0.099966")
    assert figure(own, used={"backup_storage_gb": 100}) == figure(own) + 100 * Decimal("0.119")


def test_a_synapse_pool_pays_by_blocks_of_a_hundred_units() -> None:
    one = made("database", "azure", EUROPE, type="azurerm_synapse_sql_pool", body={"sku_name": "DW200c"})
    alone = 2 * 730 * Decimal("1.51")
    assert figure(one) == alone
    assert figure(one, used={"storage_tb": 2}) == alone + 2 * (23 + Decimal("56.2"))
    assert figure(one, used={"storage_tb": 2, "disaster_recovery_enabled": False}) == alone + 2 * 23


def test_a_firewall_pays_for_what_it_looks_at() -> None:
    one = made("egress", "azure", AZURE, type="azurerm_firewall", body={"sku_tier": "Premium"})
    used = {"monthly_data_processed_gb": 10_000}
    assert figure(one, used=used) == 730 * Decimal("1.75") + 10_000 * Decimal("0.016")


def test_calls_and_own_gateways_of_api_management() -> None:
    calls = made("api_gateway", "azure", {**AZURE, "tier": "Consumption_0"}, type="azurerm_api_management")
    assert figure(calls, used={"monthly_api_calls": 10_000_000}) == 35
    premium = made("api_gateway", "azure", {**AZURE, "tier": "Premium_1"}, type="azurerm_api_management")
    assert figure(premium, used={"self_hosted_gateway_count": 5}) == Decimal("2795.17") + 5 * 250


def test_a_log_workspace_pays_for_the_capacity_it_reserves() -> None:
    body = {"sku": "CapacityReservation", "reservation_capacity_in_gb_per_day": 100}
    one = made("log_sink", "azure", EUROPE, type="azurerm_log_analytics_workspace", body=body)
    assert round(figure(one), 2) == round(Decimal(730) / 24 * Decimal("252.84"), 2)


def test_files_that_go_too_early_are_paid_as_if_they_had_stayed() -> None:
    body = {
        "account_kind": "FileStorage", "account_tier": "Standard", "access_tier": "Cool",
        "account_replication_type": "LRS",
    }  # fmt: skip
    one = made("object_store", "azure", {"region": "westus"}, type="azurerm_storage_account", body=body)
    used = {"data_at_rest_storage_gb": 50_000, "early_deletion_gb": 5000}
    assert figure(one, used=used) == 55_000 * Decimal("0.0228")


def test_a_delivery_stream_pays_for_every_target() -> None:
    body = {
        "extended_s3_configuration": [{"data_format_conversion_configuration": [{"enabled": True}]}],
        "elasticsearch_configuration": [{"vpc_config": [{"subnet_ids": ["a", "b"]}]}],
    }
    traits = {"region": "eu-west-2"}
    one = made("stream", traits=traits, type="aws_kinesis_firehose_delivery_stream", body=body)
    zones = 2 * 730 * Decimal("0.011")
    assert figure(one) == zones
    data = 100 * (Decimal("0.035") + Decimal("0.021") + Decimal("0.01"))
    assert figure(one, used={"monthly_data_ingested_gb": 100}) == zones + data


def test_a_warehouse_pays_for_bursts_scans_and_backups() -> None:
    traits = {**AWS, "instance_type": "ds2.8xlarge", "nodes": 1}
    one = made("database", traits=traits, type="aws_redshift_cluster")
    used = {
        "excess_concurrency_scaling_secs": 7200, "spectrum_data_scanned_tb": 2, "backup_storage_gb": 51_300,
    }  # fmt: skip
    backups = 51_200 * Decimal("0.023") + 100 * Decimal("0.022")
    assert figure(one, used=used) == 732 * Decimal("6.8") + 2 * 5 + backups


def test_messages_of_a_socket_are_counted_in_parts_of_32_kb() -> None:
    one = made("api_gateway", traits={**AWS, "protocol": "WEBSOCKET"}, type="aws_apigatewayv2_api")
    used = {"monthly_messages": 1_000_000_000, "message_size_kb": 40, "monthly_connection_mins": 10_000_000}
    assert figure(one, used=used) == 1000 + 1000 * Decimal("0.8") + Decimal("2.5")


def test_a_replica_takes_the_engine_of_what_it_copies() -> None:
    traits = {**AWS, "instance_type": "db.t3.large", "ha": "none"}
    first = made(
        "database", traits={**traits, "engine": "mysql", "storage_gib": 20}, type="aws_db_instance", name="f"
    )
    copy = made("database", traits=traits, type="aws_db_instance", name="copy")
    found = priced(first, copy, edges=((first, Relation.REPLICATES_TO, copy),)).resources[copy.key]
    assert found.monthly.low == 730 * Decimal("0.136") + 20 * Decimal("0.115")


def test_logs_of_a_bucket_of_google_are_paid_by_what_comes_in() -> None:
    one = made("log_sink", "google", GOOGLE, type="google_logging_project_bucket_config")
    assert figure(one, used={"monthly_logging_data_gb": 100}) == 50


def test_images_pulled_into_other_regions_are_paid_by_where_they_go() -> None:
    traits = {"region": "us-east1"}
    one = made("image_registry", "google", traits, type="google_artifact_registry_repository")
    moved = {"us_east1": 100, "us_west1": 100, "australia_southeast1": 100, "europe_north1": 50}
    used = {"storage_gb": 150, "monthly_egress_data_transfer_gb": moved}
    assert figure(one, used=used) == 15 + 1 + 15 + 4


def test_backups_of_a_redis_cluster() -> None:
    one = made(
        "cache", "google", GOOGLE, type="google_redis_cluster", body={"node_type": "REDIS_STANDARD_SMALL"}
    )
    used = {"backup_storage_gb": 1000}
    assert figure(one, used=used) == 730 * Decimal("0.1425") + 1000 * Decimal("0.08111")


def test_data_that_leaves_a_bucket_is_paid_by_its_destination_and_in_tiers() -> None:
    traits = {"region": "eu", "storage_class": "STANDARD"}
    one = made("object_store", "google", traits, type="google_storage_bucket")
    moved = {"same_continent": 100, "worldwide": 2024, "china": 10}
    used = {"storage_gb": 0, "monthly_egress_data_transfer_gb": moved}
    worldwide = 1024 * Decimal("0.12") + 1000 * Decimal("0.11")
    assert figure(one, used=used) == 2 + worldwide + Decimal("2.3")


def test_the_older_registry_of_google_costs_what_its_bucket_does() -> None:
    one = made("image_registry", "google", {"region": "eu"}, type="google_container_registry")
    used = {"storage_gb": 150, "monthly_class_a_operations": 40_000}
    assert figure(one, used=used) == 150 * Decimal("0.026") + 4 * Decimal("0.05")


def test_a_basic_static_address_has_its_own_price() -> None:
    body = {"sku": "Basic", "allocation_method": "Static"}
    one = made("address", "azure", {"region": "westus"}, type="azurerm_public_ip", body=body)
    assert figure(one) == 730 * Decimal("0.0036")


def test_the_pool_of_an_aks_cluster_runs_as_long_as_the_usage_says() -> None:
    traits = {"region": "eastus", "instance_type": "Standard_D2_v2", "desired_count": 1, "tier": "Standard"}
    body = {"default_node_pool": [{"os_disk_type": "Ephemeral"}]}
    one = made("cluster", "azure", traits, type="azurerm_kubernetes_cluster", body=body)
    used = {"default_node_pool": {"nodes": 2, "monthly_hrs": 450}}
    assert figure(one, used=used) == 730 * Decimal("0.1") + 900 * Decimal("0.146")


def test_a_node_pool_has_the_prices_of_the_region_of_its_cluster() -> None:
    traits = {"region": "us-central1", "instance_type": "e2-standard-4", "desired_count": 1}
    pool = made("compute_group", "google", traits, type="google_container_node_pool")
    home = made("cluster", "google", {"region": "europe-west3"}, type="google_container_cluster")
    found = priced(pool, home, edges=((pool, Relation.PLACED_IN, home),)).resources[pool.key]
    assert {item.row.region for item in found.items} == {"europe-west3"}


def test_compression_that_a_usage_file_states_leaves_less_to_pay() -> None:
    body = {"root_volume_configuration": [{"data_compression_type": "LZ4"}]}
    traits = {**AWS, "size_gib": 300, "throughput_mibs": 1024}
    one = made("file_share", traits=traits, type="aws_fsx_openzfs_file_system", body=body)
    speed = 1024 * Decimal("0.26")
    assert figure(one) == 300 * Decimal("0.09") + speed
    assert figure(one, used={"compression_savings_percent": 40}) == 180 * Decimal("0.09") + speed


def test_what_belongs_to_a_spot_machine_of_google_is_cheaper() -> None:
    traits = {**GOOGLE, "instance_type": "f1-micro", "spot": "all", "root_disk_gib": 10}
    machine = made(
        "compute_instance", "google", traits, type="google_compute_instance", body={"scratch_disk": [{}]}
    )
    ip = made("address", "google", GOOGLE, type="google_compute_address", name="ip")
    found = priced(machine, ip, edges=((machine, Relation.DEPENDS_ON, ip),)).resources
    assert found[ip.key].monthly.low == 730 * Decimal("0.0025")
    scratch = next(item for item in found[machine.key].items if "local SSD" in item.name)
    assert scratch.monthly.low == 375 * Decimal("0.0354")


def test_copies_into_another_region_pay_the_way_there_and_those_within_one_do_not() -> None:
    one = made("object_store", "aws", AWS, type="aws_s3_bucket", name="one")
    there = made("object_store", "aws", {"region": "eu-west-1"}, type="aws_s3_bucket", name="there")
    near = made("object_store", "aws", AWS, type="aws_s3_bucket", name="near")
    stored = 1000 * Decimal("0.023")

    def cost(copy: Resource, **used: int) -> tuple[Decimal, Decimal]:
        usage = Usage({one.address: {"storage_gb": 1000, **used}})
        edges = ((one, Relation.REPLICATES_TO, copy),)
        found = priced(one, copy, edges=edges, usage=usage).resources[one.key]
        return found.monthly.low, found.monthly.high

    assert cost(near) == (stored, stored)
    assert cost(there) == (stored, stored + 1000 * Decimal("0.02"))
    assert cost(there, monthly_replicated_gb=200) == (stored + 4, stored + 4)
    assert cost(there, monthly_replicated_gb=0) == (stored, stored)
