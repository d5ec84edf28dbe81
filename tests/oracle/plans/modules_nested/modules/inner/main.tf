variable "name" {}
variable "size" {
  type    = number
  default = 1
}
variable "opt" {
  type    = object({ a = optional(string, "x"), b = optional(number) })
  default = {}
}
locals { full = "${var.name}/${var.size}/${var.opt.a}" }
resource "terraform_data" "leaf" { input = { full = local.full, path = path.module, root = path.root, opt = var.opt } }
output "name" { value = terraform_data.leaf.input.full }
