# The published level of the CDN alone uses up a budget of 99.9 %: requests go around it while it is down.
variable "dns_zone" {
  description = "The hosted zone of the domain."
  type        = string
  default     = "Z0123456789EXAMPLE"
}

resource "aws_route53_health_check" "cdn" {
  fqdn              = aws_cloudfront_distribution.cdn.domain_name
  type              = "HTTPS"
  port              = 443
  resource_path     = "/health/edge"
  request_interval  = 30
  failure_threshold = 3
}

resource "aws_route53_record" "cdn" {
  zone_id         = var.dns_zone
  name            = var.domain
  type            = "A"
  set_identifier  = "cdn"
  health_check_id = aws_route53_health_check.cdn.id

  failover_routing_policy {
    type = "PRIMARY"
  }

  alias {
    name                   = aws_cloudfront_distribution.cdn.domain_name
    zone_id                = aws_cloudfront_distribution.cdn.hosted_zone_id
    evaluate_target_health = false
  }
}

resource "aws_route53_record" "direct" {
  zone_id        = var.dns_zone
  name           = var.domain
  type           = "A"
  set_identifier = "direct"

  failover_routing_policy {
    type = "SECONDARY"
  }

  alias {
    name                   = local.origin
    zone_id                = local.origin_zone
    evaluate_target_health = true
  }
}
