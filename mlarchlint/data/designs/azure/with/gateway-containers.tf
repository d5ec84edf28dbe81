locals {
  backend_names = [azurerm_container_app.inference.ingress[0].fqdn]
  backend_host  = azurerm_container_app.inference.ingress[0].fqdn
  backend_port  = 443
}

# How the gateway finds the containers, whose names are known in this network alone.
resource "azurerm_private_dns_zone" "containers" {
  name                = azurerm_container_app_environment.inference.default_domain
  resource_group_name = azurerm_resource_group.main.name
  tags                = local.tags
}

resource "azurerm_private_dns_a_record" "containers" {
  name                = "*"
  zone_name           = azurerm_private_dns_zone.containers.name
  resource_group_name = azurerm_resource_group.main.name
  ttl                 = 300
  records             = [azurerm_container_app_environment.inference.static_ip_address]
}

resource "azurerm_private_dns_zone_virtual_network_link" "containers" {
  name                  = local.name
  private_dns_zone_name = azurerm_private_dns_zone.containers.name
  resource_group_name   = azurerm_resource_group.main.name
  virtual_network_id    = azurerm_virtual_network.main.id
  tags                  = local.tags
}

# Only the gateway and health probes reach the containers:
# https://learn.microsoft.com/azure/container-apps/firewall-integration
resource "azurerm_network_security_group" "inference" {
  name                = "${local.name}-inference"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  tags                = local.tags

  security_rule {
    name                       = "gateway"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_address_prefix      = "10.20.0.0/24"
    source_port_range          = "*"
    destination_address_prefix = "10.20.1.0/24"
    destination_port_ranges    = ["443", "31443"]
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
    destination_port_range     = "30000-32767"
  }

  security_rule {
    name                       = "inside"
    priority                   = 120
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "*"
    source_address_prefix      = "10.20.1.0/24"
    source_port_range          = "*"
    destination_address_prefix = "10.20.1.0/24"
    destination_port_range     = "*"
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
