resource "azurerm_cdn_frontdoor_profile" "cdn" {
  name                = local.name
  resource_group_name = azurerm_resource_group.main.name
  sku_name            = local.front_door_tier
  tags                = local.tags
}

resource "azurerm_cdn_frontdoor_endpoint" "api" {
  name                     = local.name
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.cdn.id
}

resource "azurerm_cdn_frontdoor_custom_domain" "api" {
  name                     = "api"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.cdn.id
  host_name                = var.domain

  tls {
    certificate_type = "ManagedCertificate"
  }
}

resource "azurerm_cdn_frontdoor_custom_domain_association" "api" {
  cdn_frontdoor_custom_domain_id = azurerm_cdn_frontdoor_custom_domain.api.id
  cdn_frontdoor_route_ids        = [azurerm_cdn_frontdoor_route.api.id]
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

resource "azurerm_cdn_frontdoor_route" "api" {
  name                          = "api"
  cdn_frontdoor_endpoint_id     = azurerm_cdn_frontdoor_endpoint.api.id
  cdn_frontdoor_origin_group_id = azurerm_cdn_frontdoor_origin_group.inference.id
  cdn_frontdoor_origin_ids      = [azurerm_cdn_frontdoor_origin.inference.id]
  supported_protocols           = ["Http", "Https"]
  patterns_to_match             = ["/*"]
  forwarding_protocol           = "HttpsOnly"
  https_redirect_enabled        = true

  cdn_frontdoor_custom_domain_ids = [azurerm_cdn_frontdoor_custom_domain.api.id]
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

  dynamic "managed_rule" {
    for_each = local.managed_rule_sets

    content {
      type    = managed_rule.key
      version = managed_rule.value
      action  = "Block"
    }
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

        domain {
          cdn_frontdoor_domain_id = azurerm_cdn_frontdoor_custom_domain.api.id
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
