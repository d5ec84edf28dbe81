output "p" { value = path.module }
output "file" { value = trimspace(file("${path.module}/t.txt")) }
