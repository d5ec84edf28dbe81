resource "terraform_data" "a" {
  for_each = { x = 1 }
  input    = each.value
}
variable "v" {
  type    = list(string)
  default = ["a"]
}
output "o" { value = var.v }
