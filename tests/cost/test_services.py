from __future__ import annotations

from decimal import Decimal

import pytest
from cost_designs import cents, made, money, priced

from mlarchlint.model.graph import Relation
from mlarchlint.usage import Usage, matches, read_usage

US = {"region": "us-east-1"}


def test_a_second_zone_doubles_a_database_and_its_storage() -> None:
    traits = {
        **US,
        "engine": "postgres",
        "instance_type": "db.t3.medium",
        "storage_gib": 100,
        "storage_type": "gp3",
    }
    single = made("database", traits={**traits, "ha": "none"}, type="aws_db_instance")
    double = made("database", traits={**traits, "ha": "multi_zone"}, type="aws_db_instance")
    assert cents(priced(single).monthly) == ("64.06", "64.06")
    assert priced(double).monthly.low == 2 * priced(single).monthly.low


def test_an_unpriced_class_is_a_gap_and_its_storage_still_counts() -> None:
    traits = {
        **US,
        "engine": "mysql",
        "instance_type": "db.z99.large",
        "storage_gib": 100,
        "storage_type": "gp3",
    }
    found = priced(made("database", traits=traits, type="aws_db_instance"))
    assert found.monthly.low == Decimal("11.5")
    assert "db.z99.large" in found.gaps[0].why


def test_cache_nodes_are_counted_by_shards_and_replicas() -> None:
    traits = {
        **US,
        "engine": "redis",
        "instance_type": "cache.r6g.large",
        "shards": 2,
        "replicas_per_shard": 1,
    }
    assert priced(made("cache", traits=traits)).monthly.low == 4 * 730 * Decimal("0.206")


def test_an_endpoint_costs_its_managed_machines() -> None:
    traits = {**US, "instance_type": "ml.m5.xlarge", "min_count": 2, "max_count": 4}
    found = priced(made("model_endpoint", traits=traits, type="aws_sagemaker_endpoint")).monthly
    assert (found.low, found.high) == (2 * 730 * Decimal("0.23"), 4 * 730 * Decimal("0.23"))


def test_a_price_by_relation_says_so() -> None:
    endpoint = made(
        "model_endpoint",
        "google",
        {"region": "europe-west4", "instance_type": "n1-standard-4", "desired_count": 1},
    )
    item = priced(endpoint).resources[endpoint.key].items[0]
    assert item.row.source == "relation-vertex"


def test_a_type_whose_managed_price_is_known_to_be_stale_is_a_gap() -> None:
    endpoint = made("model_endpoint", traits={**US, "instance_type": "ml.p4d.24xlarge", "desired_count": 1})
    assert "no price of sagemaker ml.p4d.24xlarge" in priced(endpoint).gaps[0].why


def test_fargate_tasks_cost_vcpu_and_memory() -> None:
    service = made(
        "container_service", traits={**US, "requests.cpu": 1, "requests.memory_gib": 2, "replicas": 2}
    )
    # 2 x 730 x (0.04048 + 2 x 0.004445)
    assert cents(priced(service).monthly) == ("72.08", "72.08")


def pod(**traits: object) -> object:
    return made("container_service", "kubernetes", {"replicas": 2, **traits}, type="apps/v1/Deployment")


def test_pods_cost_nothing_of_their_own_beside_priced_nodes() -> None:
    service = pod(**{"requests.cpu": 1})
    nodes = made(
        "compute_group",
        traits={**US, "instance_type": "m5.large", "desired_count": 2, "root_disk_gib": 20},
        type="aws_eks_node_group",
    )
    found = priced(service, nodes)  # type: ignore[arg-type]
    assert not found.resources[service.key].items  # type: ignore[attr-defined]
    assert "nodes of this scan" in found.resources[service.key].assumptions[0]  # type: ignore[attr-defined]


def test_pods_without_nodes_take_a_share_of_an_assumed_one() -> None:
    service = pod(**{"requests.cpu": 1, "requests.memory_gib": 2})
    item = priced(service).resources[service.key].items[0]  # type: ignore[arg-type,attr-defined]
    # half of an m5.large, twice
    assert item.quantity_low == 730
    assert "m5.large is assumed" in item.assumptions[0]


