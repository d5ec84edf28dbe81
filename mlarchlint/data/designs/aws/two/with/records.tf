# Callers are led to the region that answers them fastest; to the other one while it is down.
variable "dns_zone" {
  description = "The hosted zone of the domain."
  type        = string
  default     = "Z0123456789EXAMPLE"
}

resource "aws_route53_record" "first" {
  zone_id        = var.dns_zone
  name           = var.domain
  type           = "A"
  set_identifier = "first"

  latency_routing_policy {
    region = local.first.region
  }

  alias {
    name                   = module.first.origin.name
    zone_id                = module.first.origin.zone
    evaluate_target_health = true
  }
}

resource "aws_route53_record" "second" {
  zone_id        = var.dns_zone
  name           = var.domain
  type           = "A"
  set_identifier = "second"

  latency_routing_policy {
    region = local.second.region
  }

  alias {
    name                   = module.second.origin.name
    zone_id                = module.second.origin.zone
    evaluate_target_health = true
  }
}
