# Answers to inputs that repeat, by a hash of the input.
locals {
  cache = "rediss://${azurerm_redis_cache.predictions.hostname}:${azurerm_redis_cache.predictions.ssl_port}"
}

resource "azurerm_redis_cache" "predictions" {
  name                          = "${local.name}-${local.region}"
  location                      = azurerm_resource_group.main.location
  resource_group_name           = azurerm_resource_group.main.name
  capacity                      = 1
  family                        = "P"
  sku_name                      = "Premium"
  zones                         = local.zones
  replicas_per_primary          = 1
  non_ssl_port_enabled          = false
  minimum_tls_version           = "1.2"
  subnet_id                     = azurerm_subnet.cache.id
  public_network_access_enabled = false
  tags                          = local.tags

  redis_configuration {
    authentication_enabled = true
  }
}

resource "azurerm_subnet" "cache" {
  name                 = "cache"
  resource_group_name  = azurerm_resource_group.main.name
  virtual_network_name = azurerm_virtual_network.main.name
  address_prefixes     = ["10.20.2.0/24"]
}