def test_an_application_load_balancer_costs_its_hours_without_traffic() -> None:
    balancer = made("load_balancer", traits={**US, "layer": 7, "scheme": "internal"}, type="aws_lb")
    found = priced(balancer, needs={"traffic.predictions_per_day": 0})
    assert found.monthly.low == Decimal("16.425")


def test_answers_leave_through_the_cdn_in_front() -> None:
    balancer = made("load_balancer", traits={**US, "layer": 7, "scheme": "internet"}, type="aws_lb")
    edge = made("cdn", traits=US)
    needs = {"traffic": {"predictions_per_day": 1_000_000, "payload_kb": {"response": 10}}}
    alone = priced(balancer, needs=needs).resources[balancer.key]
    behind = priced(balancer, edge, edges=((edge, Relation.ROUTES_TO, balancer),), needs=needs).resources[
        balancer.key
    ]
    assert any(item.row.service == "egress" for item in alone.items)
    assert all(item.row.service != "egress" for item in behind.items)


def test_tiers_are_charged_one_after_the_other() -> None:
    store = made("object_store", traits={**US, "storage_class": "STANDARD"})
    usage = Usage({store.address: {"standard": {"storage_gb": 60_000}}})
    found = priced(store, usage=usage)
    assert found.monthly.low == 51_200 * Decimal("0.023") + 8_800 * Decimal("0.022")


def test_a_store_without_a_stated_size_reaches_from_empty_to_what_it_is_for() -> None:
    store = made("object_store", traits=US, name="training_dataset")
    item = priced(store).resources[store.key].items[0]
    assert (item.quantity_low, item.quantity_high) == (0, 1000)
    assert item.assumptions == ("empty to 1000 GiB are assumed for dataset",)


def test_the_size_of_the_model_in_the_requirements_sizes_its_store() -> None:
    store = made("object_store", traits=US, name="models")
    item = (
        priced(store, needs={"model": {"size_gib": 2}, "updates": {"per_month": 4}})
        .resources[store.key]
        .items[0]
    )
    assert (item.quantity_low, item.quantity_high) == (2, 8)


def test_a_function_costs_its_requests_and_their_time() -> None:
    function = made("serverless_function", traits={**US, "memory_mib": 512}, type="aws_lambda_function")
    usage = Usage(
        by_type={"aws_lambda_function": {"monthly_requests": 1_000_000, "request_duration_ms": 200}}
    )
    # 0.20 + 1e6 x 0.2 s x 0.5 GiB x 0.0000166667
    assert cents(priced(function, usage=usage).monthly) == ("1.87", "1.87")


def test_free_tiers_count_only_if_asked_for() -> None:
    edge = made("cdn", traits=US)
    needs = {"traffic": {"predictions_per_day": 100_000, "payload_kb": {"response": 10}}}
    assert priced(edge, needs=needs).monthly.high > 3
    assert priced(edge, needs=needs, usage=Usage(free_tier=True)).monthly.high == 0


def test_gateways_out_cost_hours_and_data() -> None:
    gateway = made("egress", traits={**US, "kind": "nat"})
    usage = Usage({gateway.address: {"monthly_data_processed_gb": 100}})
    assert priced(gateway, usage=usage).monthly.low == Decimal("37.35")


def test_the_oldest_price_dates_the_estimate() -> None:
    old = made(
        "database",
        traits={
            **US,
            "engine": "mysql",
            "instance_type": "db.m5.xlarge",
            "storage_gib": 20,
            "storage_type": "gp3",
        },
        type="aws_db_instance",
    )
    assert priced(old).as_of == "2021-08-03"


def test_satellites_and_unpriced_kinds_take_no_part() -> None:
    assert not priced(
        made("network"), made("identity", name="b"), made("compute_template", name="c")
    ).resources


def test_a_usage_file_speaks_of_addresses_globs_and_types() -> None:
    usage = read_usage(
        {
            "resource_usage": {
                "aws_s3_bucket.b[*]": {"standard": {"storage_gb": 5}},
                "aws_s3_bucket.b[0]": {"standard": {"storage_gb": 7}},
            },
            "resource_type_default_usage": {"aws_s3_bucket": {"standard": {"storage_gb": 1}}},
        }
    )
    assert (
        usage.of(made("object_store", type="aws_s3_bucket", name="b[0]"), None)["standard"]["storage_gb"] == 7
    )
    assert (
        usage.of(made("object_store", type="aws_s3_bucket", name="b[1]"), None)["standard"]["storage_gb"] == 5
    )
    assert usage.of(made("object_store", type="aws_s3_bucket", name="c"), None)["standard"]["storage_gb"] == 1


