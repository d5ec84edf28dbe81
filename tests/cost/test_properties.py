"""Whatever the code says, an estimate has no negative, no infinite and no low figure above its high."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cost_designs import made, priced
from hypothesis import given, settings
from hypothesis import strategies as st

from mlarchlint.analysis.cost import PRICERS
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

TRAITS = (
    "region", "instance_type", "instance_types", "min_count", "max_count", "desired_count", "spot", "on_demand_base",
    "on_demand_percent", "size_gib", "storage_gib", "type", "tier", "iops", "throughput_mibs", "engine", "ha", "nodes",
    "shards", "replicas", "kind", "layer", "capacity.units", "capacity.mode", "requests.cpu", "requests.memory_gib",
    "requests.gpu", "accelerator.type", "accelerator.count", "min_nodes", "max_nodes", "max_vcpus", "memory_mib",
    "storage_class", "deployment_type", "throughput_per_tib", "max_runtime_s", "variants", "serverless", "min_capacity",
    "max_capacity", "workers.max", "environment_class", "protocol", "rules", "zones", "root_disk_gib", "root_disk_type",
)  # fmt: skip
TEXTS = st.sampled_from(
    ["us-east-1", "eastus", "us-central1", "t3.medium", "ml.m5.xlarge", "Standard_D4s_v5", "n1-standard-4", "all", "mixed",
     "gp3", "Premium_LRS", "db.t3.medium", "postgres", "multi_zone", "nat", "private_endpoint", "", "\t", "x\ny", "../..",
     "persistent_2", "GP_Gen5_4", "n2-custom-2-4096", "standard", "provisioned", "GP_S_Gen5_2"]
) | st.text(max_size=8)  # fmt: skip
NUMBERS = st.integers(-5, 10**7) | st.decimals(-5, 10**6, allow_nan=False, allow_infinity=False, places=3)
PLAIN = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS, st.lists(TEXTS, max_size=3))


@st.composite
def values(draw: st.DrawFn) -> Any:
    if draw(st.integers(0, 4)) == 0:
        unknown = Value.unknown("var.x has no value")
        cases = tuple((f"case {n}", Value.known(draw(TEXTS))) for n in range(draw(st.integers(0, 2))))
        return Value(unknown.state, why=unknown.why, scenarios=cases)
    found = draw(PLAIN)
    return float(found) if isinstance(found, Decimal) else found


TYPES = st.sampled_from(
    ["", "aws_db_instance", "aws_rds_cluster", "aws_dynamodb_table", "aws_kinesis_stream", "aws_eks_cluster", "aws_glue_job",
     "aws_fsx_lustre_file_system", "azurerm_kubernetes_cluster", "azurerm_redis_cache", "azurerm_mssql_database",
     "google_sql_database_instance", "google_redis_instance", "google_container_cluster", "aws_redshift_cluster",
     "google_filestore_instance", "azurerm_service_plan", "google_cloudfunctions_function"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from(sorted(PRICERS)),
    provider=st.sampled_from(["aws", "google", "azure", "kubernetes"]),
    type=TYPES,
    traits=st.dictionaries(st.sampled_from(TRAITS), values(), max_size=12),
    exists=st.sampled_from([Truth.YES, Truth.MAYBE]),
    daily=st.none() | st.integers(0, 10**9),
)
def test_every_figure_is_a_sum_of_money(
    kind: str, provider: str, type: str, traits: dict[str, Any], exists: Truth, daily: int | None
) -> None:
    resource = made(kind, provider, traits, type=type, exists=exists)
    found = priced(resource, needs={} if daily is None else {"traffic": {"predictions_per_day": daily}})
    money = found.monthly
    assert money.low.is_finite()
    assert money.high.is_finite()
    assert 0 <= money.low <= money.high
    for one in found.resources.values():
        for item in one.items:
            assert item.quantity_low >= 0
            assert item.quantity_high >= 0
            assert item.row.as_of
            assert item.row.source
        assert all(gap.why for gap in one.gaps)
