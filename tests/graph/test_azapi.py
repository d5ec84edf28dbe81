"""Bodies of azapi resources, as text (azapi 1) and as objects (azapi 2), make the same nodes."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.model.graph import Relation
from tests.graph.read import read

API = "Microsoft.MachineLearningServices/workspaces"
TEXT = """
resource "azurerm_machine_learning_workspace" "ws" {
  name     = "ws"
  location = "westeurope"
}
resource "azapi_resource" "endpoint" {
  type      = "%(api)s/onlineEndpoints@2024-04-01"
  name      = "ranker"
  parent_id = azurerm_machine_learning_workspace.ws.id
  location  = "westeurope"
  body = %(open)s{
    properties = { authMode = "Key", publicNetworkAccess = "Disabled" }
  }%(close)s
}
resource "azapi_resource" "blue" {
  type      = "%(api)s/onlineEndpoints/deployments@2024-04-01"
  name      = "blue"
  parent_id = azapi_resource.endpoint.id
  body = %(open)s{
    sku        = { name = "Default", capacity = 3 }
    properties = {
      endpointComputeType = "Managed"
      instanceType        = "Standard_DS3_v2"
      model               = azapi_resource.endpoint.id
    }
  }%(close)s
}
resource "azapi_resource" "gpu" {
  type      = "%(api)s/computes@2024-04-01"
  name      = "gpu"
  parent_id = azurerm_machine_learning_workspace.ws.id
  body = %(open)s{
    properties = {
      computeType = "AmlCompute"
      properties  = {
        vmSize        = "Standard_NC24ads_A100_v4"
        vmPriority    = "LowPriority"
        scaleSettings = { minNodeCount = 0, maxNodeCount = 4, nodeIdleTimeBeforeScaleDown = "PT10M" }
      }
    }
  }%(close)s
}
resource "azapi_resource" "train" {
  type      = "%(api)s/jobs@2024-04-01"
  name      = "train"
  parent_id = azurerm_machine_learning_workspace.ws.id
  body = %(open)s{
    properties = {
      jobType       = "Command"
      command       = "python train.py"
      computeId     = azapi_resource.gpu.id
      environmentId = "azureml:train:1"
      limits        = { timeout = "PT8H" }
      resources     = { instanceCount = 2 }
    }
  }%(close)s
}
resource "azapi_resource" "batch" {
  type      = "%(api)s/batchEndpoints@2024-04-01"
  name      = "score"
  parent_id = azurerm_machine_learning_workspace.ws.id
  location  = "westeurope"
  body      = %(open)s{ properties = { authMode = "AADToken" } }%(close)s
}
resource "azapi_resource" "nightly" {
  type      = "%(api)s/batchEndpoints/deployments@2024-04-01"
  name      = "nightly"
  parent_id = azapi_resource.batch.id
  body = %(open)s{
    properties = { compute = azapi_resource.gpu.id, resources = { instanceCount = 2 } }
  }%(close)s
}
"""
WAYS = {"azapi 1": ("jsonencode(", ")"), "azapi 2": ("", "")}


@pytest.mark.parametrize("way", WAYS)
def test_endpoints_deployments_computes_and_jobs_are_read(tmp_path: Path, way: str) -> None:
    first, last = WAYS[way]
    graph = read(tmp_path, TEXT % {"api": API, "open": first, "close": last})
    endpoint, gpu = graph["azapi_resource.endpoint"], graph["azapi_resource.gpu"]
    train, batch = graph["azapi_resource.train"], graph["azapi_resource.batch"]
    assert (endpoint.kind, gpu.kind, train.kind) == ("model_endpoint", "training_cluster", "batch_job")
    assert (endpoint["auth"].text(), endpoint["api_public"].raw) == ("key", False)
    assert endpoint["instance_type"].text() == "Standard_DS3_v2"
    assert (endpoint["min_count"].raw, endpoint["max_count"].raw) == (3, 3)
    assert graph["azapi_resource.blue"].part_of == endpoint.key
    assert (gpu["spot"].text(), gpu["min_nodes"].raw, gpu["max_nodes"].raw) == ("all", 0, 4)
    assert gpu["idle_shutdown_s"].raw == 600
    assert (train["nodes"].raw, train["max_runtime_s"].raw) == (2, 28800)
    assert train["commands"].plain() == ["python train.py"]
    assert train["spot"].text() == "all", "a job has the machines of its compute"
    assert gpu in graph.targets(train, Relation.PLACED_IN)
    assert gpu in graph.targets(batch, Relation.PLACED_IN)
    assert batch["desired_count"].raw == 2
    owners = {node.address for node in graph.targets(graph["azurerm_machine_learning_workspace.ws"])}
    assert {"azapi_resource.endpoint", "azapi_resource.train"} <= owners


def test_what_a_body_leaves_open_is_unknown(tmp_path: Path) -> None:
    text = TEXT.replace('"LowPriority"', "var.priority") + 'variable "priority" { type = string }\n'
    for first, last in WAYS.values():
        graph = read(tmp_path, text % {"api": API, "open": first, "close": last})
        gpu = graph["azapi_resource.gpu"]
        assert gpu["spot"].is_unknown
        assert "var.priority" in gpu["spot"].why
        assert gpu["max_nodes"].raw == 4
