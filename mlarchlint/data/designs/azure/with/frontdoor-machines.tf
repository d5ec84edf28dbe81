locals {
  probe          = azurerm_lb_probe.ready.id
  balancer_pools = [azurerm_lb_backend_address_pool.inference.id]
  gateway_pools  = []
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

resource "azurerm_cdn_frontdoor_origin" "inference" {
  name                           = local.region
  cdn_frontdoor_origin_group_id  = azurerm_cdn_frontdoor_origin_group.inference.id
  host_name                      = azurerm_public_ip.edge.fqdn
  origin_host_header             = var.domain
  certificate_name_check_enabled = true
  enabled                        = true
  https_port                     = 443
}
