variable "subnets" {
  type = map(object({ cidr = string, public = optional(bool, false) }))
  default = {
    web = { cidr = "10.0.0.0/24", public = true }
    db  = { cidr = "10.0.1.0/24" }
  }
}
locals {
  list  = [{ n = "x", v = 1 }, { n = "y", v = 2 }]
  empty = {}
}
resource "terraform_data" "m" {
  for_each = { for k, s in var.subnets : k => s if s.public }
  input    = each.value
}
resource "terraform_data" "l" {
  for_each = { for item in local.list : item.n => item }
  input    = each.value.v
}
resource "terraform_data" "e" {
  for_each = local.empty
  input    = 1
}
resource "terraform_data" "chain" {
  for_each = terraform_data.l
  input    = "${each.key}=${each.value.input}"
}
resource "terraform_data" "set" {
  for_each = toset(concat(["b", "a"], ["a c", "q\"uote", "$${x}"]))
  input    = [each.key, each.value]
}
resource "terraform_data" "num" {
  for_each = toset([for n in range(3) : tostring(n)])
  input    = each.key
}
resource "terraform_data" "ref" { input = [terraform_data.num["1"].input, terraform_data.num[2].input, values(terraform_data.l)[*].input] }
resource "terraform_data" "prod" {
  for_each = { for p in setproduct(["a", "b"], [1, 2]) : "${p[0]}-${p[1]}" => { x = p[0], y = p[1] } }
  input    = each.value
}
resource "terraform_data" "cstr" {
  count = "2"
  input = count.index == 0 ? "first" : "later"
}
resource "terraform_data" "legacy" { input = [terraform_data.cstr.0.input, terraform_data.cstr.*.input] }
