data "aws_ec2_managed_prefix_list" "cdn" {
  name = "com.amazonaws.global.cloudfront.origin-facing"
}

resource "aws_security_group" "edge" {
  name        = "${local.name}-edge"
  description = "Load balancer"
  vpc_id      = aws_vpc.main.id

  ingress {
    description     = "HTTPS from the CDN"
    from_port       = 443
    to_port         = 443
    protocol        = "tcp"
    prefix_list_ids = [data.aws_ec2_managed_prefix_list.cdn.id]
  }

  egress {
    description = "Model servers"
    from_port   = 8080
    to_port     = 8080
    protocol    = "tcp"
    cidr_blocks = [aws_vpc.main.cidr_block]
  }
}
