resource "azurerm_monitor_action_group" "on_call" {
  name                = "${local.name}-on-call"
  resource_group_name = azurerm_resource_group.main.name
  short_name          = "on-call"
  tags                = local.tags

  email_receiver {
    name          = "on-call"
    email_address = var.on_call
  }
}
