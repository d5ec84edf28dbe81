resource "terraform_data" "src" {
  count = 2
  input = "x${count.index}"
}
resource "terraform_data" "each" {
  for_each = { a = 1, b = 2 }
  input    = { n = each.value, l = ["q"] }
}
resource "terraform_data" "nul" {}
resource "terraform_data" "ids" { input = terraform_data.src[*].id }
resource "terraform_data" "inputs" { input = terraform_data.src[*].input }
resource "terraform_data" "map" { input = { for k, v in terraform_data.each : k => { id = v.id, n = v.input.n } } }
resource "terraform_data" "whole" { input = terraform_data.src[0] }
resource "terraform_data" "whole_each" { input = terraform_data.each }
resource "terraform_data" "outn" { input = terraform_data.nul.output }
resource "terraform_data" "outobj" { input = terraform_data.each["a"].output.n }
resource "terraform_data" "outlist" { input = terraform_data.each["a"].output.l[0] }
resource "terraform_data" "len" { input = length(terraform_data.src) }
resource "terraform_data" "keys" { input = keys(terraform_data.each) }
resource "terraform_data" "join" { input = join(",", terraform_data.src[*].id) }
resource "terraform_data" "joink" { input = join(",", terraform_data.src[*].input) }
resource "terraform_data" "json" { input = jsonencode({ a = terraform_data.src[0].id }) }
resource "terraform_data" "merge" { input = merge({ a = 1 }, { b = terraform_data.src[0].id }) }
resource "terraform_data" "cond" { input = terraform_data.src[0].id != "" ? [1] : [2] }
resource "terraform_data" "trig" { input = try(terraform_data.src[5].id, "gone") }
resource "terraform_data" "tostr" { input = "${terraform_data.src[1].input}/${terraform_data.src[1].output}" }
resource "terraform_data" "in" { input = contains(["a"], terraform_data.src[0].id) }
output "o" { value = { id = terraform_data.src[0].id, input = terraform_data.src[0].input } }
