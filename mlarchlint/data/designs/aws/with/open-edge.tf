resource "aws_security_group" "edge" {
  name        = "${local.name}-edge"
  description = "Load balancer"
  vpc_id      = aws_vpc.main.id

  ingress {
    description = "HTTPS from callers"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    description = "Model servers"
    from_port   = 8080
    to_port     = 8080
    protocol    = "tcp"
    cidr_blocks = [aws_vpc.main.cidr_block]
  }
}
