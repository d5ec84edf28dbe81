variable "certificate_secret_id" {
  description = "The certificate of the domain in a key vault."
  type        = string
  default     = "https://acme-certificates.vault.azure.net/secrets/predict"
}

variable "certificate_vault_id" {
  description = "The key vault that the certificate is in."
  type        = string
  default     = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/certificates/providers/Microsoft.KeyVault/vaults/acme-certificates"
}

variable "callers_ca" {
  description = "The authority that signs the certificates of callers, base64."
  type        = string
  default     = "TUlJQ0VYQU1QTEU="
}

resource "azurerm_public_ip" "edge" {
  name                = local.name
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  allocation_method   = "Static"
  sku                 = "Standard"
  zones               = local.zones
  domain_name_label   = local.name
  tags                = local.tags
}

resource "azurerm_subnet" "gateway" {
  name                 = "gateway"
  resource_group_name  = azurerm_resource_group.main.name
  virtual_network_name = azurerm_virtual_network.main.name
  address_prefixes     = ["10.20.0.0/24"]
}

resource "azurerm_user_assigned_identity" "gateway" {
  name                = "${local.name}-gateway"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  tags                = local.tags
}

resource "azurerm_role_assignment" "read_certificate" {
  scope                = var.certificate_vault_id
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_user_assigned_identity.gateway.principal_id
}

resource "azurerm_web_application_firewall_policy" "edge" {
  name                = local.name
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  tags                = local.tags

  policy_settings {
    enabled                     = true
    mode                        = "Prevention"
    request_body_check          = true
    max_request_body_size_in_kb = 2000
    file_upload_limit_in_mb     = 10
  }

  custom_rules {
    name                 = "ratelimit"
    priority             = 1
    rule_type            = "RateLimitRule"
    rate_limit_duration  = "OneMin"
    rate_limit_threshold = 600
    group_rate_limit_by  = "ClientAddr"
    action               = "Block"

    match_conditions {
      match_variables {
        variable_name = "RemoteAddr"
      }

      operator           = "IPMatch"
      negation_condition = false
      match_values       = ["0.0.0.0/0"]
    }
  }

  managed_rules {
    managed_rule_set {
      type    = "OWASP"
      version = "3.2"
    }
  }
}

# Callers show a certificate of their own; nothing without one passes.
resource "azurerm_application_gateway" "api" {
  name                = local.name
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  zones               = local.zones
  firewall_policy_id  = azurerm_web_application_firewall_policy.edge.id
  tags                = local.tags

  sku {
    name = "WAF_v2"
    tier = "WAF_v2"
  }

  autoscale_configuration {
    min_capacity = 0
    max_capacity = 10
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.gateway.id]
  }

  gateway_ip_configuration {
    name      = "gateway"
    subnet_id = azurerm_subnet.gateway.id
  }

  frontend_ip_configuration {
    name                 = "public"
    public_ip_address_id = azurerm_public_ip.edge.id
  }

  frontend_port {
    name = "https"
    port = 443
  }

  frontend_port {
    name = "http"
    port = 80
  }

  ssl_certificate {
    name                = "domain"
    key_vault_secret_id = var.certificate_secret_id
  }

  ssl_policy {
    policy_type = "Predefined"
    policy_name = "AppGwSslPolicy20220101S"
  }

  trusted_client_certificate {
    name = "callers"
    data = var.callers_ca
  }

  ssl_profile {
    name                             = "callers"
    trusted_client_certificate_names = ["callers"]
    verify_client_cert_issuer_dn     = true

    ssl_policy {
      policy_type = "Predefined"
      policy_name = "AppGwSslPolicy20220101S"
    }
  }

  backend_address_pool {
    name  = "inference"
    fqdns = local.backend_names
  }

  probe {
    name                                      = "ready"
    protocol                                  = "Https"
    path                                      = "/health/ready"
    interval                                  = 15
    timeout                                   = 5
    unhealthy_threshold                       = 2
    pick_host_name_from_backend_http_settings = true
  }

  backend_http_settings {
    name                                = "https"
    protocol                            = "Https"
    port                                = local.backend_port
    cookie_based_affinity               = "Disabled"
    request_timeout                     = 30
    probe_name                          = "ready"
    host_name                           = local.backend_host
    pick_host_name_from_backend_address = false

    connection_draining {
      enabled           = true
      drain_timeout_sec = 60
    }
  }

  http_listener {
    name                           = "https"
    frontend_ip_configuration_name = "public"
    frontend_port_name             = "https"
    protocol                       = "Https"
    host_name                      = var.domain
    ssl_certificate_name           = "domain"
    ssl_profile_name               = "callers"
  }

  http_listener {
    name                           = "http"
    frontend_ip_configuration_name = "public"
    frontend_port_name             = "http"
    protocol                       = "Http"
  }

  request_routing_rule {
    name                       = "https"
    priority                   = 10
    rule_type                  = "Basic"
    http_listener_name         = "https"
    backend_address_pool_name  = "inference"
    backend_http_settings_name = "https"
  }

  request_routing_rule {
    name                        = "http"
    priority                    = 20
    rule_type                   = "Basic"
    http_listener_name          = "http"
    redirect_configuration_name = "https"
  }

  redirect_configuration {
    name                 = "https"
    redirect_type        = "Permanent"
    target_listener_name = "https"
    include_path         = true
    include_query_string = true
  }
}

resource "azurerm_monitor_diagnostic_setting" "edge" {
  name                       = "requests"
  target_resource_id         = azurerm_application_gateway.api.id
  log_analytics_workspace_id = azurerm_log_analytics_workspace.main.id

  enabled_log {
    category_group = "allLogs"
  }
}

resource "azurerm_monitor_metric_alert" "latency" {
  name                = "${local.name}-latency"
  resource_group_name = azurerm_resource_group.main.name
  scopes              = [azurerm_application_gateway.api.id]
  description         = "Answers take longer than the target"
  window_size         = "PT5M"
  frequency           = "PT1M"
  tags                = local.tags

  criteria {
    metric_namespace = "Microsoft.Network/applicationGateways"
    metric_name      = "ApplicationGatewayTotalTime"
    aggregation      = "Average"
    operator         = "GreaterThan"
    threshold        = 1000 * local.latency_p95_s
  }

  action {
    action_group_id = azurerm_monitor_action_group.on_call.id
  }
}

resource "azurerm_monitor_metric_alert" "errors" {
  name                = "${local.name}-errors"
  resource_group_name = azurerm_resource_group.main.name
  scopes              = [azurerm_application_gateway.api.id]
  description         = "Answers of class 5xx"
  window_size         = "PT5M"
  frequency           = "PT1M"
  tags                = local.tags

  criteria {
    metric_namespace = "Microsoft.Network/applicationGateways"
    metric_name      = "ResponseStatus"
    aggregation      = "Total"
    operator         = "GreaterThan"
    threshold        = 50

    dimension {
      name     = "HttpStatusGroup"
      operator = "Include"
      values   = ["5xx"]
    }
  }

  action {
    action_group_id = azurerm_monitor_action_group.on_call.id
  }
}
