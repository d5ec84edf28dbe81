module "m" {
  source = "./m"
  a      = null
  b      = null
  c      = { x = null, list = [{}, { q = "1" }] }
}
resource "terraform_data" "r" { input = module.m.all }
