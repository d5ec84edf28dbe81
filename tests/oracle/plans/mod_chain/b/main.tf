variable "name" {
  type = string
  validation {
    condition     = length(var.name) > 0
    error_message = "x"
  }
}
resource "terraform_data" "t" {
  input            = { name = var.name, tags = local.tags }
  triggers_replace = [var.name]
}
locals { tags = { Name = var.name, Path = path.module } }
output "id" {
  value      = terraform_data.t.id
  depends_on = [terraform_data.t]
}
output "name" { value = terraform_data.t.input.name }
