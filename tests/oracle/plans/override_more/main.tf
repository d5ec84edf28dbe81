variable "v" {
  type    = string
  default = "base"
}
locals {
  a = 1
  b = 2
}
module "m" {
  source = "./one"
  in     = "base"
  other  = "kept"
}
resource "terraform_data" "r" {
  count = 1
  input = "base ${var.v} ${local.a} ${local.b}"
  lifecycle {
    create_before_destroy = true
  }
}
resource "terraform_data" "m" { input = module.m.out }
output "o" { value = "base" }