@pytest.mark.parametrize(
    ("pattern", "address", "expected"),
    [
        ("module.*", "module.a.aws_s3_bucket.b", True),
        ("aws_s3_bucket.b[*]", 'aws_s3_bucket.b["x"]', True),
        ("aws_s3_bucket.b[0]", "aws_s3_bucket.b0", False),
        ("aws_s3_bucket.b[0]", "aws_s3_bucket.b[0]", True),
    ],
)
def test_brackets_in_patterns_mean_indices(pattern: str, address: str, expected: bool) -> None:
    assert matches(pattern, address) is expected


@pytest.mark.parametrize("data", [None, [], "x", {"resource_usage": []}, {"resource_usage": {"a": 1}}])
def test_a_usage_file_of_another_form_says_nothing(data: object) -> None:
    assert read_usage(data).of(made("object_store"), None) == {}


def test_variants_of_one_type_are_counted_together() -> None:
    traits = {
        **US,
        "instance_type": "ml.m5.xlarge",
        "instance_types": ["ml.m5.xlarge"],
        "variants": 2,
        "desired_count": 3,
    }
    found = priced(made("model_endpoint", traits=traits, type="aws_sagemaker_endpoint_configuration"))
    assert found.monthly.low == 3 * 730 * Decimal("0.23")
    assert not found.gaps


def test_accelerators_of_a_managed_machine_have_a_managed_price() -> None:
    traits = {
        "region": "us-central1", "instance_type": "n1-standard-4", "desired_count": 1,
        "accelerator.type": "NVIDIA_TESLA_T4", "accelerator.count": 1,
    }  # fmt: skip
    endpoint = made("model_endpoint", "google", traits)
    prices = [item.row.price for item in priced(endpoint).resources[endpoint.key].items]
    assert prices == [Decimal("0.21849885"), Decimal("0.4025")]


def test_a_regional_pool_has_its_count_in_every_zone() -> None:
    traits = {
        "region": "us-central1",
        "platform": "gke",
        "instance_type": "e2-standard-4",
        "zone_redundancy": "multi",
        "desired_count": 1,
    }
    pool = made(
        "compute_group", "google", {**traits, "root_disk_gib": 100}, type="google_container_node_pool"
    )
    assert priced(pool).resources[pool.key].items[0].quantity_low == 3 * 730


def test_five_forwarding_rules_share_a_price() -> None:
    rules = [
        made("load_balancer", "google", {"region": "us-central1", "scheme": "internal"}, name=f"r{n}", line=n)
        for n in range(1, 7)
    ]
    found = priced(*rules, needs={"traffic": {"predictions_per_day": 0}})
    assert found.monthly.low == 730 * Decimal("0.025") + 730 * Decimal("0.01")


def test_what_costs_money_and_has_no_price_is_a_gap() -> None:
    tracker = made("experiment_tracker", traits=US, type="aws_sagemaker_mlflow_tracking_server")
    assert "no price of aws_sagemaker_mlflow_tracking_server" in priced(tracker).gaps[0].why


def test_an_egress_only_gateway_is_free() -> None:
    assert not priced(
        made("egress", traits={**US, "kind": "nat"}, type="aws_egress_only_internet_gateway")
    ).resources


def test_members_of_a_cluster_are_priced_and_its_storage_once() -> None:
    cluster = made(
        "database",
        traits={**US, "engine": "aurora-mysql", "ha": "multi_zone"},
        type="aws_rds_cluster",
        name="c",
    )
    traits = {**US, "engine": "aurora-mysql", "instance_type": "db.t3.medium"}
    members = [
        made("database_instance", traits=traits, type="aws_rds_cluster_instance", name=f"i{n}")
        for n in range(2)
    ]
    found = priced(cluster, *members, usage=Usage({cluster.address: {"storage_gb": 50}}))
    assert found.monthly.low == 2 * 730 * Decimal("0.082") + 50 * Decimal("0.1")


