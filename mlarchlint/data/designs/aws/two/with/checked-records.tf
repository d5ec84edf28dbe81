# Callers are led to the region that answers them fastest; to the other one while its gateway does not answer.
variable "dns_zone" {
  description = "The hosted zone of the domain."
  type        = string
  default     = "Z0123456789EXAMPLE"
}

# The health of an alias says nothing of an API Gateway, and its routes ask for a token: that it takes
# connections is what a check can see. Errors of the model in one region raise the alarm there.
resource "aws_route53_health_check" "first" {
  fqdn              = module.first.origin.name
  type              = "TCP"
  port              = 443
  request_interval  = 10
  failure_threshold = 3
}

resource "aws_route53_health_check" "second" {
  fqdn              = module.second.origin.name
  type              = "TCP"
  port              = 443
  request_interval  = 10
  failure_threshold = 3
}

resource "aws_route53_record" "first" {
  zone_id         = var.dns_zone
  name            = var.domain
  type            = "A"
  set_identifier  = "first"
  health_check_id = aws_route53_health_check.first.id

  latency_routing_policy {
    region = local.first.region
  }

  alias {
    name                   = module.first.origin.name
    zone_id                = module.first.origin.zone
    evaluate_target_health = false
  }
}

resource "aws_route53_record" "second" {
  zone_id         = var.dns_zone
  name            = var.domain
  type            = "A"
  set_identifier  = "second"
  health_check_id = aws_route53_health_check.second.id

  latency_routing_policy {
    region = local.second.region
  }

  alias {
    name                   = module.second.origin.name
    zone_id                = module.second.origin.zone
    evaluate_target_health = false
  }
}
