variable "image_id" {
  description = "The image that the release pipeline builds, with the model server and today's patches; -x64 or -Arm64 follows."
  type        = string
  default     = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/galleries/images/images/model-server"
}

variable "operator_key" {
  description = "The public SSH key of the operators."
  type        = string
  default     = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPL operator"
}

resource "azurerm_subnet" "inference" {
  name                            = "inference"
  resource_group_name             = azurerm_resource_group.main.name
  virtual_network_name            = azurerm_virtual_network.main.name
  address_prefixes                = ["10.20.1.0/24"]
  service_endpoints               = ["Microsoft.Storage"]
  default_outbound_access_enabled = false
}

resource "azurerm_linux_virtual_machine_scale_set" "inference" {
  name                       = "${local.name}-inference"
  location                   = azurerm_resource_group.main.location
  resource_group_name        = azurerm_resource_group.main.name
  sku                        = local.instance_type
  instances                  = local.least
  zones                      = local.zones
  zone_balance               = true
  overprovision              = false
  admin_username             = "operator"
  health_probe_id            = local.probe
  encryption_at_host_enabled = true
  secure_boot_enabled        = true
  vtpm_enabled               = true
  upgrade_mode               = "Rolling"
  source_image_id            = "${var.image_id}-${local.architecture}"
  custom_data                = base64encode("MODEL_URI=${azurerm_storage_account.models.primary_blob_endpoint}models/${var.model_version}\nCACHE=${local.cache}\n")
  tags                       = local.tags

  admin_ssh_key {
    username   = "operator"
    public_key = var.operator_key
  }

  automatic_os_upgrade_policy {
    enable_automatic_os_upgrade = true
    disable_automatic_rollback  = false
  }

  automatic_instance_repair {
    enabled      = true
    grace_period = "PT10M"
  }

  rolling_upgrade_policy {
    max_batch_instance_percent              = 20
    max_unhealthy_instance_percent          = 20
    max_unhealthy_upgraded_instance_percent = 20
    pause_time_between_batches              = "PT1M"
    maximum_surge_instances_enabled         = true
  }

  extension {
    name                      = "health"
    publisher                 = "Microsoft.ManagedServices"
    type                      = "ApplicationHealthLinux"
    type_handler_version      = "1.0"
    automatic_upgrade_enabled = true

    settings = jsonencode({
      protocol    = "https"
      port        = 8443
      requestPath = "/health/ready"
    })
  }

  extension {
    name                      = "logs"
    publisher                 = "Microsoft.Azure.Monitor"
    type                      = "AzureMonitorLinuxAgent"
    type_handler_version      = "1.0"
    automatic_upgrade_enabled = true
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.inference.id]
  }

  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "StandardSSD_LRS"
    disk_size_gb         = local.disk_gib
  }

  network_interface {
    name    = "inference"
    primary = true

    ip_configuration {
      name                                         = "inference"
      primary                                      = true
      subnet_id                                    = azurerm_subnet.inference.id
      load_balancer_backend_address_pool_ids       = local.balancer_pools
      application_gateway_backend_address_pool_ids = local.gateway_pools
    }
  }

  lifecycle {
    ignore_changes = [instances]
  }
}

resource "azurerm_monitor_autoscale_setting" "inference" {
  name                = "${local.name}-inference"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  target_resource_id  = azurerm_linux_virtual_machine_scale_set.inference.id
  tags                = local.tags

  profile {
    name = "cpu"

    capacity {
      default = local.least
      minimum = local.least
      maximum = local.most
    }

    rule {
      metric_trigger {
        metric_name        = "Percentage CPU"
        metric_resource_id = azurerm_linux_virtual_machine_scale_set.inference.id
        time_grain         = "PT1M"
        statistic          = "Average"
        time_window        = "PT5M"
        time_aggregation   = "Average"
        operator           = "GreaterThan"
        threshold          = 70
      }

      scale_action {
        direction = "Increase"
        type      = "ChangeCount"
        value     = "2"
        cooldown  = "PT5M"
      }
    }

    rule {
      metric_trigger {
        metric_name        = "Percentage CPU"
        metric_resource_id = azurerm_linux_virtual_machine_scale_set.inference.id
        time_grain         = "PT1M"
        statistic          = "Average"
        time_window        = "PT10M"
        time_aggregation   = "Average"
        operator           = "LessThan"
        threshold          = 30
      }

      scale_action {
        direction = "Decrease"
        type      = "ChangeCount"
        value     = "1"
        cooldown  = "PT10M"
      }
    }
  }
}

resource "azurerm_monitor_data_collection_rule" "inference" {
  name                = "${local.name}-inference"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  tags                = local.tags

  destinations {
    log_analytics {
      name                  = "workspace"
      workspace_resource_id = azurerm_log_analytics_workspace.main.id
    }
  }

  data_flow {
    streams      = ["Microsoft-Syslog"]
    destinations = ["workspace"]
  }

  data_sources {
    syslog {
      name           = "model-server"
      facility_names = ["daemon", "auth"]
      log_levels     = ["Info", "Notice", "Warning", "Error", "Critical", "Alert", "Emergency"]
      streams        = ["Microsoft-Syslog"]
    }
  }
}

resource "azurerm_monitor_data_collection_rule_association" "inference" {
  name                    = "${local.name}-inference"
  target_resource_id      = azurerm_linux_virtual_machine_scale_set.inference.id
  data_collection_rule_id = azurerm_monitor_data_collection_rule.inference.id
}

resource "azurerm_monitor_metric_alert" "saturation" {
  name                = "${local.name}-saturation"
  resource_group_name = azurerm_resource_group.main.name
  scopes              = [azurerm_linux_virtual_machine_scale_set.inference.id]
  description         = "Processors of the model servers are busy"
  window_size         = "PT15M"
  frequency           = "PT5M"
  tags                = local.tags

  criteria {
    metric_namespace = "Microsoft.Compute/virtualMachineScaleSets"
    metric_name      = "Percentage CPU"
    aggregation      = "Average"
    operator         = "GreaterThan"
    threshold        = 85
  }

  action {
    action_group_id = azurerm_monitor_action_group.on_call.id
  }
}
