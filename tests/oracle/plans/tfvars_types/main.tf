variable "n" { type = number }
variable "l" { type = list(string) }
variable "o" { type = object({ a = number, b = optional(string, "bb") }) }
variable "any" { type = any }
variable "untyped" {}
variable "s" { type = string }
variable "m" {
  type    = map(list(number))
  default = {}
}
resource "terraform_data" "r" { input = { n = var.n, l = var.l, o = var.o, any = var.any, untyped = var.untyped, s = var.s, m = var.m } }
