"""An argument that a newer version of a provider renamed is read under both names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.graph.read import read

# type, the argument as an old version writes it, as a new one does, the trait and its value in both
RENAMED = [
    ("azurerm_kubernetes_cluster_node_pool", "enable_auto_scaling = true", "auto_scaling_enabled = true", "node_autoscaling", True),
    ("azurerm_kubernetes_cluster_node_pool", "enable_node_public_ip = true", "node_public_ip_enabled = true", "public_ip", True),
    ("azurerm_kubernetes_cluster_node_pool", "enable_host_encryption = true", "host_encryption_enabled = true", "encryption_at_host", True),
    ("azurerm_storage_account", "enable_https_traffic_only = false", "https_traffic_only_enabled = false", "tls", False),
    ("azurerm_redis_cache", "enable_non_ssl_port = true", "non_ssl_port_enabled = true", "tls", False),
    ("aws_elasticache_replication_group", "number_cache_clusters = 3", "num_cache_clusters = 3", "nodes", 3),
    ("aws_batch_compute_environment", 'compute_environment_name = "c"', 'name = "c"', "name", "c"),
    ("aws_elasticache_replication_group", 'replication_group_description = "d"', 'description = "d"', "description", "d"),
    (
        "google_sql_database_instance",
        "settings {\n ip_configuration {\n require_ssl = true\n }\n }",
        'settings {\n ip_configuration {\n ssl_mode = "ENCRYPTED_ONLY"\n }\n }',
        "tls",
        True,
    ),
    (
        "google_compute_instance",
        "scheduling {\n preemptible = true\n }",
        'scheduling {\n provisioning_model = "SPOT"\n }',
        "spot",
        "all",
    ),
    ("google_container_node_pool", "node_config {\n preemptible = true\n }", "node_config {\n spot = true\n }", "spot", "all"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("type_name", "old", "new", "trait", "value"), RENAMED, ids=lambda v: v if isinstance(v, str) else None
)
def test_both_names_give_the_same_trait(
    tmp_path: Path, type_name: str, old: str, new: str, trait: str, value: object
) -> None:
    for text in (old, new):
        graph = read(tmp_path, f'resource "{type_name}" "x" {{\n{text}\n}}\n')
        found = graph[f"{type_name}.x"][trait].plain()
        assert str(found) == str(value), text
