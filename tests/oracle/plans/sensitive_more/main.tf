variable "pw" {
  type      = object({ user = string, pass = string })
  default   = { user = "u", pass = "p" }
  sensitive = true
}
locals { conn = { url = "x://${var.pw.user}", port = 1 } }
module "m" {
  source = "./m"
  conn   = local.conn
  plain  = "p"
}
resource "terraform_data" "a" { input = var.pw.pass }
resource "terraform_data" "b" { input = [var.pw.user, "c"] }
resource "terraform_data" "c" { input = module.m.sec }
resource "terraform_data" "d" { input = nonsensitive(var.pw.user) }
resource "terraform_data" "e" { input = var.pw }
resource "terraform_data" "f" { input = { for k, v in { a = var.pw.user, b = "x" } : k => v } }
resource "terraform_data" "g" { input = sensitive("z") }
resource "terraform_data" "h" { input = issensitive(var.pw.user) }
resource "terraform_data" "i" { input = terraform_data.a.input }
resource "terraform_data" "j" { input = terraform_data.a.output }
resource "terraform_data" "k" { input = length(var.pw) }
resource "terraform_data" "l" { input = var.pw.user == "u" ? "yes" : "no" }
resource "terraform_data" "m" { input = upper(local.conn.url) }
resource "terraform_data" "n" { input = local.conn.port }
