resource "aws_sns_topic" "alerts" {
  name              = "${local.name}-alerts"
  kms_master_key_id = aws_kms_key.data.id
}

resource "aws_sns_topic_subscription" "on_call" {
  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "email"
  endpoint  = var.on_call
}

resource "aws_cloudwatch_log_group" "inference" {
  name              = "/${local.name}/inference"
  retention_in_days = 30
  kms_key_id        = aws_kms_key.data.arn
}
