variable "token_issuer" {
  description = "Who signs the tokens of callers."
  type        = string
  default     = "https://id.example.com"
}

variable "token_keys" {
  description = "Where the public keys of the issuer are."
  type        = string
  default     = "https://id.example.com/.well-known/jwks.json"
}

# What a CDN and DNS records lead to.
locals {
  origin      = aws_lb.api.dns_name
  origin_zone = aws_lb.api.zone_id
}

resource "aws_lb" "api" {
  name                       = local.name
  load_balancer_type         = "application"
  internal                   = false
  subnets                    = [for subnet in aws_subnet.public : subnet.id]
  security_groups            = [aws_security_group.edge.id]
  drop_invalid_header_fields = true
  enable_deletion_protection = true

  access_logs {
    bucket  = aws_s3_bucket.logs.id
    prefix  = "balancer"
    enabled = true
  }
}

# Callers sign in at the issuer and send its token; nothing without one reaches a model server.
resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.api.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = aws_acm_certificate.api.arn

  default_action {
    type  = "jwt-validation"
    order = 1

    jwt_validation {
      issuer        = var.token_issuer
      jwks_endpoint = var.token_keys
    }
  }

  default_action {
    type             = "forward"
    order            = 2
    target_group_arn = aws_lb_target_group.inference.arn
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.api.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}
