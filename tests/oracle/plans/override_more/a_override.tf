variable "v" { default = 5 }
locals { b = 3 }
module "m" {
  source = "./two"
  in     = "over"
}
resource "terraform_data" "r" { count = 2 }
output "o" { value = "over" }
