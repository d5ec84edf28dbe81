variable "a" {
  type    = string
  default = "da"
}
variable "b" {
  type     = string
  default  = "db"
  nullable = false
}
variable "c" {
  type = object({
    x    = optional(string, "dx")
    y    = optional(list(string), ["l"])
    z    = optional(set(number))
    list = optional(list(object({ q = optional(number, 7), t = optional(tuple([string, bool]), ["a", true]) })), [])
    m    = optional(map(object({ on = optional(bool, false) })), { k = {} })
  })
}
variable "d" {
  type    = map(any)
  default = { a = 1, b = "x", c = true }
}
variable "e" {
  default = null
}
output "all" { value = { a = var.a, b = var.b, c = var.c, d = var.d, e = var.e, none = var.a == null } }
