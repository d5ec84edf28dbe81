locals {
  probe          = azurerm_lb_probe.ready.id
  balancer_pools = [azurerm_lb_backend_address_pool.inference.id]
  gateway_pools  = []
}

# Only the CDN and health probes reach the model servers; they take TLS connections themselves.
resource "azurerm_network_security_group" "inference" {
  name                = "${local.name}-inference"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  tags                = local.tags

  security_rule {
    name                       = "cdn"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_address_prefix      = "AzureFrontDoor.Backend"
    source_port_range          = "*"
    destination_address_prefix = "10.20.1.0/24"
    destination_port_range     = "8443"
  }

  security_rule {
    name                       = "probes"
    priority                   = 110
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_address_prefix      = "AzureLoadBalancer"
    source_port_range          = "*"
    destination_address_prefix = "10.20.1.0/24"
    destination_port_range     = "8443"
  }

  security_rule {
    name                       = "nothing-else"
    priority                   = 4000
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_address_prefix      = "*"
    source_port_range          = "*"
    destination_address_prefix = "*"
    destination_port_range     = "*"
  }
}

resource "azurerm_lb" "api" {
  name                = local.name
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  sku                 = "Standard"
  tags                = local.tags

  frontend_ip_configuration {
    name                 = "public"
    public_ip_address_id = azurerm_public_ip.edge.id
  }
}

resource "azurerm_lb_backend_address_pool" "inference" {
  name            = "inference"
  loadbalancer_id = azurerm_lb.api.id
}

resource "azurerm_lb_probe" "ready" {
  name            = "ready"
  loadbalancer_id = azurerm_lb.api.id
  protocol        = "Https"
  port            = 8443
  request_path    = "/health/ready"
}

resource "azurerm_lb_rule" "https" {
  name                           = "https"
  loadbalancer_id                = azurerm_lb.api.id
  protocol                       = "Tcp"
  frontend_port                  = 443
  backend_port                   = 8443
  frontend_ip_configuration_name = "public"
  backend_address_pool_ids       = [azurerm_lb_backend_address_pool.inference.id]
  probe_id                       = azurerm_lb_probe.ready.id
}

resource "azurerm_cdn_frontdoor_profile" "cdn" {
  name                = local.name
  resource_group_name = azurerm_resource_group.main.name
  sku_name            = "Premium_AzureFrontDoor"
  tags                = local.tags
}

resource "azurerm_cdn_frontdoor_endpoint" "api" {
  name                     = local.name
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.cdn.id
}

resource "azurerm_cdn_frontdoor_origin_group" "inference" {
  name                     = "inference"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.cdn.id

  health_probe {
    interval_in_seconds = 30
    path                = "/health/ready"
    protocol            = "Https"
    request_type        = "GET"
  }

  load_balancing {}
}

resource "azurerm_cdn_frontdoor_origin" "inference" {
  name                           = "inference"
  cdn_frontdoor_origin_group_id  = azurerm_cdn_frontdoor_origin_group.inference.id
  host_name                      = azurerm_public_ip.edge.fqdn
  origin_host_header             = var.domain
  certificate_name_check_enabled = true
  enabled                        = true
  https_port                     = 443
}

resource "azurerm_cdn_frontdoor_route" "api" {
  name                          = "api"
  cdn_frontdoor_endpoint_id     = azurerm_cdn_frontdoor_endpoint.api.id
  cdn_frontdoor_origin_group_id = azurerm_cdn_frontdoor_origin_group.inference.id
  cdn_frontdoor_origin_ids      = [azurerm_cdn_frontdoor_origin.inference.id]
  supported_protocols           = ["Http", "Https"]
  patterns_to_match             = ["/*"]
  forwarding_protocol           = "HttpsOnly"
  https_redirect_enabled        = true
}

resource "azurerm_cdn_frontdoor_firewall_policy" "edge" {
  name                = replace(local.name, "-", "")
  resource_group_name = azurerm_resource_group.main.name
  sku_name            = azurerm_cdn_frontdoor_profile.cdn.sku_name
  enabled             = true
  mode                = "Prevention"
  tags                = local.tags

  custom_rule {
    name                           = "ratelimit"
    enabled                        = true
    priority                       = 1
    type                           = "RateLimitRule"
    rate_limit_duration_in_minutes = 1
    rate_limit_threshold           = 600
    action                         = "Block"

    match_condition {
      match_variable     = "RemoteAddr"
      operator           = "IPMatch"
      negation_condition = false
      match_values       = ["0.0.0.0/0", "::/0"]
    }
  }

  managed_rule {
    type    = "Microsoft_DefaultRuleSet"
    version = "2.1"
    action  = "Block"
  }
}

resource "azurerm_cdn_frontdoor_security_policy" "edge" {
  name                     = "edge"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.cdn.id

  security_policies {
    firewall {
      cdn_frontdoor_firewall_policy_id = azurerm_cdn_frontdoor_firewall_policy.edge.id

      association {
        patterns_to_match = ["/*"]

        domain {
          cdn_frontdoor_domain_id = azurerm_cdn_frontdoor_endpoint.api.id
        }
      }
    }
  }
}

resource "azurerm_monitor_diagnostic_setting" "edge" {
  name                       = "requests"
  target_resource_id         = azurerm_cdn_frontdoor_profile.cdn.id
  log_analytics_workspace_id = azurerm_log_analytics_workspace.main.id

  enabled_log {
    category_group = "allLogs"
  }
}

resource "azurerm_monitor_metric_alert" "latency" {
  name                = "${local.name}-latency"
  resource_group_name = azurerm_resource_group.main.name
  scopes              = [azurerm_cdn_frontdoor_profile.cdn.id]
  description         = "Answers take longer than the target"
  window_size         = "PT5M"
  frequency           = "PT1M"
  tags                = local.tags

  criteria {
    metric_namespace = "Microsoft.Cdn/profiles"
    metric_name      = "TotalLatency"
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
  scopes              = [azurerm_cdn_frontdoor_profile.cdn.id]
  description         = "Answers of class 5xx"
  window_size         = "PT5M"
  frequency           = "PT1M"
  tags                = local.tags

  criteria {
    metric_namespace = "Microsoft.Cdn/profiles"
    metric_name      = "Percentage5XX"
    aggregation      = "Average"
    operator         = "GreaterThan"
    threshold        = 1
  }

  action {
    action_group_id = azurerm_monitor_action_group.on_call.id
  }
}
