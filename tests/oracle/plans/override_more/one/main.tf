variable "in" {}
variable "other" {}
output "out" { value = "one ${var.in} ${var.other}" }
