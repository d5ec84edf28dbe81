variable "env" { default = "prod" }
module "outer" {
  for_each = { a = 1, b = 2 }
  source   = "./modules/outer"
  name     = "${var.env}-${each.key}"
  sizes    = [for i in range(each.value) : i + each.value]
}
resource "terraform_data" "names" { input = { for k, m in module.outer : k => m.names } }
resource "terraform_data" "one" { input = module.outer["b"].names[1] }
resource "terraform_data" "all" { input = values(module.outer)[*].first }
resource "terraform_data" "whole" { input = module.outer["a"] }
output "names" { value = module.outer["a"].names }
