module "m" { source = "./deep/er" }
locals { sizes = { default = 1, prod = 3 } }
resource "terraform_data" "w" { input = lookup(local.sizes, terraform.workspace, 0) }
resource "terraform_data" "p" { input = [path.module, path.root, module.m.p, basename(module.m.p)] }
resource "terraform_data" "f" { input = module.m.file }
