output "origin" {
  description = "What DNS records lead to."
  value       = { name = local.origin, zone = local.origin_zone }
}
