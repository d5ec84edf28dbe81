variable "regions" {
  type = map(object({ zones = list(string), gpu = optional(bool) }))
  default = {
    eu = { zones = ["eu-a", "eu-b"], gpu = true }
    us = { zones = ["us-a"] }
  }
}
module "a" {
  for_each = var.regions
  source   = "./a"
  region   = each.key
  spec     = each.value
}
locals {
  gpu   = [for k, m in module.a : k if m.gpu]
  zones = flatten([for m in module.a : m.zones])
  ids   = merge([for k, m in module.a : m.ids]...)
}
resource "terraform_data" "gpu" { input = local.gpu }
resource "terraform_data" "zones" { input = sort(local.zones) }
resource "terraform_data" "ids" { input = local.ids }
resource "terraform_data" "idkeys" { input = keys(local.ids) }
resource "terraform_data" "per_zone" {
  for_each = toset(local.zones)
  input    = "${each.key}:${length(local.zones)}"
}
output "zones" { value = local.zones }
output "partial" { value = { n = length(local.ids), first = try(local.gpu[0], null) } }
