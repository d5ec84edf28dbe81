# Connections end at the edge location nearest to the caller, and go on to the nearest region that is healthy.
resource "aws_globalaccelerator_accelerator" "edge" {
  name            = local.name
  ip_address_type = "IPV4"
  enabled         = true

  attributes {
    flow_logs_enabled   = true
    flow_logs_s3_bucket = module.first.logs.id
    flow_logs_s3_prefix = "accelerator/"
  }
}

resource "aws_globalaccelerator_listener" "https" {
  accelerator_arn = aws_globalaccelerator_accelerator.edge.arn
  protocol        = "TCP"

  port_range {
    from_port = 443
    to_port   = 443
  }
}

resource "aws_globalaccelerator_endpoint_group" "first" {
  listener_arn          = aws_globalaccelerator_listener.https.arn
  endpoint_group_region = local.first.region

  endpoint_configuration {
    endpoint_id                    = module.first.endpoint
    client_ip_preservation_enabled = true
    weight                         = 100
  }
}

resource "aws_globalaccelerator_endpoint_group" "second" {
  listener_arn          = aws_globalaccelerator_listener.https.arn
  endpoint_group_region = local.second.region

  endpoint_configuration {
    endpoint_id                    = module.second.endpoint
    client_ip_preservation_enabled = true
    weight                         = 100
  }
}
