variable "s" {
  type    = set(object({ a = string, b = optional(number, 1) }))
  default = [{ a = "z" }, { a = "a", b = 2 }]
}
variable "t" {
  type    = tuple([string, object({ x = optional(bool, true) })])
  default = ["q", {}]
}
variable "mm" {
  type    = map(map(string))
  default = { a = { b = 1 } }
}
variable "lm" {
  type    = list(map(any))
  default = [{ a = 1 }, { b = "x" }]
}
resource "terraform_data" "s" { input = var.s }
resource "terraform_data" "f" {
  for_each = { for o in var.s : o.a => o }
  input    = each.value.b
}
resource "terraform_data" "t" { input = var.t }
resource "terraform_data" "mm" { input = var.mm }
resource "terraform_data" "lm" { input = var.lm }
resource "terraform_data" "so" { input = [for o in var.s : o.a] }
