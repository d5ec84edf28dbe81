resource "terraform_data" "u" { input = "x" }
locals {
  u    = terraform_data.u.output
  m    = { a = local.u, b = "k" }
  l    = [local.u, "k"]
  cond = local.u == "x"
}
resource "terraform_data" "and" { input = local.cond && true }
resource "terraform_data" "or" { input = true || local.cond }
resource "terraform_data" "c1" { input = local.cond ? { a = 1 } : { a = 2 } }
resource "terraform_data" "c2" { input = true ? "known" : local.u }
resource "terraform_data" "idx" { input = local.l[1] }
resource "terraform_data" "mkey" { input = local.m.b }
resource "terraform_data" "mm" { input = merge(local.m, { c = 3 }) }
resource "terraform_data" "cc" { input = concat(local.l, ["z"]) }
resource "terraform_data" "fl" { input = flatten([local.l, [["q"]]]) }
resource "terraform_data" "forf" { input = [for x in local.l : x if x != "k"] }
resource "terraform_data" "forl" { input = [for x in local.l : "v-${x}"] }
resource "terraform_data" "kv" { input = values(local.m) }
resource "terraform_data" "zm" { input = zipmap(["a", "b"], local.l) }
resource "terraform_data" "ts" { input = toset(local.l) }
resource "terraform_data" "so" { input = sort(local.l) }
resource "terraform_data" "el" { input = element(local.l, 1) }
resource "terraform_data" "sl" { input = slice(local.l, 1, 2) }
resource "terraform_data" "co" { input = compact(local.l) }
resource "terraform_data" "tp" { input = "${local.u}-${upper("a")}" }
resource "terraform_data" "tn" { input = try(tonumber(local.u), 1) }
resource "terraform_data" "jd" { input = jsonencode(local.m) }
resource "terraform_data" "spl" { input = [{ a = local.u, b = 1 }, { a = "k", b = 2 }][*].b }
resource "terraform_data" "nulls" { input = [null, local.u, { n = null }] }
resource "terraform_data" "idnull" { input = terraform_data.u.id == null ? "n" : "some" }
resource "terraform_data" "idempty" { input = length(terraform_data.u.id) > 0 }
