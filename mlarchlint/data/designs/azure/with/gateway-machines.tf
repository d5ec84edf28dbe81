locals {
  probe          = null
  balancer_pools = []
  gateway_pools  = [for pool in azurerm_application_gateway.api.backend_address_pool : pool.id]
  backend_names  = null
  backend_host   = var.domain
  backend_port   = 8443
}

# Only the gateway reaches the model servers.
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

# The gateway takes requests in; what the model servers send to Azure's services leaves here.
resource "azurerm_public_ip" "out" {
  name                = "${local.name}-out"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  allocation_method   = "Static"
  sku                 = "StandardV2"
  tags                = local.tags
}

# Of this SKU a gateway spans the zones; the other one would be lost with its zone.
resource "azurerm_nat_gateway" "out" {
  name                = "${local.name}-out"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  sku_name            = "StandardV2"
  tags                = local.tags
}

resource "azurerm_nat_gateway_public_ip_association" "out" {
  nat_gateway_id       = azurerm_nat_gateway.out.id
  public_ip_address_id = azurerm_public_ip.out.id
}

resource "azurerm_subnet_nat_gateway_association" "inference" {
  subnet_id      = azurerm_subnet.inference.id
  nat_gateway_id = azurerm_nat_gateway.out.id
}
