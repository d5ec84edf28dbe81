"""Traits that one provider says in another place or with other words than the rest."""

from __future__ import annotations

from pathlib import Path

from mlarchlint.analysis.access import consumers_of
from mlarchlint.model.graph import Relation
from tests.graph.read import read

_STORE = 'resource "azurerm_storage_account" "lake" {\n  name = "lake"\n}\n'
_POLICY = """
resource "azurerm_storage_management_policy" "lake" {{
  storage_account_id = azurerm_storage_account.lake.id
  rule {{
    name    = "a"
    enabled = true
    actions {{
      base_blob {{
        {}
      }}
    }}
  }}
}}
"""


def test_a_tier_of_azure_is_in_the_name_of_its_age(tmp_path: Path) -> None:
    rule = (
        "tier_to_archive_after_days_since_modification_greater_than = 180\n"
        "tier_to_cool_after_days_since_last_access_time_greater_than = 30\n"
        "tier_to_cold_after_days_since_modification_greater_than = null\n"
        "delete_after_days_since_modification_greater_than = 700"
    )
    [store] = read(tmp_path, _STORE + _POLICY.format(rule)).of_kind("object_store")
    assert sorted(str(item.raw) for item in store["transition_classes"].items()) == ["Archive", "Cool"]
    assert (store["transition_days"].raw, store["expiry_days"].raw) == (30, 700)


def test_a_rule_of_azure_that_only_deletes_moves_nothing(tmp_path: Path) -> None:
    rule = "delete_after_days_since_creation_greater_than = 7"
    [store] = read(tmp_path, _STORE + _POLICY.format(rule)).of_kind("object_store")
    assert store["transition_classes"].items() == ()
    assert store["transition_days"].is_absent
    assert store["expiry_days"].number() == 7


def test_the_age_of_a_move_on_google_is_not_that_of_a_deletion(tmp_path: Path) -> None:
    rules = "\n".join(
        f'lifecycle_rule {{\n  action {{\n    type = "{kind}"\n  }}\n  condition {{\n    age = {age}\n  }}\n}}'
        for kind, age in (("Delete", 7), ("SetStorageClass", 90))
    )
    text = f'resource "google_storage_bucket" "lake" {{\n  name = "lake"\n  location = "EU"\n{rules}\n}}\n'
    [store] = read(tmp_path, text).of_kind("object_store")
    assert store["transition_days"].number() == 90


_WORKSPACE = """
resource "azurerm_redis_cache" "hot" {{
  name     = "hot"
  sku_name = "Basic"
}}

resource "azurerm_machine_learning_workspace" "users" {{
  name = "users"
  {}
}}
"""


def test_a_workspace_that_is_a_feature_store_is_one(tmp_path: Path) -> None:
    said = 'kind = "FeatureStore"\n  feature_store {\n    online_connection_name = azurerm_redis_cache.hot.name\n  }'
    graph = read(tmp_path, _WORKSPACE.format(said))
    [store], [cache] = graph.of_kind("feature_store"), graph.of_kind("cache")
    assert store["online"].raw is True
    assert graph.of_kind("experiment_tracker") == ()
    assert consumers_of(graph, cache) == (store,)


def test_another_workspace_is_a_tracker(tmp_path: Path) -> None:
    graph = read(tmp_path, _WORKSPACE.format('kind = "Default"'))
    assert [node.kind for node in graph.of_kind("experiment_tracker", "feature_store")] == [
        "experiment_tracker"
    ]


_KAFKA = """
apiVersion: kafka.strimzi.io/v1beta2
kind: Kafka
metadata: {name: events}
spec: {kafka: {}}
---
apiVersion: kafka.strimzi.io/v1beta2
kind: KafkaNodePool
metadata: {name: brokers, labels: {strimzi.io/cluster: events}}
spec: {replicas: 3, storage: {type: jbod, volumes: [{id: 0, type: persistent-claim, class: fast}]}}
---
apiVersion: kafka.strimzi.io/v1beta2
kind: KafkaTopic
metadata: {name: clicks, labels: {strimzi.io/cluster: events}}
spec: {partitions: 4, config: {retention.ms: 172800000}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: ebs.csi.aws.com
"""


def test_pools_and_topics_complete_their_kafka(tmp_path: Path) -> None:
    graph = read(tmp_path, _KAFKA, "kafka.yaml")
    [stream] = graph.of_kind("stream")
    assert (stream["nodes"].raw, stream["shards"].raw, stream["retention_h"].raw) == (3, 4, 48)
    assert [node.kind for node in graph.targets(stream, Relation.USES)] == ["storage_class"]


def test_a_role_assignment_does_nothing_that_its_scope_does(tmp_path: Path) -> None:
    text = (
        _STORE
        + """
resource "azurerm_eventhub_namespace" "events" {
  name = "events"
  sku  = "Standard"
}

resource "azurerm_eventhub" "events" {
  name         = "events"
  namespace_id = azurerm_eventhub_namespace.events.id
  capture_description {
    destination {
      storage_account_id = azurerm_storage_account.lake.id
    }
  }
}

resource "azurerm_role_assignment" "reader" {
  scope                = azurerm_eventhub_namespace.events.id
  role_definition_name = "Azure Event Hubs Data Receiver"
}
"""
    )
    graph = read(tmp_path, text)
    [lake], [stream] = graph.of_kind("object_store"), graph.of_kind("stream")
    assert graph.sources(lake, Relation.WRITES) == (stream,)
    assert stream["key"].text() == "platform"