def test_a_member_takes_the_engine_of_its_cluster() -> None:
    cluster = made("database", traits={**US, "engine": "aurora-mysql"}, type="aws_rds_cluster", name="c")
    member = made(
        "database_instance", traits={**US, "instance_type": "db.t3.medium"}, type="aws_rds_cluster_instance"
    )
    found = priced(cluster, member, edges=((member, Relation.DEPENDS_ON, cluster),))
    assert found.resources[member.key].items[0].row.sku == "aurora-mysql:db.t3.medium"


@pytest.mark.parametrize(
    ("kind", "type"),
    [
        ("cache", "aws_memorydb_cluster"),
        ("database", "aws_keyspaces_table"),
        ("cache", "google_memcache_instance"),
    ],
)
def test_services_like_a_priced_one_are_not_priced_as_it(kind: str, type: str) -> None:
    traits = {"engine": "redis", "instance_type": "db.r6g.large", "region": "us-east-1"}
    found = priced(made(kind, type.partition("_")[0], traits, type=type))
    assert found.monthly.high == 0
    assert f"no price of {type}" in found.gaps[0].why


def test_a_usage_file_states_capacity_units_by_their_largest_dimension() -> None:
    balancer = made("load_balancer", traits={**US, "layer": 7, "scheme": "internal"}, type="aws_lb")
    usage = Usage(
        {balancer.address: {"new_connections": 50, "processed_bytes_gb": 1000, "monthly_requests": 0}}
    )
    # 50 / 25 = 2 units exceed 1000 GB / 730 h
    assert priced(balancer, usage=usage).monthly.low == Decimal("16.425") + 2 * 730 * Decimal("0.008")


def test_every_storage_class_of_a_usage_file_counts() -> None:
    store = made("object_store", traits=US, type="aws_s3_bucket")
    usage = Usage(
        {
            store.address: {
                "standard_infrequent_access": {"storage_gb": 100},
                "glacier_deep_archive": {"storage_gb": 1000},
            }
        }
    )
    assert priced(store, usage=usage).monthly.low == 100 * Decimal("0.0125") + 1000 * Decimal("0.00099")


def test_provisioned_throughput_is_charged_above_what_storage_brings() -> None:
    share = made(
        "file_share",
        traits={**US, "throughput": "provisioned", "throughput_mibs": 100},
        type="aws_efs_file_system",
    )
    usage = Usage({share.address: {"storage_gb": 230}})
    assert priced(share, usage=usage).monthly.low == 69 + Decimal("88.5") * 6


def test_cloud_nat_is_charged_by_the_machines_behind_it() -> None:
    gateway = made(
        "egress", "google", {"region": "us-central1", "kind": "nat"}, type="google_compute_router_nat"
    )
    usage = Usage({gateway.address: {"assigned_vms": 1, "data_processed_gb": 100}})
    assert cents(priced(gateway, usage=usage).monthly) == ("5.52", "5.52")


AZURE = {"region": "eastus"}


@pytest.mark.parametrize(
    ("kind", "type", "traits", "expected"),
    [
        ("cache", "azurerm_redis_cache", {"tier": "Standard", "instance_type": "C", "capacity.units": 3}, "328.50"),
        # 4 x (0.152216 + 0.10) x 730
        ("database", "azurerm_mssql_database", {"instance_type": "GP_Gen5_4", "ha": "same_zone"}, "737.05"),
        ("compute_group", "azurerm_service_plan", {"instance_type": "P1v3", "desired_count": 2}, "226.30"),
        ("database", "azurerm_postgresql_flexible_server", {"instance_type": "B_Standard_B1ms", "storage_gib": 32}, "16.09"),
    ],
)  # fmt: skip
def test_azure_names_are_put_together(kind: str, type: str, traits: dict[str, object], expected: str) -> None:
    found = priced(made(kind, "azure", {**AZURE, **traits}, type=type))
    assert not found.gaps
    assert cents(found.monthly)[0] == expected


@pytest.mark.parametrize(
    ("size", "disk"),
    [("Standard_D2s_v5", "p10-lrs"), ("Standard_DS2_v2", "p10-lrs"), ("Standard_D2_v2", "s10-lrs")],
)
def test_node_disks_follow_the_size_of_the_node(size: str, disk: str) -> None:
    traits = {**AZURE, "instance_type": size, "desired_count": 1, "root_disk_type": "Managed"}
    pool = made("compute_group", "azure", traits, type="azurerm_kubernetes_cluster_node_pool")
    assert priced(pool).resources[pool.key].items[-1].row.sku == disk


