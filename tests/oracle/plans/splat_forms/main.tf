resource "terraform_data" "c" {
  count = 2
  input = { n = count.index, tags = [{ k = "a" }, { k = "b${count.index}" }] }
}
resource "terraform_data" "one" { input = { l = [1, 2] } }
resource "terraform_data" "s1" { input = terraform_data.c[*].input.tags[*].k }
resource "terraform_data" "s2" { input = terraform_data.c.*.input.tags[1] }
resource "terraform_data" "s3" { input = terraform_data.one[*].input.l[0] }
resource "terraform_data" "s4" { input = flatten(terraform_data.c[*].input.tags[*].k) }
resource "terraform_data" "s5" { input = null[*] }
resource "terraform_data" "s6" { input = { for i, c in terraform_data.c : i => c.input.n } }
resource "terraform_data" "s8" { input = [for c in terraform_data.c : c.id != null] }
resource "terraform_data" "s9" { input = element(terraform_data.c, 3).input.n }
resource "terraform_data" "s10" { input = terraform_data.c[length(terraform_data.c) - 1].input.n }
