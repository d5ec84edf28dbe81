# A first draft of an image classifier: one fleet that answers, one that trains.

variable "zones" {
  type = list(string)
}

variable "standby" {
  type = bool
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "main" {
  cidr_block = "10.20.0.0/16"
}

resource "aws_subnet" "public" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  availability_zone = element(["us-east-1a", "us-east-1b"], count.index)
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
}

resource "aws_subnet" "serving" {
  for_each          = toset(var.zones)
  vpc_id            = aws_vpc.main.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, 10 + index(var.zones, each.key))
}

resource "aws_lb" "api" {
  load_balancer_type = "application"
  subnets            = aws_subnet.public[*].id
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.api.arn
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = "arn:aws:acm:us-east-1:111122223333:certificate/classifier"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.inference.arn
  }
}

resource "aws_lb_target_group" "inference" {
  port     = 8080
  protocol = "HTTP"
  vpc_id   = aws_vpc.main.id

  health_check {
    path = "/v1/models/classifier"
  }
}

resource "aws_launch_template" "inference" {
  name_prefix   = "classifier-"
  instance_type = "g5.xlarge"
  user_data     = base64encode("FEATURES=${aws_db_instance.features.address}")
}

resource "aws_autoscaling_group" "inference" {
  name                = "classifier-inference"
  min_size            = 2
  max_size            = 4
  vpc_zone_identifier = values(aws_subnet.serving)[*].id
  target_group_arns   = [aws_lb_target_group.inference.arn]
  health_check_type   = "ELB"

  launch_template {
    id = aws_launch_template.inference.id
  }
}

resource "aws_autoscaling_policy" "busy" {
  name                   = "busy"
  autoscaling_group_name = aws_autoscaling_group.inference.name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = 70
    predefined_metric_specification {
      predefined_metric_type = "ASGAverageCPUUtilization"
    }
  }
}

resource "aws_db_instance" "features" {
  engine            = "postgres"
  instance_class    = "db.t3.medium"
  allocated_storage = 50
  storage_encrypted = true
  multi_az          = var.standby
}

resource "aws_s3_bucket" "models" {
  bucket = "classifier-models"
}

resource "aws_batch_compute_environment" "training" {
  name         = "classifier-training"
  type         = "MANAGED"
  service_role = "arn:aws:iam::111122223333:role/batch"

  compute_resources {
    type               = "EC2"
    instance_type      = ["g5.2xlarge"]
    instance_role      = "arn:aws:iam::111122223333:instance-profile/batch"
    min_vcpus          = 0
    max_vcpus          = 32
    subnets            = values(aws_subnet.serving)[*].id
    security_group_ids = ["sg-0123456789abcdef0"]
  }
}
