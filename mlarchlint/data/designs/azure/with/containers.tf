variable "registry" {
  description = "The registry that the release pipeline pushes to; it scans what is pushed."
  type        = string
  default     = "acmemodels.azurecr.io"
}

variable "registry_id" {
  description = "The same registry, as a resource."
  type        = string
  default     = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.ContainerRegistry/registries/acmemodels"
}

variable "image" {
  description = "The image of the model server in it, by digest."
  type        = string
  default     = "model-server@sha256:0000000000000000000000000000000000000000000000000000000000000000"
}

resource "azurerm_subnet" "inference" {
  name                 = "inference"
  resource_group_name  = azurerm_resource_group.main.name
  virtual_network_name = azurerm_virtual_network.main.name
  address_prefixes     = ["10.20.1.0/24"]
  service_endpoints    = ["Microsoft.Storage"]

  delegation {
    name = "containers"

    service_delegation {
      name    = "Microsoft.App/environments"
      actions = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
    }
  }
}

resource "azurerm_role_assignment" "pull_images" {
  scope                = var.registry_id
  role_definition_name = "AcrPull"
  principal_id         = azurerm_user_assigned_identity.inference.principal_id
}

# Without an address on the internet. Replicas are spread over the zones.
resource "azurerm_container_app_environment" "inference" {
  name                           = local.name
  location                       = azurerm_resource_group.main.location
  resource_group_name            = azurerm_resource_group.main.name
  infrastructure_subnet_id       = azurerm_subnet.inference.id
  internal_load_balancer_enabled = true
  zone_redundancy_enabled        = true
  logs_destination               = "log-analytics"
  log_analytics_workspace_id     = azurerm_log_analytics_workspace.main.id
  tags                           = local.tags

  workload_profile {
    name                  = "Consumption"
    workload_profile_type = "Consumption"
  }
}

# A new revision takes requests when its probes succeed.
resource "azurerm_container_app" "inference" {
  name                         = "${local.name}-serve"
  container_app_environment_id = azurerm_container_app_environment.inference.id
  resource_group_name          = azurerm_resource_group.main.name
  revision_mode                = "Single"
  workload_profile_name        = "Consumption"
  tags                         = local.tags

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.inference.id]
  }

  registry {
    server   = var.registry
    identity = azurerm_user_assigned_identity.inference.id
  }

  ingress {
    external_enabled           = true
    target_port                = 8080
    transport                  = "http"
    allow_insecure_connections = false

    traffic_weight {
      latest_revision = true
      percentage      = 100
    }
  }

  template {
    min_replicas                     = local.least
    max_replicas                     = local.most
    termination_grace_period_seconds = 60

    http_scale_rule {
      name                = "requests"
      concurrent_requests = local.concurrency
    }

    container {
      name   = "model-server"
      image  = "${var.registry}/${var.image}"
      cpu    = local.cpu
      memory = local.memory

      env {
        name  = "MODEL_URI"
        value = "${azurerm_storage_account.models.primary_blob_endpoint}models/${var.model_version}"
      }

      env {
        name  = "CACHE"
        value = local.cache
      }

      startup_probe {
        transport               = "HTTP"
        path                    = "/health/ready"
        port                    = 8080
        interval_seconds        = 10
        failure_count_threshold = 10
      }

      readiness_probe {
        transport        = "HTTP"
        path             = "/health/ready"
        port             = 8080
        interval_seconds = 5
        timeout          = 2
      }

      liveness_probe {
        transport        = "HTTP"
        path             = "/health/live"
        port             = 8080
        interval_seconds = 15
        timeout          = 2
      }
    }
  }

  depends_on = [azurerm_role_assignment.pull_images]
}

resource "azurerm_monitor_metric_alert" "saturation" {
  name                = "${local.name}-saturation"
  resource_group_name = azurerm_resource_group.main.name
  scopes              = [azurerm_container_app.inference.id]
  description         = "Processors of the model servers are busy"
  window_size         = "PT15M"
  frequency           = "PT5M"
  tags                = local.tags

  criteria {
    metric_namespace = "Microsoft.App/containerApps"
    metric_name      = "CpuPercentage"
    aggregation      = "Average"
    operator         = "GreaterThan"
    threshold        = 85
  }

  action {
    action_group_id = azurerm_monitor_action_group.on_call.id
  }
}
