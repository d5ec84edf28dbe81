variable "image" {
  description = "The image of the model server, by digest; the registry scans what is pushed."
  type        = string
  default     = "123456789012.dkr.ecr.us-east-1.amazonaws.com/model-server@sha256:0000000000000000000000000000000000000000000000000000000000000000"
}

variable "image_repository" {
  description = "The repository that the image is in."
  type        = string
  default     = "arn:aws:ecr:us-east-1:123456789012:repository/model-server"
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["sagemaker.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "inference" {
  statement {
    sid       = "ReadModels"
    actions   = ["s3:GetObject", "s3:ListBucket"]
    resources = [aws_s3_bucket.models.arn, "${aws_s3_bucket.models.arn}/*"]
  }

  statement {
    sid       = "DecryptModels"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"]
    resources = [aws_kms_key.data.arn]
  }

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    resources = ["${aws_cloudwatch_log_group.endpoint.arn}:*"]
  }

  statement {
    sid       = "PullImage"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = [var.image_repository]
  }

  statement {
    sid       = "SignInToRegistry"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  # Interfaces of the containers in the network: these calls know no resources.
  statement {
    sid = "Network"
    actions = [
      "ec2:CreateNetworkInterface",
      "ec2:CreateNetworkInterfacePermission",
      "ec2:DeleteNetworkInterface",
      "ec2:DeleteNetworkInterfacePermission",
      "ec2:DescribeDhcpOptions",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role" "inference" {
  name               = "${local.name}-inference"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "inference" {
  name   = "inference"
  role   = aws_iam_role.inference.id
  policy = data.aws_iam_policy_document.inference.json
}

# SageMaker writes to the group of this name.
resource "aws_cloudwatch_log_group" "endpoint" {
  name              = "/aws/sagemaker/Endpoints/${local.name}"
  retention_in_days = 30
  kms_key_id        = aws_kms_key.data.arn
}

# The container reaches nothing: SageMaker brings it the model and the requests.
resource "aws_sagemaker_model" "inference" {
  name                     = "${local.name}-${replace(var.model_version, ".", "-")}"
  execution_role_arn       = aws_iam_role.inference.arn
  enable_network_isolation = true

  primary_container {
    image          = var.image
    model_data_url = "s3://${aws_s3_bucket.models.bucket}/${var.model_version}/model.tar.gz"
  }

  vpc_config {
    subnets            = [for subnet in aws_subnet.private : subnet.id]
    security_group_ids = [aws_security_group.inference.id]
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_sagemaker_endpoint_configuration" "inference" {
  name_prefix = "${local.name}-"
  kms_key_arn = aws_kms_key.data.arn

  production_variants {
    variant_name           = "live"
    model_name             = aws_sagemaker_model.inference.name
    instance_type          = local.instance_type
    initial_instance_count = local.least

    routing_config {
      routing_strategy = "LEAST_OUTSTANDING_REQUESTS"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

# A new version gets a tenth of the requests first, and goes back by itself when they fail.
resource "aws_sagemaker_endpoint" "inference" {
  name                 = local.name
  endpoint_config_name = aws_sagemaker_endpoint_configuration.inference.name

  deployment_config {
    blue_green_update_policy {
      traffic_routing_configuration {
        type                     = "CANARY"
        wait_interval_in_seconds = 300

        canary_size {
          type  = "CAPACITY_PERCENT"
          value = 10
        }
      }

      termination_wait_in_seconds          = 300
      maximum_execution_timeout_in_seconds = 3600
    }

    auto_rollback_configuration {
      alarms {
        alarm_name = aws_cloudwatch_metric_alarm.errors.alarm_name
      }

      alarms {
        alarm_name = aws_cloudwatch_metric_alarm.model_latency.alarm_name
      }
    }
  }
}

resource "aws_appautoscaling_target" "inference" {
  service_namespace  = "sagemaker"
  resource_id        = "endpoint/${aws_sagemaker_endpoint.inference.name}/variant/live"
  scalable_dimension = "sagemaker:variant:DesiredInstanceCount"
  min_capacity       = local.least
  max_capacity       = local.most
}

resource "aws_appautoscaling_policy" "inference" {
  name               = "${local.name}-requests-at-once"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.inference.service_namespace
  resource_id        = aws_appautoscaling_target.inference.resource_id
  scalable_dimension = aws_appautoscaling_target.inference.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = local.requests_at_once
    scale_in_cooldown  = 300
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = "SageMakerVariantConcurrentRequestsPerModelHighResolution"
    }
  }
}
