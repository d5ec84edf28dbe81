output "origin" {
  description = "What the CDN asks."
  value       = azurerm_cdn_frontdoor_origin.inference.id
}

output "workspace" {
  description = "Where logs go."
  value       = azurerm_log_analytics_workspace.main.id
}

output "models" {
  description = "The account that models are in, and their container."
  value       = { account = azurerm_storage_account.models.id, container = azurerm_storage_container.models.name }
}
