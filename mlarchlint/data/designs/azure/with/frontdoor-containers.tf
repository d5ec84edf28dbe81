terraform {
  required_providers {
    azapi = {
      source  = "azure/azapi"
      version = "~> 2.0"
    }
  }
}

variable "tenant_id" {
  description = "The directory of Microsoft Entra that callers are in."
  type        = string
  default     = "00000000-0000-0000-0000-000000000000"
}

variable "client_id" {
  description = "The application in it that stands for this service."
  type        = string
  default     = "00000000-0000-0000-0000-000000000000"
}

# Callers send a token of the directory; nothing without one reaches the model server.
resource "azapi_resource" "sign_in" {
  type      = "Microsoft.App/containerApps/authConfigs@2024-03-01"
  name      = "current"
  parent_id = azurerm_container_app.inference.id

  body = {
    properties = {
      platform = {
        enabled = true
      }
      globalValidation = {
        unauthenticatedClientAction = "Return401"
        excludedPaths               = ["/health/ready"]
      }
      identityProviders = {
        azureActiveDirectory = {
          enabled = true
          registration = {
            clientId     = var.client_id
            openIdIssuer = "https://login.microsoftonline.com/${var.tenant_id}/v2.0"
          }
          validation = {
            allowedAudiences = ["api://${var.client_id}"]
          }
        }
      }
    }
  }
}

# The CDN reaches the containers through a private link, which has to be approved in the environment once.
resource "azurerm_cdn_frontdoor_origin" "inference" {
  name                           = local.region
  cdn_frontdoor_origin_group_id  = azurerm_cdn_frontdoor_origin_group.inference.id
  host_name                      = azurerm_container_app.inference.ingress[0].fqdn
  origin_host_header             = azurerm_container_app.inference.ingress[0].fqdn
  certificate_name_check_enabled = true
  enabled                        = true
  https_port                     = 443

  private_link {
    request_message        = "Predictions of ${local.name}"
    target_type            = "managedEnvironments"
    location               = azurerm_resource_group.main.location
    private_link_target_id = azurerm_container_app_environment.inference.id
  }
}

# Health probes alone reach the containers inside the network:
# https://learn.microsoft.com/azure/container-apps/firewall-integration
resource "azurerm_network_security_group" "inference" {
  name                = "${local.name}-inference"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  tags                = local.tags

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
