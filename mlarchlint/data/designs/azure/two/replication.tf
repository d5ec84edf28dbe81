# A model is put into the first account; the second region reads its own copy, also when the first is lost.
resource "azurerm_storage_object_replication" "models" {
  source_storage_account_id      = module.first.models.account
  destination_storage_account_id = module.second.models.account

  rules {
    source_container_name      = module.first.models.container
    destination_container_name = module.second.models.container
  }
}
