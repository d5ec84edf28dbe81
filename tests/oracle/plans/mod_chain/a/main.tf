variable "region" { type = string }
variable "spec" { type = object({ zones = set(string), gpu = bool }) }
module "b" {
  source = "../b"
  count  = coalesce(var.spec.gpu, false) ? length(var.spec.zones) : 1
  name   = "${var.region}-${count.index}"
}
output "gpu" { value = var.spec.gpu == true }
output "zones" { value = var.spec.zones }
output "ids" { value = { for m in module.b : m.name => m.id } }
