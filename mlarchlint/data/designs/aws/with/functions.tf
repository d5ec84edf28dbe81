variable "registry" {
  description = "The account whose registry holds the images, in each region that serves; it scans what is pushed."
  type        = string
  default     = "123456789012"
}

variable "image" {
  description = "The image of the model server, by digest."
  type        = string
  default     = "model-server@sha256:0000000000000000000000000000000000000000000000000000000000000000"
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
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
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.data.arn]
  }

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.inference.arn}:*"]
  }
}

resource "aws_iam_role" "inference" {
  name               = "${local.name}-${local.region}-inference"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "inference" {
  name   = "inference"
  role   = aws_iam_role.inference.id
  policy = data.aws_iam_policy_document.inference.json
}

resource "aws_lambda_function" "inference" {
  function_name                  = "${local.name}-inference"
  role                           = aws_iam_role.inference.arn
  package_type                   = "Image"
  image_uri                      = "${var.registry}.dkr.ecr.${local.region}.amazonaws.com/${var.image}"
  memory_size                    = local.memory_mib
  timeout                        = 29
  reserved_concurrent_executions = local.most
  kms_key_arn                    = aws_kms_key.data.arn
  publish                        = true

  environment {
    variables = {
      MODEL_URI = "s3://${aws_s3_bucket.models.bucket}/${var.model_version}"
    }
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.inference.name
  }
}

# Callers reach what it points at: a new version gets requests when its instances are warm.
resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.inference.function_name
  function_version = aws_lambda_function.inference.version
}

resource "aws_lambda_provisioned_concurrency_config" "live" {
  function_name                     = aws_lambda_function.inference.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = local.least
}

resource "aws_lambda_permission" "api" {
  statement_id  = "Api"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.inference.function_name
  qualifier     = aws_lambda_alias.live.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.api.execution_arn}/*"
}
