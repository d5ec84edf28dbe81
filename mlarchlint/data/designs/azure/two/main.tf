terraform {
  required_version = ">= 1.5"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.0"
    }
  }
}

provider "azurerm" {
  features {}
  subscription_id = var.subscription_id
}

locals {
  tags = {
    service     = local.name
    environment = local.environment
    managed-by  = "terraform"
  }
}

resource "azurerm_resource_group" "main" {
  name     = local.name
  location = local.first.region
  tags     = local.tags
}
