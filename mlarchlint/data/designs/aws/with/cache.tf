# Answers to inputs that repeat, by a hash of the input.
locals {
  cache = "rediss://${aws_elasticache_replication_group.predictions.primary_endpoint_address}:6379"
}

resource "aws_elasticache_replication_group" "predictions" {
  replication_group_id       = "${local.name}-predictions"
  description                = "Cache of predictions"
  engine                     = "valkey"
  node_type                  = "cache.t4g.small"
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  multi_az_enabled           = true
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  kms_key_id                 = aws_kms_key.data.arn
  subnet_group_name          = aws_elasticache_subnet_group.predictions.name
  security_group_ids         = [aws_security_group.cache.id]
}

resource "aws_elasticache_subnet_group" "predictions" {
  name       = "${local.name}-predictions"
  subnet_ids = [for subnet in aws_subnet.private : subnet.id]
}

resource "aws_security_group" "cache" {
  name        = "${local.name}-cache"
  description = "Cache of predictions"
  vpc_id      = aws_vpc.main.id

  ingress {
    description     = "Model servers"
    from_port       = 6379
    to_port         = 6379
    protocol        = "tcp"
    security_groups = [aws_security_group.inference.id]
  }
}

resource "aws_vpc_security_group_egress_rule" "cache" {
  security_group_id            = aws_security_group.inference.id
  description                  = "Cache of predictions"
  ip_protocol                  = "tcp"
  from_port                    = 6379
  to_port                      = 6379
  referenced_security_group_id = aws_security_group.cache.id
}
