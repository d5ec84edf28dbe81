resource "azurerm_virtual_network" "main" {
  name                = local.name
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  address_space       = ["10.20.0.0/16"]
  tags                = local.tags
}

resource "azurerm_subnet_network_security_group_association" "inference" {
  subnet_id                 = azurerm_subnet.inference.id
  network_security_group_id = azurerm_network_security_group.inference.id
}
