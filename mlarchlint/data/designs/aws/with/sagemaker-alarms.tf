resource "aws_cloudwatch_metric_alarm" "latency_p95" {
  alarm_name          = "${local.name}-latency-p95"
  namespace           = "AWS/ApiGateway"
  metric_name         = "Latency"
  extended_statistic  = "p95"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1000 * local.latency_p95_s
  period              = 60
  evaluation_periods  = 5
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    ApiName = aws_api_gateway_rest_api.api.name
  }
}

resource "aws_cloudwatch_metric_alarm" "latency_p99" {
  alarm_name          = "${local.name}-latency-p99"
  namespace           = "AWS/ApiGateway"
  metric_name         = "Latency"
  extended_statistic  = "p99"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 2000 * local.latency_p95_s
  period              = 60
  evaluation_periods  = 5
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  dimensions = {
    ApiName = aws_api_gateway_rest_api.api.name
  }
}

# Microseconds. The alarms that undo a deployment name the endpoint, which waits for them.
resource "aws_cloudwatch_metric_alarm" "model_latency" {
  alarm_name          = "${local.name}-model-latency"
  namespace           = "AWS/SageMaker"
  metric_name         = "ModelLatency"
  extended_statistic  = "p95"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1000000 * local.latency_p95_s
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]

  dimensions = {
    EndpointName = local.name
    VariantName  = "live"
  }
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${local.name}-errors"
  namespace           = "AWS/SageMaker"
  metric_name         = "Invocation5XXErrors"
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 10
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]

  dimensions = {
    EndpointName = local.name
    VariantName  = "live"
  }
}

# Percent of one processor, of which an instance has several.
resource "aws_cloudwatch_metric_alarm" "saturation" {
  alarm_name          = "${local.name}-saturation"
  namespace           = "/aws/sagemaker/Endpoints"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 85 * local.processors
  period              = 300
  evaluation_periods  = 3
  alarm_actions       = [aws_sns_topic.alerts.arn]

  dimensions = {
    EndpointName = aws_sagemaker_endpoint.inference.name
    VariantName  = "live"
  }
}

resource "aws_cloudwatch_dashboard" "service" {
  dashboard_name = "${local.name}-${local.region}"

  dashboard_body = jsonencode({
    widgets = [
      {
        type   = "metric"
        width  = 12
        height = 6
        properties = {
          title  = "Latency p50, p95, p99"
          region = local.region
          metrics = [for percentile in ["p50", "p95", "p99"] :
            ["AWS/ApiGateway", "Latency", "ApiName", aws_api_gateway_rest_api.api.name, { stat = percentile }]
          ]
        }
      },
      {
        type   = "metric"
        width  = 12
        height = 6
        properties = {
          title   = "Processor use"
          region  = local.region
          metrics = [["/aws/sagemaker/Endpoints", "CPUUtilization", "EndpointName", aws_sagemaker_endpoint.inference.name, "VariantName", "live"]]
        }
      },
    ]
  })
}
