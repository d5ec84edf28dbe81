variable "conn" {}
variable "plain" {
  type      = string
  sensitive = true
}
output "sec" {
  value     = "${var.plain}-${var.conn.port}"
  sensitive = true
}
