variable "name" {}
variable "cfg" { type = map(string) }
resource "terraform_data" "x" { input = merge(var.cfg, { name = var.name }) }
output "out" { value = terraform_data.x.input.lit }
