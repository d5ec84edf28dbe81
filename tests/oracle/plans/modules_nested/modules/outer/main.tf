variable "name" { type = string }
variable "sizes" { type = list(number) }
module "inner" {
  source = "../inner"
  count  = length(var.sizes)
  name   = "${var.name}-${count.index}"
  size   = var.sizes[count.index]
}
resource "terraform_data" "sum" { input = sum(var.sizes) }
output "names" { value = module.inner[*].name }
output "first" { value = one(slice(module.inner[*].name, 0, 1)) }
