# Built by the release pipeline with the model server and today's patches.
data "aws_ami" "model_server" {
  most_recent = true
  owners      = ["self"]

  filter {
    name   = "name"
    values = ["${local.name}-*"]
  }

  filter {
    name   = "architecture"
    values = [local.architecture]
  }
}

resource "aws_launch_template" "inference" {
  name_prefix            = "${local.name}-"
  image_id               = data.aws_ami.model_server.id
  instance_type          = local.instance_type
  vpc_security_group_ids = [aws_security_group.inference.id]

  user_data = base64encode(<<-EOT
    #!/bin/bash
    aws s3 sync s3://${aws_s3_bucket.models.bucket}/${var.model_version} /opt/models
    echo "LOG_GROUP=${aws_cloudwatch_log_group.inference.name}" >> /etc/model-server.env
    echo "CACHE=${local.cache}" >> /etc/model-server.env
    systemctl start model-server
  EOT
  )

  iam_instance_profile {
    arn = aws_iam_instance_profile.inference.arn
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_size           = local.disk_gib
      volume_type           = "gp3"
      encrypted             = true
      kms_key_id            = aws_kms_key.data.arn
      delete_on_termination = true
    }
  }
}

resource "aws_autoscaling_policy" "cpu" {
  name                   = "${local.name}-cpu"
  autoscaling_group_name = aws_autoscaling_group.inference.name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = 70

    predefined_metric_specification {
      predefined_metric_type = "ASGAverageCPUUtilization"
    }
  }
}

resource "aws_lb_target_group" "inference" {
  name                 = local.name
  port                 = 8080
  protocol             = "HTTP"
  vpc_id               = aws_vpc.main.id
  deregistration_delay = 60

  health_check {
    path                = "/health/ready"
    matcher             = "200"
    interval            = 15
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}
