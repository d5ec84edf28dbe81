locals { create = { yes = true, no = false } }
module "yes" {
  source = "./modules/m"
  count  = local.create.yes ? 1 : 0
  in     = "y"
}
module "no" {
  source = "./modules/m"
  count  = local.create.no ? 1 : 0
  in     = "n"
}
resource "terraform_data" "a" { input = try(module.yes[0].out, "none") }
resource "terraform_data" "b" { input = try(module.no[0].out, "none") }
resource "terraform_data" "c" { input = concat(module.yes[*].out, module.no[*].out) }
resource "terraform_data" "d" { input = length(module.no) }
resource "terraform_data" "e" { input = one(module.no[*].out) }
resource "terraform_data" "f" { input = [module.yes[0].id, nonsensitive(module.yes[0].secret), module.yes[0].secret] }
