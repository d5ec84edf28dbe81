"""What the Google Cloud and Azure kinds make of whole configurations, read through the front end."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.model.graph import Relation, ResourceGraph
from mlarchlint.pipeline import scan

GOOGLE = """
provider "google" { region = "us-central1" }
resource "google_service_account" "sa" { account_id = "ranker" }
resource "google_compute_instance_template" "tpl" {
  machine_type = "n1-standard-8"
  guest_accelerator {
    type  = "nvidia-tesla-t4"
    count = 2
  }
  scheduling { preemptible = true }
  disk { source_image = "debian" }
  network_interface {
    network = "default"
    access_config {}
  }
  service_account {
    email  = google_service_account.sa.email
    scopes = ["cloud-platform"]
  }
}
resource "google_compute_health_check" "hc" {
  name = "hc"
  http_health_check {
    port         = 8080
    request_path = "/ready"
  }
}
resource "google_compute_region_instance_group_manager" "regional" {
  name               = "ranker"
  base_instance_name = "ranker"
  target_size        = 3
  version { instance_template = google_compute_instance_template.tpl.id }
  auto_healing_policies {
    health_check      = google_compute_health_check.hc.id
    initial_delay_sec = 300
  }
}
resource "google_compute_instance_group_manager" "zonal" {
  name               = "zonal"
  base_instance_name = "zonal"
  zone               = "europe-west4-b"
  version { instance_template = google_compute_instance_template.tpl.id }
}
resource "google_compute_backend_service" "be" {
  name          = "be"
  health_checks = [google_compute_health_check.hc.id]
  backend { group = google_compute_region_instance_group_manager.regional.instance_group }
}
resource "google_compute_url_map" "redirect" {
  name = "redirect"
  default_url_redirect {
    https_redirect = true
    strip_query    = false
  }
}
resource "google_compute_url_map" "serve" {
  name            = "serve"
  default_service = google_compute_backend_service.be.id
}
resource "google_compute_target_http_proxy" "http" {
  name    = "http"
  url_map = google_compute_url_map.redirect.id
}
resource "google_compute_target_https_proxy" "https" {
  name             = "https"
  url_map          = google_compute_url_map.serve.id
  ssl_certificates = ["cert"]
}
resource "google_compute_global_forwarding_rule" "entry" {
  name       = "entry"
  target     = google_compute_target_https_proxy.https.id
  port_range = "443"
}
resource "google_container_cluster" "zonal" {
  name     = "zonal"
  location = "us-central1-a"
}
resource "google_container_node_pool" "pool" {
  cluster    = google_container_cluster.zonal.name
  node_count = 2
  node_config { spot = true }
}
resource "google_container_cluster" "regional" {
  name     = "regional"
  location = "us-central1"
}
resource "google_sql_database_instance" "db" {
  database_version = "POSTGRES_15"
  settings {
    tier              = "db-custom-2-7680"
    availability_type = "REGIONAL"
  }
}
resource "google_storage_bucket" "models" {
  name     = "models"
  location = "EU"
}
resource "google_storage_bucket_iam_member" "reader" {
  bucket = google_storage_bucket.models.name
  role   = "roles/storage.objectViewer"
  member = "serviceAccount:${google_service_account.sa.email}"
}
resource "google_cloud_run_v2_service" "run" {
  name     = "api"
  location = "us-central1"
  template {
    timeout = "60s"
    containers {
      image = "api:1"
      resources { limits = { cpu = "500m", memory = "4Gi", "nvidia.com/gpu" = "1" } }
    }
  }
}
resource "google_cloud_run_v2_service_iam_member" "everybody" {
  name   = google_cloud_run_v2_service.run.name
  role   = "roles/run.invoker"
  member = "allUsers"
}
resource "google_compute_region_network_endpoint_group" "neg" {
  name   = "neg"
  region = "us-central1"
  cloud_run { service = google_cloud_run_v2_service.run.name }
}
resource "google_compute_backend_service" "serverless" {
  name = "serverless"
  backend { group = google_compute_region_network_endpoint_group.neg.id }
}
resource "google_workbench_instance" "nb" {
  name     = "nb"
  location = "us-central1-a"
  gce_setup { metadata = { idle-timeout-seconds = "3600" } }
}
"""

AZURE = """
provider "azurerm" {
  features {}
}
resource "azurerm_lb" "lb" {
  name     = "lb"
  location = "West Europe"
  frontend_ip_configuration {
    name                 = "f"
    public_ip_address_id = azurerm_public_ip.ip.id
  }
}
resource "azurerm_public_ip" "ip" {
  name     = "ip"
  location = "West Europe"
}
resource "azurerm_lb_backend_address_pool" "pool" {
  name            = "pool"
  loadbalancer_id = azurerm_lb.lb.id
}
resource "azurerm_lb_backend_address_pool" "unprobed" {
  name            = "unprobed"
  loadbalancer_id = azurerm_lb.lb.id
}
resource "azurerm_lb_probe" "probe" {
  name            = "probe"
  loadbalancer_id = azurerm_lb.lb.id
  port            = 8080
  request_path    = "/health"
}
resource "azurerm_lb_rule" "rule" {
  loadbalancer_id          = azurerm_lb.lb.id
  backend_address_pool_ids = [azurerm_lb_backend_address_pool.pool.id]
  probe_id                 = azurerm_lb_probe.probe.id
}
resource "azurerm_linux_virtual_machine_scale_set" "ranker" {
  name            = "ranker"
  sku             = "Standard_B2s"
  instances       = 3
  zones           = ["1", "2"]
  health_probe_id = azurerm_lb_probe.probe.id
  automatic_instance_repair {
    enabled      = true
    grace_period = "PT10M"
  }
  network_interface {
    name = "n"
    ip_configuration {
      name                                   = "i"
      load_balancer_backend_address_pool_ids = [azurerm_lb_backend_address_pool.pool.id]
    }
  }
}
resource "azurerm_linux_virtual_machine_scale_set" "bare" {
  name     = "bare"
  sku      = "Standard_D2s_v5"
  priority = "Spot"
}
resource "azurerm_storage_account" "v4" {
  name                     = "dfour"
  location                 = "westeurope"
  account_replication_type = "GZRS"
}
resource "azurerm_storage_account" "v3" {
  name                      = "dthree"
  location                  = "westeurope"
  account_replication_type  = "LRS"
  enable_https_traffic_only = false
}
resource "azurerm_storage_container" "open" {
  name                  = "open"
  storage_account_name  = "dthree"
  container_access_type = "blob"
}
resource "azurerm_machine_learning_compute_cluster" "train" {
  name        = "train"
  vm_priority = "LowPriority"
  vm_size     = "Standard_NC24ads_A100_v4"
  scale_settings {
    min_node_count                       = 0
    max_node_count                       = 4
    scale_down_nodes_after_idle_duration = "PT15M"
  }
}
resource "azapi_resource" "endpoint" {
  type = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints@2024-04-01"
  name = "ranker"
  body = { properties = { authMode = "Key" } }
}
resource "azapi_resource" "deployment" {
  type      = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments@2024-04-01"
  name      = "blue"
  parent_id = azapi_resource.endpoint.id
  body      = jsonencode({ properties = { instanceType = "Standard_DS3_v2" }, sku = { capacity = 2 } })
}
resource "azurerm_kubernetes_cluster" "aks" {
  name = "aks"
  default_node_pool {
    name    = "d"
    vm_size = "Standard_D4s_v5"
  }
}
resource "azurerm_redis_cache" "basic" {
  name     = "basic"
  sku_name = "Basic"
}
resource "azurerm_redis_cache" "premium" {
  name                 = "premium"
  sku_name             = "Premium"
  zones                = ["1", "2"]
  non_ssl_port_enabled = true
}
resource "azurerm_cosmosdb_account" "one" {
  name = "one"
  geo_location {
    location          = "westeurope"
    failover_priority = 0
  }
}
resource "azurerm_cosmosdb_account" "two" {
  name = "two"
  geo_location {
    location          = "westeurope"
    failover_priority = 0
  }
  geo_location {
    location          = "northeurope"
    failover_priority = 1
  }
}
resource "azurerm_mssql_server" "server" {
  name     = "server"
  location = "westeurope"
}
resource "azurerm_mssql_database" "db" {
  name           = "db"
  server_id      = azurerm_mssql_server.server.id
  zone_redundant = true
}
"""


MODULES = """
module "gke" {
  source            = "terraform-google-modules/kubernetes-engine/google//modules/private-cluster"
  version           = "~> 36.0"
  project_id        = "p"
  name              = "serving"
  regional          = false
  zones             = ["us-central1-a"]
  network           = "net"
  subnetwork        = module.network.subnets_names[0]
  ip_range_pods     = "pods"
  ip_range_services = "services"
  node_pools = [
    { name = "gpu", machine_type = "g2-standard-8", min_count = 1, max_count = 4, spot = true },
    { name = "cpu", machine_type = "e2-standard-4", min_count = 2, max_count = 2 },
  ]
}
module "network" {
  source       = "terraform-google-modules/network/google"
  project_id   = "p"
  network_name = "net"
  subnets      = []
}
module "sql" {
  source            = "terraform-google-modules/sql-db/google//modules/postgresql"
  name              = "features"
  project_id        = "p"
  database_version  = "POSTGRES_15"
  availability_type = "REGIONAL"
}
module "aks" {
  source              = "Azure/aks/azurerm"
  resource_group_name = "rg"
  location            = "West Europe"
  agents_availability_zones = ["1", "2", "3"]
}
"""


@pytest.fixture(scope="module")
def google(tmp_path_factory: pytest.TempPathFactory) -> ResourceGraph:
    return _graph(tmp_path_factory.mktemp("google"), GOOGLE)


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> ResourceGraph:
    return _graph(tmp_path_factory.mktemp("azure"), AZURE)


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> ResourceGraph:
    return _graph(tmp_path_factory.mktemp("modules"), MODULES)


def _graph(folder: Path, text: str) -> ResourceGraph:
    folder.joinpath("main.tf").write_text(text, "utf-8")
    result = scan([folder])
    assert not [found for found in result.diagnostics if "module" not in found.summary.lower()]
    return result.graph


def _trait(graph: ResourceGraph, key: str, name: str) -> object:
    value = graph[key][name]
    assert not value.is_unknown, value.why
    return [item.raw for item in value.raw] if isinstance(value.raw, tuple) else value.raw


@pytest.mark.parametrize(
    ("key", "traits"),
    [
        (
            "google_compute_region_instance_group_manager.regional",
            {
                "zone_redundancy": "multi",
                "region": "us-central1",
                "spot": "all",
                "accelerator.count": 2,
                "public_ip": True,
                "min_count": 3,
                "health_check.enabled": True,
                "health_check.path": "/ready",
                "health_check.protocol": "HTTP",
                "grace_s": 300,
            },
        ),
        (
            "google_compute_instance_group_manager.zonal",
            {
                "zone_redundancy": "none",
                "zones": ["europe-west4-b"],
                "region": "europe-west4",
                "health_check.enabled": False,
                "instance_type": "n1-standard-8",
            },
        ),
        ("google_compute_target_http_proxy.http", {"tls": False, "redirects_to_tls": True}),
        ("google_compute_target_https_proxy.https", {"tls": True, "redirects_to_tls": False}),
        ("google_container_cluster.zonal", {"zone_redundancy": "none", "control_plane.zones": 1}),
        ("google_container_cluster.regional", {"zone_redundancy": "multi", "control_plane.zones": 3}),
        ("google_container_node_pool.pool", {"zone_redundancy": "none", "spot": "all", "min_count": 2}),
        (
            "google_sql_database_instance.db",
            {"ha": "multi_zone", "tls": False, "public_ip": True, "backup": False},
        ),
        (
            "google_storage_bucket.models",
            {"encrypted_at_rest": True, "ha": "multi_region", "versioning": False, "lifecycle_rules": 0},
        ),
        (
            "google_cloud_run_v2_service.run",
            {
                "zone_redundancy": "managed",
                "vcpu": 0.5,
                "memory_gib": 4,
                "accelerator.count": 1,
                "timeout_s": 60,
                "public": True,
                "auth": "none",
                "min_count": 0,
            },
        ),
        ("google_workbench_instance.nb", {"idle_shutdown_minutes": 60, "public_ip": True}),
    ],
)
def test_google_traits(google: ResourceGraph, key: str, traits: dict[str, object]) -> None:
    assert {name: _trait(google, key, name) for name in traits} == traits


@pytest.mark.parametrize(
    ("key", "traits"),
    [
        (
            "azurerm_linux_virtual_machine_scale_set.ranker",
            {
                "zone_redundancy": "zonal",
                "zones": ["1", "2"],
                "min_count": 3,
                "burstable": True,
                "spot": "none",
                "health_check.enabled": True,
                "health_check.source": "lb",
                "health_check.path": "/health",
                "grace_s": 600,
            },
        ),
        (
            "azurerm_linux_virtual_machine_scale_set.bare",
            {"zone_redundancy": "none", "spot": "all", "health_check.enabled": False},
        ),
        ("azurerm_lb.lb", {"scheme": "internet", "zone_redundancy": "managed", "region": "westeurope"}),
        ("azurerm_lb_backend_address_pool.pool", {"health_check.enabled": True}),
        ("azurerm_lb_backend_address_pool.unprobed", {"health_check.enabled": False}),
        ("azurerm_storage_account.v4", {"tls": True, "ha": "multi_region", "zone_redundancy": "multi"}),
        ("azurerm_storage_account.v3", {"tls": False, "zone_redundancy": "none", "public": True}),
        (
            "azurerm_machine_learning_compute_cluster.train",
            {"spot": "all", "min_nodes": 0, "idle_shutdown_s": 900, "auto_stop": True},
        ),
        ("azapi_resource.endpoint", {"auth": "key", "min_count": 2, "instance_type": "Standard_DS3_v2"}),
        ("azurerm_kubernetes_cluster.aks", {"zone_redundancy": "none", "control_plane.sla": 0}),
        ("azurerm_redis_cache.basic", {"ha": "none", "tls": True}),
        ("azurerm_redis_cache.premium", {"ha": "multi_zone", "tls": False}),
        ("azurerm_cosmosdb_account.one", {"ha": "none"}),
        ("azurerm_cosmosdb_account.two", {"ha": "multi_region"}),
        ("azurerm_mssql_database.db", {"ha": "multi_zone", "region": "westeurope", "tls": True}),
    ],
)
def test_azure_traits(azure: ResourceGraph, key: str, traits: dict[str, object]) -> None:
    assert {name: _trait(azure, key, name) for name in traits} == traits


@pytest.mark.parametrize(
    ("key", "kind", "traits"),
    [
        (
            "module.gke",
            "cluster",
            {
                "zone_redundancy": "none",
                "region": "us-central1",
                "control_plane.zones": 1,
                "public_ip": False,
                "min_count": 3,
                "max_count": 6,
                "spot": "none",
            },
        ),
        ("module.sql", "database", {"ha": "multi_zone", "public_ip": True, "backup": False}),
        ("module.aks", "cluster", {"zone_redundancy": "zonal", "region": "westeurope", "desired_count": 2}),
    ],
)
def test_module_traits(modules: ResourceGraph, key: str, kind: str, traits: dict[str, object]) -> None:
    assert modules[key].kind == kind
    assert {name: _trait(modules, key, name) for name in traits} == traits


def test_a_module_is_placed_in_the_network_of_another(modules: ResourceGraph) -> None:
    assert "module.network" in {node.key for node in modules.targets(modules["module.gke"])}


def test_a_grant_to_a_service_account_does_not_make_a_bucket_public(google: ResourceGraph) -> None:
    assert google["google_storage_bucket.models"]["public"].is_absent


def _reached(graph: ResourceGraph, start: str) -> set[str]:
    return {node.key for node in graph.reach(graph[start], Relation.ROUTES_TO)}


def test_requests_are_followed_through_google_load_balancers(google: ResourceGraph) -> None:
    assert _reached(google, "google_compute_global_forwarding_rule.entry") == {
        "google_compute_target_https_proxy.https",
        "google_compute_backend_service.be",
        "google_compute_region_instance_group_manager.regional",
    }
    assert _reached(google, "google_compute_backend_service.serverless") == {
        "google_cloud_run_v2_service.run"
    }


def test_requests_are_followed_through_azure_load_balancers(azure: ResourceGraph) -> None:
    assert "azurerm_linux_virtual_machine_scale_set.ranker" in _reached(azure, "azurerm_lb.lb")


def test_a_template_lends_its_identity(google: ResourceGraph) -> None:
    group = google["google_compute_region_instance_group_manager.regional"]
    assert [node.key for node in google.targets(group, Relation.ASSUMES)] == ["google_service_account.sa"]
