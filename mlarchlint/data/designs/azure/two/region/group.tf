locals {
  tags = {
    service     = local.name
    environment = local.environment
    managed-by  = "terraform"
  }
}

resource "azurerm_resource_group" "main" {
  name     = "${local.name}-${local.region}"
  location = local.region
  tags     = local.tags
}
