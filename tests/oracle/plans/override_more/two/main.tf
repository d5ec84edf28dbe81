variable "in" {}
variable "other" {}
output "out" { value = "two ${var.in} ${var.other}" }
