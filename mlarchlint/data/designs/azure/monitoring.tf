resource "azurerm_log_analytics_workspace" "main" {
  name                = local.name
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  sku                 = "PerGB2018"
  retention_in_days   = 30
  tags                = local.tags
}

# Who read or replaced a model.
resource "azurerm_monitor_diagnostic_setting" "models" {
  name                       = "audit"
  target_resource_id         = "${azurerm_storage_account.models.id}/blobServices/default"
  log_analytics_workspace_id = azurerm_log_analytics_workspace.main.id

  enabled_log {
    category_group = "audit"
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

resource "azurerm_monitor_action_group" "on_call" {
  name                = "${local.name}-on-call"
  resource_group_name = azurerm_resource_group.main.name
  short_name          = "on-call"
  tags                = local.tags

  email_receiver {
    name          = "on-call"
    email_address = var.on_call
  }
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
