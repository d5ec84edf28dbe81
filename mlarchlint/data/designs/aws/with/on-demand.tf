resource "aws_autoscaling_group" "inference" {
  name                      = "${local.name}-inference"
  min_size                  = local.least
  max_size                  = local.most
  vpc_zone_identifier       = [for subnet in aws_subnet.private : subnet.id]
  target_group_arns         = [aws_lb_target_group.inference.arn]
  health_check_type         = "ELB"
  health_check_grace_period = 120
  default_instance_warmup   = 120
  max_instance_lifetime     = 1209600

  launch_template {
    id      = aws_launch_template.inference.id
    version = aws_launch_template.inference.latest_version
  }

  instance_refresh {
    strategy = "Rolling"

    preferences {
      min_healthy_percentage = 100
      max_healthy_percentage = 150
      auto_rollback          = true
    }
  }
}
