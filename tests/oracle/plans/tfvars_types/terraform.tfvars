n = "12"
l = [1, "b"]
o = { a = "3" }
untyped = [1, "2"]
s = <<EOT
text
EOT
