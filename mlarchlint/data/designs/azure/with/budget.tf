variable "budget_start" {
  description = "The first day of the month in which the budget begins."
  type        = string
  default     = "2026-12-01T00:00:00Z"
}

# Tells before the month costs more than it may.
resource "azurerm_consumption_budget_resource_group" "monthly" {
  name              = "${local.name}-monthly"
  resource_group_id = azurerm_resource_group.main.id
  amount            = local.monthly_usd
  time_grain        = "Monthly"

  time_period {
    start_date = var.budget_start
  }

  notification {
    threshold      = 80
    threshold_type = "Forecasted"
    operator       = "GreaterThan"
    contact_emails = [var.on_call]
  }
}
