variable "in" {}
resource "terraform_data" "x" { input = upper(var.in) }
output "out" { value = terraform_data.x.input }
output "id" { value = terraform_data.x.id }
output "secret" {
  value     = "s-${var.in}"
  sensitive = true
}