def test_nothing_of_a_thing_without_a_price_is_no_gap() -> None:
    assert not priced(made("object_store", "google", {"region": "US", "size_gib": 5})).gaps


def test_pods_of_autopilot_pay_for_what_they_request() -> None:
    cluster = made(
        "cluster", "google", {"region": "us-central1", "auto_mode": True}, type="google_container_cluster"
    )
    service = made(
        "container_service",
        "kubernetes",
        {"requests.cpu": 2, "requests.memory_gib": 4, "replicas": 3},
        type="apps/v1/Deployment",
    )
    found = priced(cluster, service).resources[service.key]
    assert found.monthly.low == 3 * (2 * Decimal("32.49") + 4 * Decimal("3.59"))


def test_a_claim_becomes_a_disk_and_its_volume_counts_no_second_time() -> None:
    claim = made(
        "block_volume",
        "kubernetes",
        {"size_gib": 50, "storage_class": "gp2"},
        type="v1/PersistentVolumeClaim",
    )
    volume = made(
        "block_volume",
        "kubernetes",
        {"size_gib": 50, "storage_class": "gp2"},
        type="v1/PersistentVolume",
        name="b",
    )
    found = priced(claim, volume)
    assert found.monthly.low == 50 * Decimal("0.1")
    assert volume.key not in found.resources


def test_an_entry_of_a_cluster_may_share_a_load_balancer() -> None:
    ingress = made("load_balancer", "kubernetes", {"layer": 7}, type="networking.k8s.io/v1/Ingress")
    found = priced(ingress).monthly
    assert (found.low, found.high) == (0, Decimal("16.425"))


def test_traffic_is_counted_once_where_two_ports_share_an_address() -> None:
    address = made("address", "google", {"region": "us-central1"}, name="ip")
    place = {"region": "us-central1", "scheme": "internet", "layer": 7}
    secure = made("load_balancer", "google", {**place, "ports": ["443"]}, name="https", line=1)
    plain = made("load_balancer", "google", {**place, "ports": ["80"]}, name="http", line=2)
    edges = ((secure, Relation.USES, address), (plain, Relation.USES, address))
    found = priced(address, secure, plain, edges=edges, needs={"traffic": {"predictions_per_day": 1_000_000}})
    assert any(item.row.service == "egress" for item in found.resources[secure.key].items)
    assert not found.resources[plain.key].items


def test_a_free_amount_is_given_once() -> None:
    functions = [made("serverless_function", traits={**US, "memory_mib": 1024}, name=name) for name in "ab"]
    usage = {"serverless_function": {"monthly_requests": 800_000, "request_duration_ms": 250}}
    found = priced(*functions, usage=Usage(by_type=usage, free_tier=True))
    # a: 0.8 M requests and 200,000 GB-seconds, all free; b: 0.2 M requests and 200,000 GB-seconds are left free
    assert [cents(found.resources[one.key].monthly)[1] for one in functions] == ["0.00", "0.12"]


@pytest.mark.parametrize("name", ["REGIONAL", "MULTI_REGIONAL", "STANDARD", ""])
def test_old_names_of_standard_storage_cost_the_same(name: str) -> None:
    traits = {"region": "us-central1", "size_gib": 100, **({"storage_class": name} if name else {})}
    store = made("object_store", "google", traits)
    assert priced(store).monthly == money("2")


def test_an_edition_of_cloud_sql_is_no_tier() -> None:
    base = made(
        "database",
        "google",
        {"region": "us-central1", "tier": "ENTERPRISE"},
        type="google_sql_database_instance",
    )
    assert [gap.why for gap in priced(base).gaps] == ["its tier is not known"]


def test_a_simple_table_is_billed_by_its_requests() -> None:
    table = made("database", traits={"region": "us-east-1"}, type="AWS::Serverless::SimpleTable")
    one = priced(table)
    assert not one.gaps
    assert {item.row.sku for item in one.resources[table.key].items} >= {"read-on-demand"}
    body = {"ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}}
    table = made("database", traits={"region": "us-east-1"}, type="AWS::Serverless::SimpleTable", body=body)
    assert [gap.name for gap in priced(table).gaps] == ["provisioned capacity"]
